"""A delivered workbook opened with care: bounded in size, one sheet, and what Excel shows but does not hold is noticed.

Whatever is wrong inside a workbook refuses the file; nothing that stands in one may stop a run, fill the memory or go
by unnoticed.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from data_contracts.profile import Profile
from data_contracts.refusal import FileRefused, rows_named

MOST_UNPACKED = 256 << 20
"""Bytes that a workbook may unpack to (about 250,000 rows of 30 columns); more comes as CSV."""
MOST_ROWS, MOST_COLUMNS = 1_048_576, 200
"""Rows of an Excel sheet, and columns that a delivery could have with any sense."""
_JAPANESE_DATES = {*range(27, 37), *range(50, 59)}
"""Formats such as 令和8年4月1日 and 4月1日 that Japanese Excel names by number alone (ECMA-376, 18.8.30)."""
_MERGED = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}mergeCell"
_STRICT = b"http://purl.oclc.org/ooxml/"
"""Names of the kind of workbook that Excel calls «Strict Open XML»: its cells are not where readers look for them."""
_BY_NUMBER = re.compile("_x([0-9A-Fa-f]{4})_")
_VALUES = "「形式を選択して貼り付け」の「値」で置き換えて保存し直してください"


@dataclass
class Cells:
    """A sheet's rows (number, cells by position; blank ones are missing) and what cannot be read as it is shown."""

    title: str = ""
    rows: list[tuple[int, dict[int, Any]]] = field(default_factory=list)
    unanswered: list[int] = field(default_factory=list)
    """Rows with a formula without a stored value, or with an error such as #N/A."""
    hidden: list[int] = field(default_factory=list)
    """Rows that a filter or a person has hidden."""
    merged: list[int] = field(default_factory=list)
    """Last rows of merged ranges."""


def read_cells(data: bytes, profile: Profile) -> Cells:
    """Cells of the profile's sheet, or of the only visible one that holds any, from below the profile's title rows.

    Raises FileRefused when the workbook cannot be read, is too big, or does not hold what it shows.
    """
    _bounded(data)
    with _unreadable(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's warnings quote cells
        import openpyxl  # heavy, and most deliveries are CSV

        _refuse_strict(data)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        cells = _chosen(book, profile)
    _refuse_unseen(cells)
    return cells


def _bounded(data: bytes) -> None:
    """Sizes by the archive's own directory, which zipfile holds every member to."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, UnicodeDecodeError):
        raise _no_workbook() from None
    if size > MOST_UNPACKED:
        raise FileRefused(
            "file.too_big",
            f"Excel ファイルの中身が大きすぎます（展開すると {size >> 20:,} MB、上限 {MOST_UNPACKED >> 20} MB）",
            "CSV で出力してください",
        )


def _refuse_strict(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "xl/workbook.xml" in archive.namelist() and _STRICT in archive.read("xl/workbook.xml"):
            raise FileRefused(
                "file.unreadable",
                "「Strict Open XML スプレッドシート」の形式の Excel ファイルです",
                "ファイルの種類を「Excel ブック (*.xlsx)」にして保存し直してください",
            )


def _no_workbook() -> FileRefused:
    return FileRefused(
        "file.unreadable",
        "Excel ファイルとして読めません（パスワード付き、旧形式 .xls、または破損）",
        "パスワードなしの .xlsx か、CSV で保存し直してください",
    )


@contextmanager
def _unreadable() -> Iterator[None]:
    """Whatever a library meets in a spoilt workbook (it raises a dozen kinds), the file cannot be read."""
    try:
        yield
    except FileRefused:
        raise
    except Exception:
        raise _no_workbook() from None


def _chosen(book: Any, profile: Profile) -> Cells:
    if profile.sheet is not None:
        if profile.sheet not in book.sheetnames:
            raise FileRefused(
                "file.sheet", f"シート「{profile.sheet}」がありません", "取り決めのシート名で保存し直してください"
            )
        return _sheet(book, book[profile.sheet], profile.skip_rows)
    seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    filled = [cells for sheet in seen if (cells := _sheet(book, sheet, profile.skip_rows)).rows]
    if len(filled) > 1:
        raise FileRefused(
            "file.sheets",
            f"中身のあるシートが {len(filled)} 枚あります",
            "届けるシートを 1 枚だけ残して（ほかは削除して）保存し直してください",
        )
    chosen = filled[0] if filled else Cells()
    for sheet in [sheet for sheet in book.worksheets if sheet not in seen]:
        header = _header(_sheet(book, sheet, profile.skip_rows))
        if header and header == _header(chosen):
            raise FileRefused(
                "file.hidden_sheet",
                "見えないシートに、同じ見出しの表があります",
                "届けるほうのシートを表示に戻し、ほかを削除して保存し直してください",
            )
    return chosen


def _header(cells: Cells) -> set[Any]:
    return set(cells.rows[0][1].values()) if cells.rows else set()


def _sheet(book: Any, sheet: Any, skip_rows: int) -> Cells:
    from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
    from openpyxl.xml.functions import iterparse

    found = Cells(sheet.title)
    with book._archive.open(sheet._worksheet_path) as source:
        eastern = {place for place, style in enumerate(book._cell_styles) if style.numFmtId in _JAPANESE_DATES}
        formats = {"date_formats": book._date_formats | eastern, "timedelta_formats": book._timedelta_formats}
        parser = WorkSheetParser(source, sheet._shared_strings, data_only=True, epoch=book.epoch, **formats)
        for _, element in iterparse(source):
            if element.tag == _MERGED:
                found.merged.append(_last_row(element.get("ref", "")))
            if element.tag != ROW_TAG:
                continue
            number, cells = parser.parse_row(element)
            open_formula = any(c.find(FORMULA_TAG) is not None and not c.findtext(VALUE_TAG) for c in element)
            hidden = element.get("hidden") in ("1", "true")
            element.clear()
            if number > skip_rows:
                _keep(found, number, cells, open_formula, hidden)
    found.merged = [row for row in found.merged if row > skip_rows]
    found.rows.sort(key=lambda row: row[0])
    return found


def _keep(found: Cells, number: int, cells: list[dict[str, Any]], open_formula: bool, hidden: bool) -> None:
    filled = {c["column"] - 1: _shown(c["value"]) for c in cells if c["value"] not in (None, "")}
    places = [c["column"] for c in cells if c["value"] not in (None, "")]
    if len(filled) < len(places) or min(places, default=1) < 1 or not 0 < number <= MOST_ROWS:
        raise _no_workbook()  # two cells in one place, or a place that no sheet has
    if max(filled, default=0) >= MOST_COLUMNS:
        raise FileRefused(
            "file.header_extra", f"{MOST_COLUMNS} 列より右に文字があります", "契約の項目だけを出力してください"
        )
    if filled:
        found.rows.append((number, filled))
        if hidden:
            found.hidden.append(number)
    if open_formula or any(c["data_type"] == "e" for c in cells):
        found.unanswered.append(number)


def _shown(value: Any) -> Any:
    """A text as Excel shows it: a character may be written by its number, such as the _x000D_ of a pasted line break
    (ECMA-376, 22.9.2.19). What is the number of no character stays as it is.
    """
    if not isinstance(value, str):
        return value

    def character(found: re.Match[str]) -> str:
        number = int(found[1], 16)
        is_one = number in (0x9, 0xA, 0xD) or 0x20 <= number < 0xD800 or 0xE000 <= number <= 0xFFFD
        return chr(number) if is_one else found[0]

    return _BY_NUMBER.sub(character, value)


def _last_row(reference: str) -> int:
    digits = "".join(c for c in reference.partition(":")[2] or reference if c.isdigit())
    return int(digits or 0)


def _refuse_unseen(cells: Cells) -> None:
    if len({number for number, _ in cells.rows}) < len(cells.rows):
        raise _no_workbook()  # two rows with one number
    if cells.unanswered:
        raise FileRefused(
            "file.formula",
            f"値のない数式か、エラー（#N/A など）のセルがあります（{rows_named(sorted(set(cells.unanswered)))}）",
            _VALUES,
        )
    if cells.hidden:
        raise FileRefused(
            "file.hidden_rows",
            f"フィルターや「非表示」で見えない行にデータがあります（{rows_named(sorted(cells.hidden))}）",
            "届ける行なら表示に戻し、届けない行なら削除して（見えなくするだけでなく）、保存し直してください",
        )
    if cells.merged:
        raise FileRefused(
            "file.merged",
            f"結合されたセルがあります（{rows_named(sorted(set(cells.merged)))}まで）",
            "セルの結合を解き、それぞれのセルに値を入れて保存し直してください",
        )
