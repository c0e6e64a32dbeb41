"""What a printed sheet is: its columns, its rows as texts, and what may be written into them by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Row = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of a sheet and its width on A4 landscape (281 mm at most for all)."""

    title: str
    width_mm: float


@dataclass(frozen=True)
class Form:
    """One sheet to be printed. The first column is the line's number.

    tab: the name of the worksheet; choices: codes offered in a column, and whether only these may be entered; dates:
    columns that hold a day; empty: what is said when there is no row.
    """

    tab: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    empty: str
    choices: Mapping[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
