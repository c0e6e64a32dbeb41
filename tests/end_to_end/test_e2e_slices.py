"""A city is counted and explained some households at a time; what comes of it is what all at once gives."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features.definitions import FEATURES
from pipelines import screening
from pipelines.persons import People
from pipelines.reasons import dated_facts
from pipelines.scope import live_scope
from pipelines.screening import Hub, features_of
from tests.home.cases import DAY
from tests.home.copies import opened


def test_slices_change_nothing(screened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = opened(screened)
    of = live_scope(home, People(home), DAY, DAY)
    whole, reasons = features_of(home, of, Hub.files(home)), dated_facts(home, of, list(FEATURES))
    monkeypatch.setattr(screening, "SLICE", 50)
    assert len(screening.slices(of.households)) > 2
    assert features_of(home, of, Hub.files(home)).equals(whole)
    assert dated_facts(home, of, list(FEATURES)).equals(reasons)
    assert reasons.num_rows


def test_the_facts_of_some_households_are_those_that_everybodys_facts_tell_of_them(screened: Path) -> None:
    home = opened(screened)
    of = live_scope(home, People(home), DAY, DAY)
    all_told = dated_facts(home, of, list(FEATURES))
    keys = of.households["household_key"].combine_chunks()
    for some in (keys[::2], keys[1::2], keys[:1], pa.array([], pa.string())):
        expected = all_told.filter(pc.is_in(all_told["household_key"], value_set=some))
        assert dated_facts(home, of.only(some), list(FEATURES)).equals(expected)
