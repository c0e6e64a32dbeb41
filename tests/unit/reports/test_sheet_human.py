"""The 主任's slips and what a desk is told: what stands on them, what never does."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
from pypdf import PdfReader

from reports.sheet_excel import excel
from reports.sheet_human import DESK_COLUMNS, NO_SLIP, SLIP_COLUMNS, WHOLE, SlipLine, desk_notes, slips
from reports.sheet_model import CopyInfo
from reports.sheet_pdf import pdf

COPY = CopyInfo("気づき連絡票 2026-04-06", "主任", "主任 一郎", "001", date(2026, 4, 6), date(2026, 4, 12))


def slip(number: str, **other: object) -> SlipLine:
    given: dict[str, object] = {
        "urgent": False, "came_on": date(2026, 4, 6), "seen_on": date(2026, 4, 3), "reporter_kind": "民生委員",
        "address": "本町1-2-3", "name_kana": "カクウ ハナコ", "told_person": True,
        "worries": ("介護のこと",), "what_seen": "架空: 郵便受けがいっぱいでした",
        "resident": "架空 花子", **other,
    }  # fmt: skip
    return SlipLine(slip_no=number, **given)  # type: ignore[arg-type]


def test_urgent_slips_come_first_then_the_latest_and_an_empty_worry_is_taken_whole() -> None:
    long_ago = slip("K2", seen_on=date(2025, 4, 1))
    form = slips([long_ago, slip("K3", worries=()), slip("K1", seen_on=date(2026, 3, 1), urgent=True)])
    assert [row[2] for row in form.rows] == ["K1", "K3", "K2"]
    assert [row[0] for row in form.rows] == ["1", "2", "3"]
    assert form.rows[1][8] == WHOLE
    assert form.rows[0][1] == "緊急"


def test_a_slip_that_the_person_does_not_know_of_says_who_chooses_the_way() -> None:
    (row,) = slips([slip("K1", told_person=False)]).rows
    assert "主任が進め方を選びます" in row[10]


def test_a_slip_says_when_it_came_and_when_it_was_seen() -> None:
    form = slips([slip("K1", seen_on=date(2026, 3, 1), came_on=date(2026, 4, 6))])
    said = dict(zip([column.title for column in form.columns], form.rows[0], strict=True))
    assert (said["届いた日"], said["気づいた日"]) == ("2026-04-06", "2026-03-01")
    assert "2026-04-06" in PdfReader(io.BytesIO(pdf(form, COPY))).pages[0].extract_text().split("届いた日")[1]


def test_a_desks_sheet_has_room_for_a_case_number_and_nothing_else() -> None:
    assert [column.title for column in DESK_COLUMNS] == [
        "No",
        "受付番号",
        "担当窓口",
        "お知らせ",
        "確認した日",
        "確認した人",
    ]
    form = desk_notes([("S1", "生活保護の担当", "変化に気づきました")])
    assert list(form.rows) == [("1", "S1", "生活保護の担当", "変化に気づきました", "", "")]


def test_both_sheets_fit_on_a4_and_are_printed_as_text() -> None:
    assert sum(column.width_mm for column in SLIP_COLUMNS) <= 281
    assert sum(column.width_mm for column in DESK_COLUMNS) <= 281
    form = slips([slip("K1", what_seen='=HYPERLINK("http://x")')])
    sheet = openpyxl.load_workbook(io.BytesIO(excel(form, COPY))).active
    assert sheet is not None
    assert sheet["J4"].value == '\'=HYPERLINK("http://x")'
    text = PdfReader(io.BytesIO(pdf(form, COPY))).pages[0].extract_text()
    for said in ("主任", "写し番号 001", "K1", "民生委員"):
        assert said in text
    assert NO_SLIP in PdfReader(io.BytesIO(pdf(slips([]), COPY))).pages[0].extract_text()
