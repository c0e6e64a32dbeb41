"""Mutations of Excel deliveries: what Excel itself, exporting programmes and helpful people do to a sheet."""

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from random import Random

from data_contracts.values import parse_date
from tests.fuzz.books import DATE, ERA, MAIN, MONTH_DAY, Book, Sheet, letters, relations
from tests.fuzz.cells import columns_of
from tests.fuzz.families import Outcome, Register, several
from tests.fuzz.grids import Grid, contract
from tests.fuzz.writings import zipped

WORKBOOKS = Register()
"""Grid → bytes of a workbook."""
_SHEET = "xl/worksheets/sheet1.xml"
_UNTIL_1904 = (date(1904, 1, 1) - date(1899, 12, 30)).days
OUTSIDE = "/etc/hostname"
"""A file that every Unix has: what a hostile workbook asks a careless reader to open."""


def sheet_of(grid: Grid, **options: str) -> Sheet:
    """The grid as one sheet of texts."""
    return Sheet([grid.header, *grid.rows], **options)  # type: ignore[arg-type]


def _with_cells(
    rng: Random, grid: Grid, places: list[int], cell: Callable[[str], str], share: float | None = None
) -> Sheet:
    """The sheet with some cells of these columns as other XML."""
    rows = [list(grid.header), *(list(row) for row in grid.rows)]
    wanted = [(n, p) for n in range(1, len(rows)) for p in places if p < len(rows[n])]
    chosen = wanted if share == 1.0 else [rng.choice(wanted) for _ in several(rng, 8)] if wanted else []
    for n, place in chosen:
        if not rows[n][place].startswith("<c"):
            rows[n][place] = cell(rows[n][place])
    return Sheet(rows)


def serial(text: str) -> str:
    """The day number of a date text in Excel's reckoning, or the text when it is none."""
    day = parse_date(text)
    return str((day - date(1899, 12, 30)).days) if isinstance(day, date) and day.year >= 1900 else ""


@WORKBOOKS.add(Outcome.SAME)
def plain_workbook(_rng: Random, grid: Grid) -> bytes:
    return Book([sheet_of(grid)]).bytes()


@WORKBOOKS.add(Outcome.SAME)
def shared_texts_with_their_readings(_rng: Random, grid: Grid) -> bytes:
    """As Excel stores what was typed in Japanese: texts by number, with フリガナ that are not part of them."""
    texts = list(
        dict.fromkeys(cell for row in (grid.header, *grid.rows) for cell in row if cell and cell.isprintable())
    )
    numbers = {text: f'<c r="@" t="s"><v>{n}</v></c>' for n, text in enumerate(texts)}
    rows = [[numbers.get(cell, cell) for cell in row] for row in (grid.header, *grid.rows)]
    return Book([Sheet(rows)], strings=texts).bytes()


@WORKBOOKS.add(Outcome.SAME)
def characters_written_by_number(rng: Random, grid: Grid) -> bytes:
    """As Excel writes what XML cannot hold, and some programmes whatever is not plain."""

    def cell(text: str) -> str:
        at = rng.randrange(len(text)) if text else 0
        if not text or "_x" in text or ord(text[at]) >= 0xD800:  # once is enough: a number of a number is none
            return text
        return f"{text[:at]}_x{ord(text[at]):04X}_{text[at + 1 :]}"

    return Book([_with_cells(rng, grid, list(range(len(grid.header))), cell)]).bytes()


@WORKBOOKS.add(Outcome.REFUSED)
def saved_as_strict_open_xml(_rng: Random, grid: Grid) -> bytes:
    parts, strict = {}, "http://purl.oclc.org/ooxml/"
    with zipfile.ZipFile(io.BytesIO(Book([sheet_of(grid)]).bytes())) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode().replace(MAIN, f"{strict}spreadsheetml/main")
            relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
            parts[name] = text.replace(relation, f"{strict}officeDocument/relationships").encode()
    return zipped(parts)


@WORKBOOKS.add(Outcome.SAME)
def dates_as_dates(rng: Random, grid: Grid) -> bytes:
    def cell(text: str) -> str:
        style = rng.choice([DATE, ERA, MONTH_DAY])
        return f'<c r="@" s="{style}"><v>{serial(text)}</v></c>' if serial(text) else text

    return Book([_with_cells(rng, grid, columns_of(grid, "date"), cell, 1.0)]).bytes()


def _fits_excel(text: str) -> bool:
    """Digits that a number cell can hold; longer ones stay text in Excel too."""
    return text.isascii() and text.isdigit() and len(text) <= 15


@WORKBOOKS.add(Outcome.SAME)
def amounts_as_numbers(rng: Random, grid: Grid) -> bytes:
    def cell(text: str) -> str:
        return f'<c r="@"><v>{int(text)}{rng.choice(["", ".0"])}</v></c>' if _fits_excel(text) else text

    return Book([_with_cells(rng, grid, columns_of(grid, "int", key=False), cell, 1.0)]).bytes()


@WORKBOOKS.add(Outcome.SAME)
def formulas_with_their_values(rng: Random, grid: Grid) -> bytes:
    def cell(text: str) -> str:
        return f'<c r="@"><f>1+1</f><v>{int(text)}</v></c>' if _fits_excel(text) else text

    return Book([_with_cells(rng, grid, columns_of(grid, "int", key=False), cell)]).bytes()


@WORKBOOKS.add(Outcome.SAME)
def a_second_sheet_that_is_empty(_rng: Random, grid: Grid) -> bytes:
    return Book([sheet_of(grid), Sheet([], name="Sheet2")]).bytes()


@WORKBOOKS.add(Outcome.SAME)
def a_hidden_sheet_of_choices(rng: Random, grid: Grid) -> bytes:
    hidden = Sheet([["選択肢"], ["はい"]], name="選択肢", state=rng.choice(["hidden", "veryHidden"]))
    return Book([hidden, sheet_of(grid)] if rng.random() < 0.5 else [sheet_of(grid), hidden]).bytes()


@WORKBOOKS.add(Outcome.REFUSED)
def two_sheets_with_rows(_rng: Random, grid: Grid) -> bytes:
    return Book([sheet_of(grid), sheet_of(grid, name="Sheet2")]).bytes()


@WORKBOOKS.add(Outcome.REFUSED)
def formulas_without_values(rng: Random, grid: Grid) -> bytes:
    formula = rng.choice(
        ['<c r="@"><f>VLOOKUP(A1,Sheet2!A:B,2)</f></c>', '<c r="@" t="str"><f>A1&amp;"x"</f><v></v></c>']
    )
    return Book([_with_cells(rng, grid, list(range(len(grid.header))), lambda _: formula)]).bytes()


@WORKBOOKS.add(Outcome.REFUSED)
def merged_cells(rng: Random, grid: Grid) -> bytes:
    """Cells with the same content merged over rows: the lower ones are left empty by Excel."""
    rows = [list(grid.header), *(list(row) for row in grid.rows)]
    place, top = rng.randrange(len(grid.header)), rng.randint(2, max(2, len(rows) - 2))
    for n in range(top, min(top + 2, len(rows))):
        rows[n][place] = ""
    where = f"{letters(place)}{top}:{letters(place)}{top + 2}"
    return Book([Sheet(rows, after=f'<mergeCells count="1"><mergeCell ref="{where}"/></mergeCells>')]).bytes()


@WORKBOOKS.add(Outcome.REFUSED)
def filtered_rows(rng: Random, grid: Grid) -> bytes:
    """What a filter hides is still there."""
    n = rng.randint(2, len(grid.rows) + 1)
    xml = sheet_of(grid).xml().replace(f'<row r="{n}">', f'<row r="{n}" hidden="1">')
    return Book([sheet_of(grid)], parts={_SHEET: xml.encode("utf-8", "ignore")}).bytes()


@WORKBOOKS.add(Outcome.REFUSED)
def texts_that_became_dates(rng: Random, grid: Grid) -> bytes:
    """«1-2» typed as a lot, a room or a number."""
    texts = [p for c in contract(grid.source).columns if c.type == "text" and (p := grid.place(c.name)) >= 0]
    cell = f'<c r="@" s="{rng.choice([DATE, MONTH_DAY])}"><v>46024</v></c>'
    return Book([_with_cells(rng, grid, texts, lambda _: cell)]).bytes()


@WORKBOOKS.add(Outcome.REFUSED)
def keys_as_numbers(rng: Random, grid: Grid) -> bytes:
    coded = [grid.place(c.name) for c in contract(grid.source).columns if c.type == "text" and c.pattern]
    places = [
        p
        for p in {*columns_of(grid, "text", key=True), *coded} - {-1}
        if any(row[p].startswith("0") and row[p].isdigit() for row in grid.rows)
    ]
    if not places:
        return two_sheets_with_rows(rng, grid)

    def cell(text: str) -> str:
        return f'<c r="@"><v>{int(text)}</v></c>' if _fits_excel(text) and text.startswith("0") else text

    return Book([_with_cells(rng, grid, [rng.choice(places)], cell, 1.0)]).bytes()


@WORKBOOKS.add(Outcome.ANY)
def dates_as_bare_numbers(rng: Random, grid: Grid) -> bytes:
    """The date format lost: 2026-04-01 stands as 46113."""

    def cell(text: str) -> str:
        return f'<c r="@"><v>{serial(text)}</v></c>' if serial(text) else text

    return Book([_with_cells(rng, grid, columns_of(grid, "date"), cell, rng.choice([None, 1.0]))]).bytes()


@WORKBOOKS.add(Outcome.SAME)
def dates_from_1904(rng: Random, grid: Grid) -> bytes:
    def cell(text: str) -> str:
        days = int(serial(text) or 0) - _UNTIL_1904
        return f'<c r="@" s="1"><v>{days}</v></c>' if days > 0 else text

    return Book([_with_cells(rng, grid, columns_of(grid, "date"), cell, 1.0)], epoch_1904=True).bytes()


@WORKBOOKS.add(Outcome.ANY)
def cells_of_odd_kinds(rng: Random, grid: Grid) -> bytes:
    odd = (
        '<c r="@" t="e"><v>#N/A</v></c>',
        '<c r="@" t="e"><v>#REF!</v></c>',
        '<c r="@" t="b"><v>1</v></c>',
        '<c r="@" s="1"><v>-5</v></c>',
        '<c r="@" s="1"><v>99999999</v></c>',
        '<c r="@" s="1"><v>0.75</v></c>',
        '<c r="@" s="1"><v>60</v></c>',
        '<c r="@" s="2"><v>1.5</v></c>',
        '<c r="@"><v>1E+300</v></c>',
        '<c r="@"><v>-0.1</v></c>',
        '<c r="@"><v>1e999</v></c>',
        '<c r="@"><v>NaN</v></c>',
        '<c r="@"><v>abc</v></c>',
        '<c r="@" t="s"><v>0</v></c>',
        '<c r="@" t="s"><v>99</v></c>',
        '<c r="@" t="s"><v>-1</v></c>',
        '<c r="@" t="d"><v>2026-04-01T00:00:00Z</v></c>',
        '<c r="@" t="d"><v>yesterday</v></c>',
        '<c r="@" t="x"><v>1</v></c>',
        '<c r="@" t="inlineStr"/>',
        '<c r="@" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>',
        '<c r="@" t="inlineStr"><is><t>_x0000_ _xD800_ _x000D_</t></is></c>',
        '<c r="@" s="77"><v>1</v></c>',
        '<c r="@" t="b"><v>maybe</v></c>',
        '<c r="@"><v>' + "9" * 400 + "</v></c>",
        '<c r="@"><v> 12 </v></c>',
        "<c><v>7</v></c>",
        '<c r="@" t="str"><v>=1+1</v></c>',
        '<c r="@"><v>12345678901234567890</v></c>',
        '<c r="@" s="x"><v>1</v></c>',
    )
    return Book(
        [_with_cells(rng, grid, list(range(len(grid.header))), lambda _: rng.choice(odd))], strings=["一"]
    ).bytes()


@WORKBOOKS.add(Outcome.ANY)
def places_that_make_no_sense(rng: Random, grid: Grid) -> bytes:
    """Rows and columns out of order, twice, beyond the end of any sheet."""
    data = sheet_of(grid).xml()
    n = rng.randint(2, len(grid.rows) + 1)
    wrong = rng.choice(
        [
            'r="9999999999"',
            'r="0"',
            'r="-3"',
            'r="1048576"',
            'r="abc"',
            'r="1"',
            "",
            'r="2000000"',
            'r="5" spans="1:99999"',
        ]
    )
    if rng.random() < 0.5:
        data = data.replace(f'<row r="{n}">', f"<row {wrong}>")
    else:
        cell = rng.choice(["XFD", "ZZZZZ", "A", "", "1", "あ", "$A$"])
        data = data.replace(f'r="B{n}"', f'r="{cell}{n}"').replace(f'r="A{n}"', f'r="{cell}{n}"')
    return Book([sheet_of(grid)], parts={_SHEET: data.encode("utf-8", "ignore")}).bytes()


@WORKBOOKS.add(Outcome.ANY)
def what_stands_around_the_cells(rng: Random, grid: Grid) -> bytes:
    around = (
        '<sheetProtection sheet="1" password="CC1A"/>',
        '<autoFilter ref="A1:Z99"/>',
        '<autoFilter ref="?"/>',
        '<conditionalFormatting sqref="A1"><cfRule type="x"/></conditionalFormatting>',
        "<hyperlinks><hyperlink/></hyperlinks>",
        '<dataValidations count="1"><dataValidation type="zzz"/></dataValidations>',
        '<pageSetup paperSize="abc"/>',
        '<mergeCells count="1"><mergeCell ref="nonsense"/></mergeCells>',
        '<tableParts count="1"><tablePart/></tableParts>',
        '<extLst><ext uri="x"><a/></ext></extLst>',
        '<rowBreaks count="x"><brk id="y"/></rowBreaks>',
        "<mergeCells/>",
        "<legacyDrawing/>",
        '<printOptions horizontalCentered="perhaps"/>',
        '<scenarios current="-1"/>',
        "<unknown><deep/></unknown>",
    )
    return Book([Sheet([grid.header, *grid.rows], after="".join(rng.sample(around, rng.randint(1, 3))))]).bytes()


@WORKBOOKS.add(Outcome.ANY)
def a_part_lost_or_spoilt(rng: Random, grid: Grid) -> bytes:
    book = Book([sheet_of(grid)], strings=["一"])
    names = sorted(zipfile.ZipFile(io.BytesIO(book.bytes())).namelist())
    name = rng.choice(names)
    kept = zipfile.ZipFile(io.BytesIO(book.bytes())).read(name)
    at = rng.randrange(len(kept))
    book.parts[name] = rng.choice(
        [
            None,
            b"",
            b"<a/>",
            kept[:at],
            kept[:at] + rng.randbytes(9) + kept[at:],
            kept.replace(b"main", b"strict"),
            b"<" * 5000,
            b"\0" * 99,
        ]
    )
    return book.bytes()


@WORKBOOKS.add(Outcome.ANY)
def names_and_relations_gone_wrong(rng: Random, grid: Grid) -> bytes:
    sheet = sheet_of(grid, name=rng.choice(["", "a" * 300, "'; --", "一覧/[表]", "..", "Sheet1", "\u202e"]))
    wrong = rng.choice(
        [
            {"xl/_rels/workbook.xml.rels": relations({"rId1": ("worksheet", f"../../../..{OUTSIDE}")}).encode()},
            {"xl/_rels/workbook.xml.rels": relations({"rId1": ("worksheet", f"file://{OUTSIDE}")}).encode()},
            {"xl/_rels/workbook.xml.rels": relations({"rId1": ("chartsheet", "worksheets/sheet1.xml")}).encode()},
            {"xl/_rels/workbook.xml.rels": relations({}).encode()},
            {"_rels/.rels": relations({"rId1": ("officeDocument", "xl/none.xml")}).encode()},
            {"../../outside.txt": b"x", "/absolute.txt": b"x", "C:\\x.txt": b"x"},
            {
                "xl/worksheets/sheet1.xml": sheet.xml()
                .replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
                .encode()
            },
        ]
    )
    return Book([sheet], parts=dict(wrong)).bytes()


@WORKBOOKS.add(Outcome.REFUSED)
def entities_that_grow(_rng: Random, grid: Grid) -> bytes:
    """A billion laughs, and a file read from outside."""
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    before = f'<!DOCTYPE x [<!ENTITY a0 "はは"><!ENTITY f SYSTEM "file://{OUTSIDE}">{lines}]>'
    xml = (
        sheet_of(grid)
        .xml()
        .replace('<?xml version="1.0"?>', f'<?xml version="1.0"?>{before}')
        .replace("</t>", "&a9;&f;</t>", 1)
    )
    return Book([sheet_of(grid)], parts={_SHEET: xml.encode()}).bytes()


@WORKBOOKS.add(Outcome.REFUSED)
def a_bomb(rng: Random, grid: Grid) -> bytes:
    """A few kilobytes that unpack to hundreds of megabytes, or say that they do."""
    return _bomb() if rng.random() < 0.1 else _declaring(rng.choice([10**9, 2**32 - 2]), grid)


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    blank = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + b" " * 300_000_000
    return Book([Sheet([])], parts={_SHEET: blank}).bytes()


def _declaring(size: int, grid: Grid) -> bytes:
    """The sheet's unpacked size in the directory of the archive replaced."""
    data = bytearray(Book([sheet_of(grid)]).bytes())
    name = data.rindex(_SHEET.encode())
    struct.pack_into("<I", data, name - 46 + 24, size)
    return bytes(data)


@WORKBOOKS.add(Outcome.ANY)
def headers_of_the_archive_that_lie(rng: Random, grid: Grid) -> bytes:
    """Sizes, checks, methods and flags of the zip directory changed."""
    data = bytearray(Book([sheet_of(grid)]).bytes())
    starts = [n for n in range(len(data) - 4) if data[n : n + 4] in (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06")]
    start = rng.choice(starts)
    for _ in several(rng, 3):
        offset = start + rng.choice([6, 8, 10, 16, 20, 24, 28, 30, 42])
        struct.pack_into(
            "<H", data, min(offset, len(data) - 2), rng.choice([0, 1, 8, 99, 0xFFFF, rng.randrange(65536)])
        )
    return bytes(data)
