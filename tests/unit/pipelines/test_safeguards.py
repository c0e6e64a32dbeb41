"""Safeguards hold what was last delivered, by case: the same in bulk and day by day; a refused row changes nothing."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from data_contracts.catalog import load_catalog
from pipelines import layout
from pipelines.safeguards import Seen, forget, remember

CATALOG = load_catalog(Path(__file__).parents[3] / "config" / "sources")
CONTRACT = CATALOG.contracts["welfare_contacts"][-1]
NAME, DAY = "welfare_contacts", date(2026, 4, 6)
ROWS = pa.schema(
    [("delivery", pa.int32()), ("row", pa.int64())]
    + [(name, pa.date32() if name.endswith("_on") else pa.string()) for name in CONTRACT.names]
    + [("known_from", pa.date32())]
)
Row = dict[str, Any]


class Held:
    """A home's store and draft in one, for one table."""

    def __init__(self) -> None:
        self.tables: dict[str, pa.Table] = {}

    def has(self, path: str) -> bool:
        return path in self.tables

    def under(self, prefix: str) -> list[str]:
        return sorted(path for path in self.tables if path.startswith(prefix))

    def read_table(self, path: str) -> pa.Table:
        return self.tables[path]

    def table(self, path: str, table: pa.Table, keys: list[str]) -> None:
        self.tables[path] = table.sort_by([(key, "ascending") for key in keys])

    def rewrite(self, path: str, table: pa.Table, _keys: list[str], _why: str) -> None:
        self.tables[path] = table


def case(number: str, delivery: int, kind: str = "生活保護受給", **other: Any) -> Row:
    usual = {"case_no": number, "resident_id": "000000000000101", "began_on": date(2026, 1, 1), "row": 2}
    return {**usual, "kind": kind, "delivery": delivery, "known_from": DAY, **other}


def seen(accepted: Sequence[Row], refused: Sequence[Row] = (), fulls: Sequence[int] = ()) -> Seen:
    rows = pa.Table.from_pylist(list(accepted), ROWS)
    whole = pa.Table.from_pylist([*accepted, *refused], ROWS)
    staged = whole.append_column("row__deleted", pa.array([False] * whole.num_rows))
    kinds = ("生活保護受給", "プラン作成", "入院入所", "要対協")
    serving = pa.Table.from_pylist([row for row in accepted if row["kind"] in kinds], ROWS)
    return Seen(staged, rows, serving, list(fulls))


def held_after(*runs: list[Seen]) -> list[tuple[str, str]]:
    store = Held()
    home: Any = SimpleNamespace(catalog=CATALOG, store=store)
    for batches in runs:
        remember(home, NAME, batches, store)  # type: ignore[arg-type]
    table = store.tables[layout.safeguards(NAME)]
    return [(row["case_no"], row["kind"]) for row in table.to_pylist()]


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ([seen([case("1", 1)]), seen([case("2", 2, "プラン作成")])], [("1", "生活保護受給"), ("2", "プラン作成")]),
        ([seen([case("1", 1)]), seen([case("1", 2, "介護認定")])], []),
        ([seen([case("1", 1)]), seen([], refused=[case("1", 2)])], [("1", "生活保護受給")]),
        ([seen([case("1", 1), case("2", 1, row=3)]), seen([case("2", 2)], fulls=[2])], [("2", "生活保護受給")]),
        (
            [seen([case("1", 1)]), seen([case("2", 2)], refused=[case("1", 2)], fulls=[2])],
            [("1", "生活保護受給"), ("2", "生活保護受給")],
        ),
        ([seen([case("1", 1, "就学前在籍")])], []),
    ],
    ids=["two cases", "corrected to another kind", "refused", "missing in a full", "refused in a full", "never one"],
)  # fmt: skip
def test_the_last_accepted_row_of_a_case_is_held(batches: list[Seen], expected: list[tuple[str, str]]) -> None:
    assert held_after(batches) == expected
    assert held_after(*([batch] for batch in batches)) == expected, "day by day"


def test_what_is_over_is_forgotten() -> None:
    store = Held()
    home: Any = SimpleNamespace(catalog=CATALOG, store=store)
    rows = [case("1", 1, ended_on=date(2026, 4, 5)), case("2", 1, row=3, ended_on=DAY), case("3", 1, row=4)]
    remember(home, NAME, [seen(rows)], store)  # type: ignore[arg-type]
    assert forget(home, DAY, store) == 1  # type: ignore[arg-type]
    assert store.tables[layout.safeguards(NAME)]["case_no"].to_pylist() == ["2", "3"]
