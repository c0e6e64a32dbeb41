"""Mutations of fixed-width records, as mainframes write them; every source can come so, by its profile."""

from dataclasses import replace
from functools import cache
from random import Random

from data_contracts.profile import Source
from tests.fuzz.families import Outcome, Register
from tests.fuzz.grids import Grid, contract, declared

FIXED = Register()
"""Grid → bytes of records."""
WIDTH = 60


@cache
def fixed(name: str) -> Source:
    """The source with a profile of fixed widths."""
    source = declared(name)
    widths = tuple((column, WIDTH) for column in source.contract.names)
    return replace(source, profile=replace(source.profile, kind="fixed", encoding="cp932", widths=widths))


def records(grid: Grid) -> list[bytes]:
    """The rows as records; columns that were not delivered are blank."""
    places = [grid.place(name) for name in contract(grid.source).names]
    return [b"".join(_cell(row[p] if 0 <= p < len(row) else "") for p in places) for row in grid.rows]


def _cell(text: str) -> bytes:
    return text.encode("cp932", "replace")[:WIDTH].ljust(WIDTH)


@FIXED.add(Outcome.ANY)
def plain_records(rng: Random, grid: Grid) -> bytes:
    return rng.choice([b"\r\n", b"\n", b""]).join(records(grid)) + rng.choice([b"", b"\r\n", b"\x1a"])


@FIXED.add(Outcome.ANY)
def records_shifted(rng: Random, grid: Grid) -> bytes:
    rows = records(grid)
    n, at, by = rng.randrange(len(rows)), rng.randrange(len(rows[0])), rng.randint(1, 3)
    rows[n] = rows[n][:at] + b" " * by + rows[n][at:-by] if rng.random() < 0.5 else rows[n][:at] + rows[n][at + by :]
    return b"\r\n".join(rows)


@FIXED.add(Outcome.ANY)
def records_of_a_foreign_code(_rng: Random, grid: Grid) -> bytes:
    return b"\r\n".join(row.decode("cp932", "replace").encode("cp037", "replace") for row in records(grid))
