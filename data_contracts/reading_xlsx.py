"""Excel workbooks: one sheet, one header row, dates as dates, keys as text or not at all."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from data_contracts.grid import Grid, grid_of
from data_contracts.profile import Profile
from data_contracts.refusal import FileRefused
from data_contracts.workbook import read_cells


class Turned(NamedTuple):
    """A cell that Excel turned into a number or a truth value, or (`dated`) into a date or a time."""

    row: int
    text: str
    dated: bool


Spoilt = Mapping[int, list[Turned]]
"""Column position → cells that are not text."""


def read_xlsx(data: bytes, profile: Profile) -> tuple[Grid, Spoilt]:
    """Bytes of one workbook → grid and the cells that are not text. Raises FileRefused when it cannot be read."""
    rows = read_cells(data, profile).rows
    if not rows:
        raise FileRefused("file.empty", "シートに見出し行がありません", "0 件のときも見出し行を付けて出力してください")
    width = max(rows[0][1]) + 1
    records = [(n, [_text(cells.get(place)) for place in range(max(width, max(cells) + 1))]) for n, cells in rows]
    return grid_of(records, records[0][0]), _spoilt(rows[1:])


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell)


def _spoilt(rows: list[tuple[int, dict[int, Any]]]) -> Spoilt:
    found: dict[int, list[Turned]] = {}
    for row, cells in rows:
        for position, cell in cells.items():
            if not isinstance(cell, str):
                dated = isinstance(cell, (date, time, timedelta))
                found.setdefault(position, []).append(Turned(row, _text(cell), dated))
    return found
