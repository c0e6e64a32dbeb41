"""What people read, word for word: the golden texts of a printed list of five made-up people.

After a change that is meant: ``python tests/unit/reports/test_sheet_golden.py`` writes the files anew; read them.
"""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader

from reports.sheet_excel import excel
from reports.sheet_model import CopyInfo, SheetLine, visits
from reports.sheet_pdf import pdf

GOLDEN = Path(__file__).parents[2] / "golden"
PAYMENTS = "お支払いや手続きのことで、ご案内できることがあります({}の情報)"
WATER = "水道料金のお支払いや手続きのことで、ご案内できることがあります({}の情報)"
COPY = CopyInfo(
    list_name="ご案内先一覧 2026年4月6日の週",
    team="北部班",
    holder="支援 一郎",
    copy_number="2026-04-06-北部班-01",
    printed_on=date(2026, 4, 6),
    expires_on=date(2026, 4, 13),
    demonstration=True,
)


def line(name: str, kana: str, lot: str, **more: object) -> SheetLine:
    """A made-up person of 本町."""
    given: dict[str, object] = {
        "ward": "一区",
        "town_code": "0010",
        "town": "本町",
        "building": "",
        "contact_by": "訪問",
        "avoid": "",
        "triggers": (),
        "offers": ("生活全般の相談(自立相談支援)",),
        **more,
    }
    return SheetLine(name=name, kana=kana, lot=lot, **given)  # type: ignore[arg-type]


LINES = [
    line(
        "架空 花子",
        "カクウ ハナコ",
        "10番2号",
        building="さくらハイツ203号室",
        avoid="平日の昼",
        triggers=(PAYMENTS.format("2026年2月"), PAYMENTS.format("2025年12月"), WATER.format("2026年3月")),
        offers=("納付相談・分割納付", "水道料金の支払い相談"),
        existing="健康課(2026年1月)",
        last="3月30日 不在",
        assignee="支援 一郎",
    ),
    line('=HYPERLINK("http://x","押す")', "<script>alert(1)</script>", "2番1号", building="-1+1"),
    line("髙\ue000﨑 \U00020bb7子", "タカサキ\x07ヨシコ", "2番10号", building="@SUM(A1)\u202e", contact_by="手紙"),
    line(
        "寿限無" * 12,
        "ジュゲム" * 12,
        "2番2号",
        building="とても長い名前の集合住宅" * 8,
        avoid="家族には知られたくない。" * 30,
        triggers=(PAYMENTS.format("2026年2月"),),
    ),
    line(
        "架空 太郎", "カクウ タロウ", "8050番地", ward="十区", avoid="妻には未納のことを言わないで", contact_by="電話"
    ),
]


def pdf_text() -> str:
    """The text of the PDF, page by page."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(visits(LINES), COPY))).pages) + "\n"


def excel_text() -> str:
    """Every cell that holds something, and what frames the page."""
    sheet = openpyxl.load_workbook(io.BytesIO(excel(visits(LINES), COPY))).active
    assert sheet is not None
    cells = [f"{cell.coordinate} {cell.value!r}" for row in sheet.iter_rows() for cell in row if cell.value is not None]
    foot = sheet.oddFooter
    frame = [f"footer {foot.left.text!r} {foot.center.text!r} {foot.right.text!r}", f"print {sheet.print_area}"]
    choices = [f"choice {rule.sqref} {rule.formula1}" for rule in sheet.data_validations.dataValidation]
    return "\n".join([*cells, *frame, *choices]) + "\n"


TEXTS = {"visit_list.pdf.txt": pdf_text, "visit_list.xlsx.txt": excel_text}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_printed_list_reads_as_agreed(name: str) -> None:
    assert TEXTS[name]() == (GOLDEN / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    for file_name, text in TEXTS.items():
        (GOLDEN / file_name).write_text(text(), encoding="utf-8")
