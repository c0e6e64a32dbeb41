"""Delivered text becomes a value in one place (SOURCES, default profile)."""

from datetime import date

import pyarrow as pa
import pytest

from data_contracts.values import ARROW_TYPES, is_none_text, parse_column

FIRST_OF_APRIL = date(2026, 4, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-01",
        "2026-4-1",
        "20260401",
        "2026/4/1",
        "2026年4月1日",
        "令和8年4月1日",
        "令和８年４月１日",
        "令和 8年 4月 1日",
        "㋿8年4月1日",
        "R8.4.1",
        "R8/4/1",
        "R8-4-1",
        "Ｒ０８０４０１",
        "R080401",
        "5080401",
        " 2026-04-01　",
    ],
)
def test_every_writing_of_a_day_is_the_same_day(text: str) -> None:
    typed, unknown = parse_column(pa.array([text]), "date")
    assert typed.to_pylist() == [FIRST_OF_APRIL]
    assert unknown is not None and unknown.to_pylist() == [False]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("H31.4.30", date(2019, 4, 30)),
        ("平成31年10月1日", date(2019, 10, 1)),
        ("S640107", date(1989, 1, 7)),
        ("3200815", date(1945, 8, 15)),
        ("明治45年7月29日", date(1912, 7, 29)),
        ("T15.12.24", date(1926, 12, 24)),
    ],
)
def test_eras(text: str, day: date) -> None:
    assert parse_column(pa.array([text]), "date")[0].to_pylist() == [day]


@pytest.mark.parametrize("text", ["0000-00-00", "00000000", "99999999", "", "  ", "　", None, "００００００００"])
def test_a_sentinel_means_no_date_and_is_not_unknown(text: str | None) -> None:
    column = pa.array([text], pa.string())
    typed, unknown = parse_column(column, "date")
    assert typed.to_pylist() == [None]
    assert unknown is not None and unknown.to_pylist() == [False]
    assert is_none_text(column, "date").to_pylist() == [True]


@pytest.mark.parametrize(
    "text",
    [
        "不詳",
        "昭和20年頃",
        "昭和20年5月00日",
        "1945-00-00",
        "19450000",
        "S200000",
        "3200500",
        "昭和20年不詳",
        "昭和20年",
    ],
)
def test_a_partly_known_day_keeps_the_row_and_says_unknown(text: str) -> None:
    column = pa.array([text])
    typed, unknown = parse_column(column, "date")
    assert typed.to_pylist() == [None]
    assert unknown is not None and unknown.to_pylist() == [True]
    assert is_none_text(column, "date").to_pylist() == [False]


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "20261301", "昭和65年1月1日", "6080401", "2026-4/1", "きのう", "0026-04-01", "260401", "=1+1"],
)
def test_a_text_that_is_no_day_is_neither_none_nor_unknown(text: str) -> None:
    """The rule `<column>.type` sees: something was written, and it is not a date."""
    column = pa.array([text])
    typed, unknown = parse_column(column, "date")
    assert typed.to_pylist() == [None]
    assert unknown is not None and unknown.to_pylist() == [False]
    assert is_none_text(column, "date").to_pylist() == [False]


def test_amounts_take_full_width_and_commas_and_nothing_else() -> None:
    texts = [
        "１２，３００",
        "12,300",
        "-5",
        "－５",
        "−5",
        " 7 ",
        "0",
        "12300円",
        "1,23",
        "12.0",
        "¥5",
        "1" * 19,
        "",
        None,
    ]
    typed, unknown = parse_column(pa.array(texts), "int")
    assert typed.to_pylist() == [12300, 12300, -5, -5, -5, 7, 0] + [None] * 7
    assert typed.type == pa.int64() and unknown is None


def test_a_key_keeps_its_leading_zeros() -> None:
    texts = ["000000000000123", "０００１２３", " 0001　", "", None]
    typed, _ = parse_column(pa.array(texts), "text", code=True)
    assert typed.to_pylist() == ["000000000000123", "000123", "0001", None, None]


def test_a_name_is_not_respelled() -> None:
    """PUA 外字, IVS and compatibility ideographs stay; invisible and control characters go; kana is composed."""
    texts = ["神\ufe00邊\U000e0100", "\ue000田", "\ufa19", "髙﨑", "山\u202e田\x00", "カ\u3099", "ﾔﾏﾀﾞ", "１", "a\nb"]
    typed, _ = parse_column(pa.array(texts), "text")
    assert typed.to_pylist() == [
        "神\ufe00邊\U000e0100", "\ue000田", "\ufa19", "髙﨑", "山田", "ガ", "ﾔﾏﾀﾞ", "１", "a b",
    ]  # fmt: skip


def test_flags_and_lists() -> None:
    assert parse_column(pa.array(["1", "０", "2", "はい", None]), "flag")[0].to_pylist() == [
        True,
        False,
        None,
        None,
        None,
    ]
    lists, _ = parse_column(pa.array(["tax|insurance", "tax ｜ tax|", "|", None]), "list")
    assert lists.to_pylist() == [["tax", "insurance"], ["tax"], None, None]
    assert lists.type == ARROW_TYPES["list"]


def test_chunks_nulls_and_nothing() -> None:
    chunks = pa.chunked_array([["1"], [None, "2"]], pa.string())
    assert parse_column(chunks, "int")[0].to_pylist() == [1, None, 2]
    for kind, arrow_type in ARROW_TYPES.items():
        typed, _ = parse_column(pa.array([], pa.string()), kind)
        assert len(typed) == 0 and typed.type == arrow_type
        assert parse_column(pa.array([None], pa.string()), kind)[0].to_pylist() == [None]
    assert is_none_text(pa.array([None, "0"], pa.string())).to_pylist() == [True, False]
