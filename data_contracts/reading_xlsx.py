"""Excel workbooks: first sheet (or the profile's), one header row, dates as dates, keys as text or not at all."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from data_contracts.grid import Grid, grid_of
from data_contracts.profile import Profile
from data_contracts.refusal import FileRefused

Spoilt = Mapping[int, list[tuple[int, str]]]
"""Column position → (row, text) of cells that Excel turned into a number, a date or a truth value."""


def read_xlsx(data: bytes, profile: Profile) -> tuple[Grid, Spoilt]:
    """Bytes of one workbook → grid and the cells that are not text. Raises FileRefused when it cannot be read."""
    import openpyxl  # heavy, and most deliveries are CSV
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise FileRefused(
            "file.unreadable",
            "Excel ファイルとして読めません（パスワード付き、旧形式 .xls、または破損）",
            "パスワードなしの .xlsx で保存し直してください",
        ) from None
    if profile.sheet is not None and profile.sheet not in book.sheetnames:
        raise FileRefused(
            "file.sheet", f"シート「{profile.sheet}」がありません", "取り決めのシート名で保存し直してください"
        )
    sheet = book[profile.sheet] if profile.sheet is not None else book.worksheets[0]
    sheet.reset_dimensions()  # some exporters write a wrong extent, which would cut the sheet off
    rows = sheet.iter_rows(min_row=profile.skip_rows + 1, values_only=True)
    numbered = [(n, cells) for n, cells in enumerate(rows, profile.skip_rows + 1) if not _blank(cells)]
    if not numbered:
        raise FileRefused("file.empty", "シートに見出し行がありません", "0 件のときも見出し行を付けて出力してください")
    width = max(i + 1 for i, cell in enumerate(numbered[0][1]) if cell not in (None, ""))
    records = [(n, [_text(c) for c in cells] + [""] * (width - len(cells))) for n, cells in numbered]
    records[0] = (records[0][0], records[0][1][:width])
    return grid_of(records, records[0][0]), _spoilt(numbered[1:])


def _blank(cells: tuple[Any, ...]) -> bool:
    return all(cell is None or cell == "" for cell in cells)


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


def _spoilt(numbered: list[tuple[int, tuple[Any, ...]]]) -> Spoilt:
    found: dict[int, list[tuple[int, str]]] = {}
    for row, cells in numbered:
        for position, cell in enumerate(cells):
            if cell is not None and not isinstance(cell, str):
                found.setdefault(position, []).append((row, _text(cell)))
    return found
