"""Order, words and refusals of the printed list."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.sheet_model import ASK, COLUMNS, REGULAR, SheetLine, merged_months, natural, sheet_rows, wrap
from reports.words import FORBIDDEN, UnfitForPaper, forbidden_in, legible, unfit_for_paper

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
    triggers=(),
    offers=("納付相談・分割納付",),
)
TITLES = [column.title for column in COLUMNS]


def cell(line: SheetLine, title: str) -> str:
    """One cell of the only row."""
    (row,) = sheet_rows([line])
    return row[TITLES.index(title)]


def test_the_columns_are_those_of_practice_and_fit_the_paper() -> None:
    agreed = "No お会いする方 住所・方書 連絡方法 避けてほしいこと きっかけ ご案内できる制度 既存の関わり 前回 担当"
    assert [*agreed.split(), "訪問日", "接触結果", "対応", "次回"] == TITLES
    assert sum(column.width_mm for column in COLUMNS) <= 281


def test_a_line_has_no_room_for_what_must_not_be_printed() -> None:
    names = {field.name for field in fields(SheetLine)}
    assert not names & {"position", "margin", "score", "probability", "propensity", "slot", "band", "nationality_class"}


def test_without_a_trigger_it_is_a_regular_visit() -> None:
    assert cell(LINE, "きっかけ") == REGULAR


def test_there_is_always_something_to_offer() -> None:
    with pytest.raises(ValueError, match="ご案内できる制度"):
        sheet_rows([replace(LINE, offers=())])


def test_at_most_three_triggers() -> None:
    with pytest.raises(ValueError, match="三つまで"):
        sheet_rows([replace(LINE, triggers=("一", "二", "三", "四"))])


@pytest.mark.parametrize("word", [*FORBIDDEN, "差し押さえ", "3,000円", "三千円", "¥500"])
@pytest.mark.parametrize("field", ["triggers", "offers", "existing", "last"])
def test_our_own_sentences_cannot_hold_a_forbidden_word(field: str, word: str) -> None:
    text = f"あの{word}の件"
    value = (text,) if field in ("triggers", "offers") else text
    with pytest.raises(UnfitForPaper) as refused:
        sheet_rows([replace(LINE, **{field: value})])
    assert "花子" not in str(refused.value)
    assert "本町" not in str(refused.value)


def test_a_wish_that_names_the_matter_is_not_copied_to_paper() -> None:
    assert cell(replace(LINE, avoid="夫に未納と言わないで"), "避けてほしいこと") == ASK
    assert cell(replace(LINE, avoid="夜は避けて"), "避けてほしいこと") == "夜は避けて"


@pytest.mark.parametrize(
    "words", ["元夫のＤＶのため", "d v", "父の虐待", "生活保護のことは家族に", "生保の話", "警察には", "借\n金のこと"]
)
def test_a_wish_that_names_what_is_kept_close_is_asked_for_in_the_office(words: str) -> None:
    assert cell(replace(LINE, avoid=words), "避けてほしいこと") == ASK


@pytest.mark.parametrize("words", ["平日の昼", "夫には言わないで", "電話は夕方5時まで", "車で来ないで", "犬がいます"])
def test_an_ordinary_wish_is_printed_as_it_was_written(words: str) -> None:
    assert cell(replace(LINE, avoid=words), "避けてほしいこと") == words


def test_our_own_sentences_may_offer_assistance() -> None:
    assert "生活保護" in cell(replace(LINE, offers=("生活保護のご相談",)), "ご案内できる制度")


def test_an_address_is_never_refused() -> None:
    assert cell(replace(LINE, lot="8050番地"), "住所・方書") == "本町8050番地"


def test_the_walk_goes_by_ward_town_and_lot_as_numbers() -> None:
    lots = ["10番1号", "2番11号", "2番3号", "\uff11番1号"]
    lines = [replace(LINE, lot=lot, kana=str(n)) for n, lot in enumerate(lots)]
    other = [replace(LINE, ward="二区", lot="1番"), replace(LINE, town_code="0002", town="西町", lot="99番")]
    rows = sheet_rows([*lines, *other])
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert [row[2] for row in rows][:4] == ["西町99番", "本町\uff11番1号", "本町2番3号", "本町2番11号"]


def test_sentences_that_differ_in_their_month_become_one() -> None:
    text = "ご案内できることがあります({}の情報)"
    months = ("2026年4月", "2025年12月", "2026年2月", "2026年4月")
    assert merged_months(map(text.format, months)) == [text.format("2025年12月・2026年2月・4月")]
    assert merged_months(["あ", "い", "あ"]) == ["あ", "い"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a\u2400b"),
        ("a\nb\tc", "a b c"),
        ("a\u202eb", "a〔U+202E〕b"),
        ("a\u200bb", "a〔U+200B〕b"),
        ("髙\ue000\U000e0100", "髙\ue000\U000e0100"),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_nothing_invisible_is_printed(text: str, shown: str) -> None:
    assert legible(text) == shown


@pytest.mark.parametrize("text", ["滞 納", "滞\n納", "ﾘｽｸ", "\uff18\uff10\uff15\uff10", "ＡＩ判定"])
def test_a_forbidden_word_is_found_in_disguise(text: str) -> None:
    assert forbidden_in(text)


def test_ordinary_sentences_are_fit_for_paper() -> None:
    assert unfit_for_paper("お支払いや手続きのことで、ご案内できることがあります(2026年2月の情報)") == []
    assert unfit_for_paper("「お子さんの学校生活の応援」10時から") == []


def test_a_very_long_text_is_cut_and_says_so() -> None:
    assert cell(replace(LINE, avoid="夜は避けて。" * 100), "避けてほしいこと").endswith("(長いため省略)")


@settings(derandomize=True, deadline=None, max_examples=200)
@given(text=st.text(st.sampled_from("あいう、。」ーabc\u3000\n"), max_size=60), width=st.integers(2, 9))
def test_wrapping_loses_no_character_and_keeps_the_width(text: str, width: int) -> None:
    lines = wrap(text, width, lambda _: 1.0)
    assert "".join(lines).replace("\u3000", "") == text.replace("\n", "").replace("\u3000", "")
    assert all(len(line) <= width for line in lines)


def test_a_name_in_kana_breaks_between_its_parts() -> None:
    assert wrap("アカツキヅル\u3000ミオヨ", 9, lambda _: 1.0) == ["アカツキヅル", "ミオヨ"]
    assert wrap("アカツキヅル\u3000ミオヨ", 10, lambda _: 1.0) == ["アカツキヅル\u3000ミオヨ"]


@settings(derandomize=True, deadline=None, max_examples=50)
@given(texts=st.lists(st.text(st.sampled_from("1\uff12番a号 "), max_size=6)))
def test_any_addresses_can_be_put_in_one_order(texts: list[str]) -> None:
    keys = [natural(text) for text in texts]
    assert sorted(keys) == sorted(reversed(keys))
