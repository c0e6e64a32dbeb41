"""The two files: deterministic, complete on every page, and harmless to open."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfReader

from outreach.outcomes import ACTIONS, CONTACTS
from reports.sheet_excel import excel, neutral, original
from reports.sheet_model import CAUTION, COLUMNS, EMPTY, CopyInfo, SheetLine, visits
from reports.sheet_pdf import japanese_font, pdf, printable
from reports.words import unfit_for_paper

COPY = CopyInfo("ご案内先一覧", "北部班", "支援 一郎", "2026-04-06-01", date(2026, 4, 6), date(2026, 4, 13))
LINE = SheetLine(
    name="架空 花子",
    kana="カクウ ハナコ",
    ward="一区",
    town_code="0010",
    town="本町",
    lot="1番1号",
    building="",
    contact_by="訪問",
    avoid="",
    triggers=("お支払いや手続きのことで、ご案内できることがあります(2026年2月の情報)",),
    offers=("納付相談・分割納付",),
)
MANY = [replace(LINE, name=f"架空 {n}子", lot=f"{n}番1号") for n in range(1, 46)]


def pages(data: bytes) -> list[str]:
    """Text per page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def sheet_of(data: bytes) -> Worksheet:
    """The only sheet of the workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def test_every_page_carries_its_number_holder_term_and_caution() -> None:
    found = pages(pdf(visits(MANY), COPY))
    assert len(found) == 3, "about 15 lines a page"
    for number, text in enumerate(found, start=1):
        for needed in (f"{number} / 3 ページ", "写し番号 2026-04-06-01", "持つ人 支援 一郎", "返却期限 2026-04-13"):
            assert needed in text
        assert text.count(CAUTION) == 2
        assert "返却確認" in text
        assert all(column.title in text for column in COLUMNS)


def test_each_person_is_printed_once_in_the_order_of_the_walk() -> None:
    text = "\n".join(pages(pdf(visits(MANY[::-1]), COPY)))
    places = [text.index(f"本町{n}番1号") for n in range(1, 46)]
    assert places == sorted(places)
    assert all(text.count(f"架空 {n}子") == 1 for n in range(1, 46))


def test_the_excel_page_is_set_for_a4_landscape() -> None:
    sheet = sheet_of(excel(visits(MANY), COPY))
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.print_area == "'訪問リスト'!$A$1:$N$48"
    assert sheet.freeze_panes == "C4"
    assert sheet.oddFooter.right.text == "&P / &N"
    assert [cell.value for cell in sheet[3]] == [column.title for column in COLUMNS]
    assert sheet["B4"].font.name == "游ゴシック"
    heading = f"{sheet['A1'].value}{sheet['A2'].value}"
    assert all(part in heading for part in (CAUTION, "2026-04-06-01", "支援 一郎", "2026-04-13"))


def test_results_are_chosen_from_the_codes_of_the_visit_records() -> None:
    rules = {rule.formula1: rule for rule in sheet_of(excel(visits(MANY), COPY)).data_validations.dataValidation}
    strict, free = rules[f'"{",".join(CONTACTS)}"'], rules[f'"{",".join(ACTIONS)}"']
    assert (str(strict.sqref), strict.showErrorMessage) == ("L4:L48", True)
    assert (str(free.sqref), free.showErrorMessage) == ("M4:M48", False)
    assert all(len(formula) <= 255 for formula in rules), "Excel drops longer lists without a word"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'"])
def test_no_text_becomes_a_formula_and_none_is_lost(start: str) -> None:
    text = f"{start}1+1"
    cell = sheet_of(excel(visits([replace(LINE, name=text)]), COPY))["B4"]
    assert cell.data_type == "s"
    assert original(cell.value.split("\n")[0]) == text
    assert original(neutral(text)) == text


def test_equal_input_gives_equal_bytes_in_any_process_and_any_order() -> None:
    script = (
        f"import sys, hashlib; sys.path.insert(0, {str(Path(__file__).parent)!r});"
        "from test_sheet_files import MANY, COPY, excel, pdf, visits;"
        "print(hashlib.sha256(pdf(visits(MANY[::-1]), COPY) + excel(visits(MANY[::-1]), COPY)).hexdigest())"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert said.stdout.strip() == hashlib.sha256(pdf(visits(MANY), COPY) + excel(visits(MANY), COPY)).hexdigest()


def test_no_clock_gets_into_the_files() -> None:
    with zipfile.ZipFile(io.BytesIO(excel(visits(MANY), COPY))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 4, 6, 0, 0, 0)}
        properties = archive.read("docProps/core.xml").decode()
    assert properties.count("2026-04-06T00:00:00Z") == 2
    information = PdfReader(io.BytesIO(pdf(visits(MANY), COPY))).metadata
    assert information is not None
    assert information.creation_date is not None
    assert information.creation_date.date() == COPY.printed_on


def test_what_the_font_lacks_is_shown_as_geta() -> None:
    assert printable("髙\ue000\U000e0100子") == "髙〓子"
    assert printable("葛\U000e0101") == "葛", "a variation selector only chooses a shape"


def test_the_font_is_found_without_importing_matplotlib() -> None:
    assert japanese_font().is_file()
    script = "import sys, reports.sheet_pdf as s; s.japanese_font(); print('matplotlib' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_an_empty_list_says_so() -> None:
    assert EMPTY in pages(pdf(visits([]), COPY))[0]
    assert sheet_of(excel(visits([]), COPY))["A4"].value == EMPTY


def test_nothing_but_names_and_addresses_could_hold_a_forbidden_word() -> None:
    sheet = sheet_of(excel(visits(MANY), COPY))
    printed = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    assert unfit_for_paper(printed) == []
    assert unfit_for_paper("\n".join(pages(pdf(visits(MANY), COPY)))) == []


def test_a_made_up_city_is_named_as_such() -> None:
    shown = replace(COPY, demonstration=True)
    assert "架空データ" in pages(pdf(visits(MANY), shown))[2]
    assert "架空データ" in str(sheet_of(excel(visits(MANY), shown))["A1"].value)


def test_a_footer_cannot_be_bent_by_its_text() -> None:
    footer = sheet_of(excel(visits([LINE]), replace(COPY, copy_number="A&D")))
    assert "A&&D" in footer.oddFooter.center.text
