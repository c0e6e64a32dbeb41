"""A sheet as PDF: A4 landscape, one numbered copy, the same bytes for the same copy."""

from __future__ import annotations

from datetime import UTC, datetime, time
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF

from reports.sheet_form import Form
from reports.sheet_model import CAUTION, RETURN_CHECK, CopyInfo, wrap

_FONT = "ipaexg"
_MARGIN, _PAGE_WIDTH, _PAGE_HEIGHT = 8.5, 297.0, 210.0
_TOP, _BOTTOM = 24.0, 196.0
_SIZE, _LINE, _PAD, _LEAST = 7.0, 3.1, 0.8, 11.0
_HEADING_HEIGHT = 6.0
_POINT = 25.4 / 72
GETA = "〓"


class FontMissing(RuntimeError):
    """The bundled Japanese font is not installed."""


def japanese_font() -> Path:
    """Return the path of IPAexGothic inside the installed matplotlib_fontja, without importing it (or matplotlib)."""
    spec = find_spec("matplotlib_fontja")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "fonts" / "ipaexg.ttf"
        if path.is_file():
            return path
    raise FontMissing("matplotlib-fontja の ipaexg.ttf がありません。make で環境を作り直してください")


def pdf(form: Form, copy: CopyInfo) -> bytes:
    """Return the PDF of one numbered copy; equal input gives equal bytes on one lock file.

    Characters that the font lacks (外字) are shown as 〓.
    """
    document = _document(copy)
    pages = _pages(form)
    for number, page in enumerate(pages, start=1):
        document.add_page()
        _head(document, copy)
        y = _header_row(document, form)
        for row, height in page:
            _draw(document, form, row, y, height)
            y += height
        if not page:
            _write(document, form.empty, _MARGIN, y + 4, 200, 10)
        _foot(document, copy, number, len(pages))
    return bytes(document.output())


def _document(copy: CopyInfo) -> FPDF:
    document = FPDF(orientation="landscape", unit="mm", format="A4")
    document.set_auto_page_break(False)
    document.c_margin = 0  # cells keep their own padding
    document.add_font(_FONT, fname=japanese_font())
    document.set_creation_date(datetime.combine(copy.printed_on, time(), UTC))
    document.set_title(copy.title)
    document.set_lang("ja-JP")
    document.set_font(_FONT, size=_SIZE)
    return document


@lru_cache(maxsize=1)
def _advances() -> tuple[dict[int, float], float]:
    """code point → advance in em of every glyph the font has, and the advance of 〓."""
    from fontTools.ttLib import TTFont

    with TTFont(japanese_font(), lazy=True) as font:
        em = font["head"].unitsPerEm
        metrics = font["hmtx"].metrics
        advances = {code: metrics[glyph][0] / em for code, glyph in font.getBestCmap().items()}
    return advances, advances[ord(GETA)]


def printable(text: str) -> str:
    """Replace what the font lacks by 〓; variation selectors, which only choose a shape, are dropped."""
    advances, _ = _advances()
    kept = (c for c in text if not 0xFE00 <= ord(c) <= 0xFE0F and not 0xE0100 <= ord(c) <= 0xE01EF)
    return "".join(c if c == "\n" or ord(c) in advances else GETA for c in kept)


def _millimetres(character: str) -> float:
    advances, geta = _advances()
    return advances.get(ord(character), geta) * _SIZE * _POINT


def _pages(form: Form) -> list[list[tuple[list[list[str]], float]]]:
    """Cut the rows into pages; each row as wrapped cells with its height."""
    pages: list[list[tuple[list[list[str]], float]]] = [[]]
    room = _BOTTOM - _TOP - _HEADING_HEIGHT
    used = 0.0
    for row in form.rows:
        cells = [
            wrap(printable(text), column.width_mm - 2 * _PAD, _millimetres)
            for text, column in zip(row, form.columns, strict=True)
        ]
        height = max(_LEAST, max(map(len, cells)) * _LINE + 2 * _PAD)
        if pages[-1] and used + height > room:
            pages.append([])
            used = 0.0
        pages[-1].append((cells, height))
        used += height
    return pages


def _write(document: FPDF, text: str, x: float, y: float, width: float, size: float, align: str = "L") -> None:
    document.set_font(_FONT, size=size)
    document.set_xy(x, y)
    document.cell(width, size * _POINT * 1.2, printable(text), align=align)


def _head(document: FPDF, copy: CopyInfo) -> None:
    width = _PAGE_WIDTH - 2 * _MARGIN
    _write(document, copy.title, _MARGIN, 8, width * 0.65, 12)
    document.set_draw_color(0)
    document.set_line_width(0.4)
    document.rect(_PAGE_WIDTH - _MARGIN - 66, 7.4, 66, 7)
    _write(document, CAUTION, _PAGE_WIDTH - _MARGIN - 66, 8.6, 66, 11, "C")
    _write(document, copy.details, _MARGIN, 16, width, 9)


def _foot(document: FPDF, copy: CopyInfo, number: int, total: int) -> None:
    width = _PAGE_WIDTH - 2 * _MARGIN
    _write(document, RETURN_CHECK, _MARGIN, 199, width, 8)
    _write(document, f"{CAUTION} 写し番号 {copy.copy_number}", _MARGIN, 199, width, 8, "C")
    _write(document, f"{number} / {total} ページ", _MARGIN, 199, width, 8, "R")


def _header_row(document: FPDF, form: Form) -> float:
    x = _MARGIN
    document.set_fill_color(230)
    document.set_line_width(0.2)
    for column in form.columns:
        document.rect(x, _TOP, column.width_mm, _HEADING_HEIGHT, style="DF")
        _write(document, column.title, x, _TOP + 1.5, column.width_mm, _SIZE, "C")
        x += column.width_mm
    return _TOP + _HEADING_HEIGHT


def _draw(document: FPDF, form: Form, cells: list[list[str]], y: float, height: float) -> None:
    x = _MARGIN
    document.set_font(_FONT, size=_SIZE)
    for lines, column in zip(cells, form.columns, strict=True):
        document.rect(x, y, column.width_mm, height)
        for index, line in enumerate(lines):
            document.set_xy(x + _PAD, y + _PAD + index * _LINE)
            document.cell(column.width_mm - 2 * _PAD, _LINE, line)
        x += column.width_mm
