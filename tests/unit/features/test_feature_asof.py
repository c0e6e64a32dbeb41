"""The cut in time cannot be gone round."""

import re
from datetime import date
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from features import asof, inputs
from features.asof import KnownOn, known_on
from features.definitions import FEATURES
from features.hub import Hub
from features.scope import Scope, household_facts
from features.sql import sql_of

DAY = date(2026, 4, 1)
ROOM = Path(asof.__file__).parent


def test_what_is_known_on_a_day_is_a_half_open_interval() -> None:
    table = pa.table(
        {
            "n": [1, 2, 3, 4, 5],
            "known_from": [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2), date(2026, 3, 1), date(2026, 3, 1)],
            "known_until": pa.array([None, None, None, date(2026, 4, 1), date(2026, 4, 2)], pa.date32()),
        }
    )
    assert sorted(known_on(table, DAY).to_pyarrow()["n"].to_pylist()) == [1, 2, 5]


def test_the_columns_of_transaction_time_do_not_pass_the_cut() -> None:
    cut = known_on(ibis.table(ibis.Schema.from_pyarrow(inputs.EPISODES), name="episodes"), DAY)
    assert set(cut.table.columns) == set(inputs.EPISODES.names) - {"known_from", "known_until"}


def test_what_begins_later_is_gone() -> None:
    begins = [date(2026, 3, 31), DAY, date(2026, 4, 2)]
    known = {"known_from": [date(2026, 3, 1)] * 3, "known_until": pa.nulls(3, pa.date32())}
    table = pa.table({"began_on": begins, "ended_on": pa.nulls(3, pa.date32()), **known})
    assert sorted(known_on(table, DAY).to_pyarrow()["began_on"].to_pylist()) == begins[:2]


def test_an_end_that_lies_ahead_reads_as_open() -> None:
    known = {"known_from": [DAY] * 3, "known_until": pa.nulls(3, pa.date32())}
    ends = [date(2026, 3, 31), DAY, date(2026, 4, 2)]
    table = pa.table({"began_on": [date(2026, 3, 1)] * 3, "ended_on": ends, **known})
    found = known_on(table, DAY).to_pyarrow().sort_by("ended_on")["ended_on"].to_pylist()
    assert found == [date(2026, 3, 31), DAY, None]


def test_nobody_makes_the_cuts_result_by_hand() -> None:
    with pytest.raises(TypeError, match="known_on"):
        KnownOn(ibis.memtable({"began_on": [DAY]}), DAY, seal=object())


def test_the_compiler_takes_nothing_that_is_not_cut() -> None:
    hub = Hub.named()
    scope = hub.named_scope(DAY)
    with pytest.raises(TypeError, match="known_on"):
        household_facts(hub.episodes, scope, {"tax_overdue": 0}, ["tax"])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="known_on"):
        Scope(hub.membership, scope.residence, scope.permission, scope.visible, scope.households)  # type: ignore[arg-type]


def test_only_the_cut_and_the_reference_name_transaction_time() -> None:
    """Words in a docstring are allowed to; code is not."""
    naming = re.compile(r"""["'.](known_from|known_until)\b""")
    found = {path.name for path in ROOM.rglob("*.py") if naming.search(path.read_text(encoding="utf-8"))}
    assert found == {"asof.py", "reference.py"}


@pytest.mark.parametrize("name", FEATURES)
def test_every_features_sql_cuts_every_bitemporal_table(name: str) -> None:
    sql = sql_of(FEATURES[name], DAY)
    assert sql.count('"known_from" <= MAKE_DATE(2026, 4, 1)') == 3
    assert sql.count('"known_until" > MAKE_DATE(2026, 4, 1)') == 3
