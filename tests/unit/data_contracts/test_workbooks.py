"""Workbooks as people and programmes leave them: what Excel shows but does not hold sends the file back."""

import struct
from datetime import date

import pytest

from data_contracts.catalog import load_catalog
from data_contracts.reading_xlsx import read_xlsx
from data_contracts.refusal import FileRefused
from data_contracts.workbook import MOST_UNPACKED
from pipelines.settings import CONFIG
from tests.fuzz.books import DATE, ERA, MONTH_DAY, Book, Sheet

PROFILE = load_catalog(CONFIG / "sources").source("teams", date(2026, 4, 1)).profile
HEADER = ["班", "担当区", "週訪問数"]
ROWS = [HEADER, ["北班", "一区", "12"], ["南班", "二区", "8"]]
SHEET = "xl/worksheets/sheet1.xml"


def read(book: Book | bytes) -> list[list[str | None]]:
    grid, _ = read_xlsx(book if isinstance(book, bytes) else book.bytes(), PROFILE)
    return [list(grid.header), *map(list, zip(*(column.to_pylist() for column in grid.columns), strict=True))]


def refused(book: Book | bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(book)
    assert "北班" not in str(caught.value) and caught.value.remedy
    return caught.value


def test_the_one_visible_sheet_with_rows_is_read_wherever_it_stands() -> None:
    notes = Sheet([["選択肢"]], name="選択肢", state="hidden")
    assert read(Book([Sheet([]), notes, Sheet(ROWS, name="体制")])) == ROWS


def test_a_character_written_by_its_number_is_read_as_shown_and_no_other() -> None:
    """What stands for a line break, for an underscore before what looks like a number, and for no character at all."""
    stored = ["北_x000D_\n班", "一_x005F_x0041_区", "_xD800_ _xFFFF_ _x0000_ _x41_"]
    assert read(Book([Sheet([HEADER, stored])]))[1:] == [["北\r\n班", "一_x0041_区", stored[2]]]


def test_two_sheets_with_rows_are_not_half_read() -> None:
    refusal = refused(Book([Sheet(ROWS), Sheet(ROWS, name="四月")]))
    assert (refusal.rule, "2 枚" in refusal.detail) == ("file.sheets", True)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_table_on_a_sheet_that_cannot_be_seen_is_not_passed_over(state: str) -> None:
    """A pivot's extract of a few rows in front, everything behind it: which of them is delivered nobody knows."""
    behind = Sheet([HEADER, *ROWS[1:] * 5], name="元データ", state=state)
    assert refused(Book([Sheet(ROWS[:2]), behind])).rule == "file.hidden_sheet"
    assert read(Book([Sheet(ROWS), Sheet([], name="空", state=state)])) == ROWS
    assert refused(Book([Sheet([]), Sheet([], name="空", state=state)])).rule == "file.empty"


def test_a_formula_with_its_value_is_that_value() -> None:
    cells = [HEADER, ["北班", "一区", '<c r="@"><f>6*2</f><v>12</v></c>'], ROWS[2]]
    assert read(Book([Sheet(cells)])) == ROWS


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="@"><f>VLOOKUP(A2,Sheet2!A:B,2)</f></c>',
        '<c r="@" t="str"><f>A2&amp;"x"</f><v></v></c>',
        '<c r="@" t="e"><v>#N/A</v></c>',
        '<c r="@" s="1"><v>99999999</v></c>',
    ],
    ids=["formula without value", "formula with an empty value", "error", "date that Excel shows as ####"],
)
def test_what_is_shown_but_not_there_sends_the_file_back(cell: str) -> None:
    """Read as empty cells, they would be «no date» or «nothing paid»: quietly wrong."""
    refusal = refused(Book([Sheet([*ROWS, ["東班", "三区", cell]])]))
    assert (refusal.rule, "4 行目" in refusal.detail) == ("file.formula", True)


def test_merged_cells_send_the_file_back_and_merged_titles_do_not() -> None:
    merged = '<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    refusal = refused(Book([Sheet([HEADER, ["北班", "一区", "12"], ["", "二区", "8"]], after=merged)]))
    assert (refusal.rule, "3 行目" in refusal.detail) == ("file.merged", True)
    from dataclasses import replace

    title = Sheet([["体制一覧"], *ROWS], after=merged.replace("A2:A3", "A1:C1"))
    grid, _ = read_xlsx(Book([title]).bytes(), replace(PROFILE, skip_rows=1))
    assert grid.rows.to_pylist() == [3, 4]


@pytest.mark.parametrize("style", [DATE, ERA, MONTH_DAY])
def test_a_date_is_one_in_every_format_of_japanese_excel(style: int) -> None:
    """Formats 27 to 36 and 50 to 58 stand in no list of formats: Excel of that language knows them."""
    cells = [HEADER, ["北班", "一区", f'<c r="@" s="{style}"><v>46113</v></c>']]
    assert read(Book([Sheet(cells)])) == [HEADER, ["北班", "一区", "2026-04-01"]]


def test_filtered_rows_send_the_file_back() -> None:
    """A clerk who filtered by consent sees a short list; the file holds everybody."""
    xml = Sheet(ROWS).xml().replace('<row r="3">', '<row r="3" hidden="1">')
    refusal = refused(Book([Sheet(ROWS)], parts={SHEET: xml.encode()}))
    assert (refusal.rule, "3 行目" in refusal.detail) == ("file.hidden_rows", True)
    empty = Sheet([*ROWS, []]).xml().replace('<row r="4">', '<row r="4" hidden="1">')
    assert read(Book([Sheet(ROWS)], parts={SHEET: empty.encode()})) == ROWS


def test_readings_over_names_are_not_part_of_them() -> None:
    strings = ["北班", "一区"]
    cells = [HEADER, ['<c r="@" t="s"><v>0</v></c>', '<c r="@" t="s"><v>1</v></c>', "12"], ROWS[2]]
    assert read(Book([Sheet(cells)], strings=strings)) == ROWS


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('<row r="3">', '<row r="9999999999">', "file.unreadable"),
        ('<row r="3">', '<row r="2">', "file.unreadable"),
        ('r="B3"', 'r="A3"', "file.unreadable"),
        ('r="B3"', 'r="ZZZZZ3"', "file.unreadable"),
        ('r="C3"', 'r="ZZA3"', "file.header_extra"),
        ("<sheetData>", "<sheetData><broken", "file.unreadable"),
    ],
    ids=["far below", "a row twice", "a cell twice", "no such column", "far to the right", "broken"],
)
def test_places_that_make_no_sense(old: str, new: str, rule: str) -> None:
    xml = Sheet(ROWS).xml()
    assert old in xml
    assert refused(Book([Sheet(ROWS)], parts={SHEET: xml.replace(old, new).encode()})).rule == rule


def test_cells_in_any_order_are_where_they_say() -> None:
    xml = Sheet(ROWS).xml()
    first, second = (xml[xml.index(f'<row r="{n}"') :].split("</row>")[0] + "</row>" for n in (2, 3))
    assert read(Book([Sheet(ROWS)], parts={SHEET: xml.replace(first + second, second + first).encode()})) == ROWS


@pytest.mark.parametrize("part", ["[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", SHEET])
@pytest.mark.parametrize("content", [None, b"", b"<a/>", b"\0" * 40])
def test_a_part_lost_or_spoilt_never_stops_a_run(part: str, content: bytes | None) -> None:
    try:
        assert read(Book([Sheet(ROWS)], parts={part: content})) == ROWS
    except FileRefused as refusal:
        assert refusal.rule in ("file.unreadable", "file.empty")


def test_an_archive_that_would_fill_the_memory_is_not_unpacked() -> None:
    data = bytearray(Book([Sheet(ROWS)]).bytes())
    size_at = data.rindex(SHEET.encode()) - 46 + 24
    struct.pack_into("<I", data, size_at, MOST_UNPACKED + 1)
    assert refused(bytes(data)).rule == "file.too_big"


def test_entities_that_grow_are_not_grown() -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "はは"><!ENTITY b "&a;&a;">]>'
    xml = Sheet(ROWS).xml().replace("<worksheet", f"{entities}<worksheet").replace("北班", "&b;")
    assert refused(Book([Sheet(ROWS)], parts={SHEET: xml.encode()})).rule == "file.unreadable"


@pytest.mark.parametrize("data", [b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_locked_old_or_broken_workbooks(data: bytes) -> None:
    assert refused(data).rule == "file.unreadable"
