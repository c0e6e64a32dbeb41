"""Helpers of the contract tests: the real catalog, deliveries staged from rows, and the canary files on disk."""

from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa

from data_contracts.canary import Row, clean_rows
from data_contracts.catalog import Catalog, Source, load_catalog
from data_contracts.judging import FileContext, Judgement, judge
from data_contracts.staging import stage

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "config" / "sources"
CANARIES = ROOT / "tests" / "canaries"
DAY = date(2026, 4, 1)


@cache
def catalog() -> Catalog:
    return load_catalog(SOURCES)


def source(name: str) -> Source:
    return catalog().source(name, DAY)


def names() -> list[str]:
    return sorted(path.name for path in SOURCES.iterdir())


def delivered(of: Source, rows: list[Row]) -> pa.Table:
    """Rows as read_delivery hands them over: `row` from 2 on, empty cells null."""
    columns = {name: pa.array([row.get(name) or None for row in rows], pa.string()) for name in of.contract.names}
    return pa.table({"row": pa.array(range(2, len(rows) + 2), pa.int64()), **columns})


def staged(of: Source, *files: list[Row]) -> pa.Table:
    return stage([(number, delivered(of, rows)) for number, rows in enumerate(files, 1)], of)


def judged(of: Source, *files: list[Row], **context: int | None) -> Judgement:
    """Judge files 1, 2, … of the contract's default kind; `context` belongs to the first."""
    kind = of.contract.default_kind
    contexts = {number: FileContext(kind) for number in range(2, len(files) + 1)}
    return judge(staged(of, *files), of, {1: FileContext(kind, **context), **contexts})  # type: ignore[arg-type]


def like(of: Source, number: int, **cells: str) -> Row:
    """The first clean row with its own resident (or other first key), and some cells changed."""
    row = clean_rows(of.contract)[0]
    if "resident_id" in row:
        row["resident_id"] = f"{number:015d}"
    return row | cells


def broken(judgement: Judgement) -> list[tuple[int, int, str]]:
    return [(b["delivery"], b["row"], b["rule"]) for b in judgement.broken.to_pylist()]
