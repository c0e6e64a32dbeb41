"""One case each of what SOURCES says a delivery does to the log."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tests.logs import Log

D1, D2, D3, D4 = (date(2026, 4, n) for n in (1, 2, 3, 4))
SCHEMA = pa.schema(
    [("year", pa.int64()), ("no", pa.string()), ("yen", pa.int64()), ("seq", pa.int64()), ("known_from", pa.date32()),
     ("row__refused", pa.bool_()), ("row__deleted", pa.bool_())]
)  # fmt: skip
KEY = ("year", "no")
FULLS = pa.schema([("year", pa.int64()), ("seq", pa.int64()), ("known_from", pa.date32()), ("complete", pa.bool_())])


def row(no: str, yen: int | None, seq: int, day: date, **more: Any) -> dict[str, Any]:
    return {
        "year": 2026,
        "no": no,
        "yen": yen,
        "seq": seq,
        "known_from": day,
        "row__refused": False,
        "row__deleted": False,
    } | more


def full(seq: int, day: date, year: int = 2026, complete: bool = True) -> dict[str, Any]:
    return {"year": year, "seq": seq, "known_from": day, "complete": complete}


def log(rows: list[dict[str, Any]], fulls: list[dict[str, Any]]) -> list[tuple]:
    """(no, yen, from day, until day, why) of every version after one advance."""
    sightings, whole = pa.Table.from_pylist(rows, SCHEMA), pa.Table.from_pylist(fulls, FULLS)
    versions = Log(KEY, ("year",)).after(sightings, whole).versions().to_pylist()
    return [
        (v["no"], v["yen"], v["known_from"].day, v["known_until"] and v["known_until"].day, v["closed_by"])
        for v in versions
    ]


def test_missing_from_a_full_vanishes_and_may_reappear() -> None:
    rows = [row("1", 5, 1, D1), row("2", 5, 1, D1), row("1", 5, 2, D2), row("1", 5, 3, D3), row("2", 5, 3, D3)]
    assert log(rows, [full(1, D1), full(2, D2), full(3, D3)]) == [
        ("1", 5, 1, None, None), ("2", 5, 1, 2, "vanished"), ("2", 5, 3, None, None),
    ]  # fmt: skip


def test_a_refused_row_keeps_its_key_and_the_content_known_before() -> None:
    rows = [row("1", 5, 1, D1), row("1", None, 2, D2, row__refused=True), row("2", 5, 2, D2)]
    assert log(rows, [full(1, D1), full(2, D2)])[0] == ("1", 5, 1, None, None)


def test_an_incomplete_full_closes_nothing() -> None:
    rows = [row("1", 5, 1, D1), row("2", 5, 2, D2)]
    assert log(rows, [full(1, D1), full(2, D2, complete=False)])[0] == ("1", 5, 1, None, None)


def test_a_full_closes_only_within_its_scope() -> None:
    """A full of charged year 2025 says nothing about a bill of 2026."""
    rows = [row("1", 5, 1, D1), row("9", 5, 2, D2, year=2025)]
    assert ("1", 5, 1, None, None) in log(rows, [full(1, D1), full(2, D2, year=2025)])


def test_the_same_content_again_is_no_new_version_and_a_correction_keeps_history() -> None:
    rows = [row("1", 5, 1, D1), row("1", 5, 2, D2), row("1", 7, 3, D3)]
    assert log(rows, []) == [("1", 5, 1, 3, "corrected"), ("1", 7, 3, None, None)]


def test_a_delta_deletes_only_where_it_says_so() -> None:
    rows = [row("1", 5, 1, D1), row("2", 5, 1, D1), row("1", None, 2, D2, row__deleted=True)]
    assert log(rows, []) == [("1", 5, 1, 2, "deleted"), ("2", 5, 1, None, None)]


def test_what_was_replaced_on_its_own_day_was_never_believed() -> None:
    rows = [row("1", 5, 1, D1), row("1", 6, 2, D1), row("1", 7, 3, D2), row("1", 6, 4, D2)]
    assert [v[:4] for v in log(rows, [])] == [("1", 6, 1, 2), ("1", 6, 2, None)]


def test_a_new_nullable_column_makes_no_new_version() -> None:
    first = Log(KEY, ()).after(pa.Table.from_pylist([row("1", 5, 1, D1)], SCHEMA), FULLS.empty_table())
    wider = pa.schema([*SCHEMA, pa.field("returned_on", pa.date32())])
    same = first.after(pa.Table.from_pylist([row("1", 5, 2, D2)], wider), FULLS.empty_table())
    assert same.opened.num_rows == 1 and same.closed.num_rows == 0
    told = first.after(pa.Table.from_pylist([row("1", 5, 3, D3, returned_on=D2)], wider), FULLS.empty_table())
    assert told.opened.num_rows == 2 and told.closed["closed_by"].to_pylist() == ["corrected"]


def test_nothing_in_nothing_out_and_a_null_part_of_a_key_is_a_part() -> None:
    nothing = Log(KEY, ("year",)).after(SCHEMA.empty_table(), FULLS.empty_table())
    assert nothing.opened.num_rows == 0 and nothing.closed.num_rows == 0
    rows = [row("1", 5, 1, D1, year=None), row("1", 5, 1, D1), row("1", 6, 2, D2, year=None)]
    assert sorted(v[1:4] for v in log(rows, []) if v[3]) == [(5, 1, 2)]


def test_days_against_the_order_of_the_ledger_are_an_error() -> None:
    rows = pa.Table.from_pylist([row("1", 5, 1, D2), row("1", 6, 2, D1)], SCHEMA)
    with pytest.raises(ValueError, match="ledger's order"):
        Log(KEY, ()).after(rows, FULLS.empty_table())
    with pytest.raises(ValueError, match="key columns"):
        Log(KEY, ("yen",)).after(rows, FULLS.empty_table())
