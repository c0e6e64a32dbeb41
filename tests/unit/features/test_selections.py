"""How far back each selection reaches: what ended earlier may lie on no disk (pipelines.episodes)."""

from datetime import date, timedelta

import ibis
import pyarrow as pa
import pytest

from features.definitions import FEATURES
from features.selections import Selection

DAY = date(2026, 4, 6)
LOOKS = sorted(
    {part.where for feature in FEATURES.values() for part in (*feature.measure.parts(), feature.measure.behind())},
    key=repr,
)


@pytest.fixture(scope="module")
def facts() -> ibis.Table:
    """Facts that ended on each day of six years, long and short ones."""
    ended = [DAY - timedelta(days=n) for n in range(-3, 2200)]
    rows = [{"began_on": day - timedelta(days=long), "ended_on": day} for day in ended for long in (0, 40, 2000)]
    return ibis.memtable(pa.Table.from_pylist([row | {"date_precision": "day"} for row in rows]))


@pytest.mark.parametrize("where", LOOKS, ids=repr)
def test_nothing_is_selected_that_ended_before_the_reach(where: Selection, facts: ibis.Table) -> None:
    assert facts.filter(where.holds(facts, DAY)).ended_on.min().to_pyarrow().as_py() == DAY - timedelta(
        days=where.reach_days
    )
