"""A city is counted and explained some households at a time; what comes of it is what all at once gives."""

from pathlib import Path

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
