"""What is mutated: a clean delivery of each source as a grid of texts, and its plain writings as bytes."""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from data_contracts.canary import clean_rows
from data_contracts.catalog import Catalog, load_catalog
from data_contracts.contract import Contract
from data_contracts.profile import Source
from pipelines.settings import CONFIG

DAY = date(2026, 4, 7)
ROWS = 24
MOST_ROWS = 40


@dataclass(frozen=True)
class Grid:
    """A delivery before it is written: header and rows as an office has them; `kind` is full or delta."""

    source: str
    kind: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def having(self, rows: Sequence[Sequence[str]], header: Sequence[str] | None = None) -> "Grid":
        """The same delivery with other rows (and header)."""
        return replace(self, rows=tuple(map(tuple, rows)), header=tuple(header or self.header))

    def even(self) -> "Grid":
        """The same delivery with a cell for every header in each row."""
        width = len(self.header)
        return self.having([(*row[:width], *[""] * (width - len(row))) for row in self.rows])

    def place(self, name: str) -> int:
        """Where the column of this canonical name stands (-1: it was not delivered)."""
        spelt = {c.header: c.name for c in contract(self.source).columns}
        plain = [unicodedata.normalize("NFKC", header).strip() for header in self.header]
        names = [spelt.get(header, header) for header in plain]
        return names.index(name) if name in names else -1


@cache
def catalog() -> Catalog:
    """The declared sources."""
    return load_catalog(CONFIG / "sources")


def declared(name: str) -> Source:
    """A source as declared for DAY."""
    return catalog().source(name, DAY)


def contract(name: str) -> Contract:
    """Its contract."""
    return declared(name).contract


def agreed(name: str) -> Grid:
    """A clean delivery made of the contract's own examples again and again, each time with other keys."""
    of = contract(name)
    examples = clean_rows(of)
    counted = _counted(of, examples)
    rows = [_with_key(dict(examples[n % len(examples)]), counted, n // len(examples)) for n in range(ROWS)]
    cells = [[row[column.name] for column in of.columns] for row in rows]
    return Grid(name, of.default_kind, tuple(c.header for c in of.columns), tuple(map(tuple, cells)))


def _counted(of: Contract, examples: Sequence[Mapping[str, str]]) -> str:
    """The key column that is counted up: one that ends with digits in every example, or a name."""
    keys = [of.column(name) for name in of.key if of.column(name).type == "text" and not of.column(name).values]
    numbered = [c.name for c in keys if all(row[c.name][-3:].isdigit() and len(row[c.name]) > 3 for row in examples)]
    return (numbered or [c.name for c in keys])[0]


def _with_key(row: dict[str, str], column: str, turn: int) -> dict[str, str]:
    text = row[column]
    if text[-3:].isdigit():
        return row | {column: text[:-3] + f"{int(text[-3:]) + 20 * turn:03d}"}
    return row | {column: f"{text}{turn}"}


def from_file(name: str, path: Path) -> Grid:
    """The first rows of a file that the simulated city wrote: its headers, eras, sentinels and 外字."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp932")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    return Grid(name, "full" if "full" in path.name else "delta", tuple(header), tuple(map(tuple, rows[:MOST_ROWS])))


def text_of(grid: Grid, newline: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL, delimiter: str = ",") -> str:
    """The grid as CSV text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=newline, quoting=quoting, delimiter=delimiter)  # type: ignore[arg-type]
    writer.writerow(grid.header)
    writer.writerows(grid.rows)
    return out.getvalue()


def personal(grid: Grid) -> frozenset[str]:
    """Cells that must never be in a message: what says who somebody is or what is told of them, long enough to tell."""
    of = contract(grid.source)
    coded = {c.header for c in of.columns if c.values or c.type == "date"} | {c.name for c in of.columns if c.values}
    columns = [place for place, name in enumerate(grid.header) if name not in coded]
    cells = {row[place] for row in grid.rows for place in columns if place < len(row)}
    return frozenset(cell for cell in cells if len(cell) >= 8 or (len(cell) >= 4 and not cell.isascii()))
