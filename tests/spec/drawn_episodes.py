"""Draws what an office delivers, day by day, and the episodes that come of it, as two small tables."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from data_contracts.catalog import load_catalog
from data_contracts.profile import Source
from data_contracts.shapes import episodes
from data_contracts.staging import stage
from tests.logs import Log

CATALOG = load_catalog(Path(__file__).parents[2] / "config" / "sources")
NO_FULLS = pa.schema([("seq", pa.int64()), ("known_from", pa.date32()), ("complete", pa.bool_())]).empty_table()
SHOWN = ("kind", "began_on", "ended_on", "quantity", "date_precision", "known_from", "known_until")
NOTHING = "-"


def lines(drawing: str) -> list[list[str]]:
    """The cells of a drawn table; `-` is an empty cell."""
    return [[cell.strip() for cell in line.split("|")] for line in drawing.strip().splitlines()]


def source_of(name: str) -> Source:
    return CATALOG.source(name, date(2026, 4, 1))


def delivered(source: Source, drawing: str, same: dict[str, str]) -> pa.Table:
    """Drawn deliveries → versions, by the ordinary way. Column `known` is the day of the delivery."""
    header, *body = lines(drawing)
    rows = []
    for cells in body:
        told = same | dict(zip(header, cells, strict=True))
        rows.append({name: None if text == NOTHING else text for name, text in told.items()})
    names = source.contract.names
    raw = [
        (number, pa.table({"row": pa.array([2])} | {c: pa.array([row.get(c)], pa.string()) for c in names}))
        for number, row in enumerate(rows)
    ]
    staged = stage(raw, source)
    sightings = staged.select(list(names))
    count = staged.num_rows
    for name, values in (
        ("seq", pa.array(range(count), pa.int64())),
        ("known_from", pa.array([date.fromisoformat(str(row["known"])) for row in rows], pa.date32())),
        ("row__refused", pa.array([False] * count)),
        ("row__deleted", pa.array([row.get("deleted") == "1" and "deleted" not in names for row in rows])),
        ("person_key", pa.array(["person"] * count)),
    ):
        sightings = sightings.append_column(name, values)
    return Log(source.contract.key, ()).after(sightings, NO_FULLS).versions()


def check(name: str, deliveries: str, becomes: str, *, kinds: tuple[str, ...] = (), **same: str) -> None:
    """The deliveries of a source become exactly these episode versions (of the given kinds, if any are given)."""
    source = source_of(name)
    found = episodes(delivered(source, deliveries, same), source, lambda natural: natural)
    told = sorted(
        [NOTHING if row[column] is None else str(row[column]) for column in SHOWN]
        for row in found.to_pylist()
        if not kinds or row["kind"] in kinds
    )
    header, *expected = lines(becomes)
    assert header == ["kind", "began", "ended", "amount", "precision", "known from", "until"]
    assert told == sorted(expected)
