"""A sheet as Excel: A4 landscape, text that can never become a formula, the same bytes for the same copy."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from reports.sheet_form import Form, Row
from reports.sheet_model import CAUTION, RETURN_CHECK, CopyInfo, wrap

_FONT = "游ゴシック"
_SIZE, _LINE_POINTS, _LEAST_POINTS = 8, 13.0, 34.0  # 游ゴシック needs more height than its size says
_UNITS_PER_MM = 0.62  # wider than the paper: «fit to width» prints 8 pt as about 7
_SCREEN = 1.14
_FIRST_ROW = 4
_DANGEROUS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'")  # full-width signs too
_THIN = Border(*[Side(style="thin", color="FF808080")] * 4)
_TOP_WRAPPED = Alignment(vertical="top", wrap_text=True)


def excel(form: Form, copy: CopyInfo) -> bytes:
    """Return the workbook of one numbered copy; equal input gives equal bytes on one lock file."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = form.tab
    _widths(sheet, form)
    _heading(sheet, form, copy)
    for number, row in enumerate(form.rows, start=_FIRST_ROW):
        _line(sheet, form, number, row)
    if not form.rows:
        put(sheet.cell(_FIRST_ROW, 1), form.empty)
    last = max(_FIRST_ROW + len(form.rows) - 1, _FIRST_ROW)
    _choices(sheet, form, last)
    _page(sheet, form, copy, last)
    return _fixed(book, copy.printed_on)


def neutral(text: str) -> str:
    """Put a visible apostrophe before text that a spreadsheet could take for a formula; ``original`` takes it off."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def original(text: str) -> str:
    """The text before ``neutral``."""
    return text[1:] if text.startswith("'") else text


def put(cell: Cell, text: str) -> None:
    """Write text as text, never as formula, number or error."""
    cell.value = neutral(text) or None
    if text:
        cell.data_type = "s"
    cell.font = Font(name=_FONT, size=_SIZE)
    cell.alignment = _TOP_WRAPPED


def _widths(sheet: Worksheet, form: Form) -> None:
    for index, column in enumerate(form.columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = round(column.width_mm * _UNITS_PER_MM, 2)


def _heading(sheet: Worksheet, form: Form, copy: CopyInfo) -> None:
    last = get_column_letter(len(form.columns))
    for number, text, size in ((1, f"{copy.title}  {CAUTION}", 12), (2, copy.details, 9)):
        sheet.merge_cells(f"A{number}:{last}{number}")
        cell = sheet.cell(number, 1)
        put(cell, text)
        cell.font = Font(name=_FONT, size=size, bold=number == 1)
        cell.alignment = Alignment(vertical="center")
        sheet.row_dimensions[number].height = size + 8
    for index, column in enumerate(form.columns, start=1):
        cell = sheet.cell(_FIRST_ROW - 1, index)
        put(cell, column.title)
        cell.font = Font(name=_FONT, size=_SIZE, bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE6E6E6")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = _THIN
    sheet.row_dimensions[_FIRST_ROW - 1].height = 24
    sheet.freeze_panes = f"C{_FIRST_ROW}"


def _line(sheet: Worksheet, form: Form, number: int, row: Row) -> None:
    deepest = 1
    for index, (text, column) in enumerate(zip(row, form.columns, strict=True), start=1):
        cell = sheet.cell(number, index)
        put(cell, text)
        cell.border = _THIN
        deepest = max(deepest, len(wrap(neutral(text), column.width_mm * _SCREEN - 1.5, _millimetres)))
    sheet.cell(number, 1, int(row[0]))  # a number written as text makes Excel mark the cell as doubtful
    sheet.cell(number, 1).alignment = Alignment(horizontal="center", vertical="top")
    for title in form.dates:
        sheet.cell(number, _position(form, title)).number_format = "yyyy-mm-dd"
    sheet.row_dimensions[number].height = max(_LEAST_POINTS, deepest * _LINE_POINTS + 4)


def _millimetres(character: str) -> float:
    full = unicodedata.east_asian_width(character) in "WFA"
    return _SIZE * 25.4 / 72 * (1.0 if full else 0.55)


def _position(form: Form, title: str) -> int:
    return 1 + [column.title for column in form.columns].index(title)


def _choices(sheet: Worksheet, form: Form, last: int) -> None:
    """Offer the codes that a column may hold; where several may stand in one cell the list only helps."""
    for title, (codes, strict) in form.choices.items():
        choice = DataValidation(type="list", formula1=f'"{",".join(codes)}"', allow_blank=True)
        choice.showErrorMessage = strict
        choice.errorTitle, choice.error = title, "一覧から選んでください"
        choice.showInputMessage = not strict
        choice.promptTitle, choice.prompt = title, "複数のときは | でつなぎます"
        letter = get_column_letter(_position(form, title))
        choice.add(f"{letter}{_FIRST_ROW}:{letter}{last}")
        sheet.add_data_validation(choice)


def _page(sheet: Worksheet, form: Form, copy: CopyInfo, last: int) -> None:
    sheet.print_area = f"A1:{get_column_letter(len(form.columns))}{last}"
    sheet.print_title_rows = f"1:{_FIRST_ROW - 1}"
    setup = sheet.page_setup
    setup.orientation, setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    setup.fitToWidth, setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.3
    sheet.page_margins.top, sheet.page_margins.bottom = 0.4, 0.55
    sheet.page_margins.header, sheet.page_margins.footer = 0.2, 0.25
    for part in (sheet.oddFooter.left, sheet.oddFooter.center, sheet.oddFooter.right):
        part.size = _SIZE
    sheet.oddFooter.left.text = RETURN_CHECK
    sheet.oddFooter.center.text = f"{CAUTION} 写し番号 {copy.copy_number}".replace("&", "&&")
    sheet.oddFooter.right.text = "&P / &N"


def _fixed(book: Workbook, day: date) -> bytes:
    """Save with fixed dates in the properties and in the archive."""
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 — docProps hold no zone in openpyxl
    book.properties.creator = "Kizuki"
    book.properties.created = moment
    raw = io.BytesIO()
    book.save(raw)
    out = io.BytesIO()
    stamp = f"{day:%Y-%m-%d}T00:00:00Z".encode()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return out.getvalue()
