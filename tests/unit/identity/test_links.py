"""Rows without 宛名番号 find exactly one person, or nobody; a protected person is not found, nor a namesake instead."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from identity.links import How, link
from identity.normalise import AddressBook

BOOK = AddressBook(pa.table({"town_code": ["1", "2"], "town": ["本町一丁目", "栄町"]}))
DAY = date(2026, 4, 1)
STATES = pa.schema(
    [(name, pa.string()) for name in ("resident_id", "name_kana", "status", "dwelling_id")]
    + [(name, pa.date32()) for name in ("birth_date", "from", "until")]
)
ROWS = pa.schema([("row_id", pa.int64()), ("day", pa.date32()), ("kana", pa.string()), ("birth_date", pa.date32())])
ROWS = ROWS.append(pa.field("address", pa.string())).append(pa.field("building", pa.string()))
NEVER = pa.schema([("resident_id", pa.string()), ("from", pa.date32()), ("until", pa.date32())])
BORN = date(2012, 5, 1)
Row = dict[str, Any]


def person(resident: str, kana: str = "ヤマダ ハナ", home: str = "本町一丁目2-3", **other: Any) -> Row:
    usual: Row = {"status": "現存", "birth_date": BORN, "from": date(2020, 1, 1), "until": None}
    return {"resident_id": resident, "name_kana": kana, "dwelling_id": BOOK.dwelling_id(home), **(usual | other)}


def row(
    kana: str | None = "ﾔﾏﾀﾞ ﾊﾅ", address: str | None = "本町1-2-3", birth: date | None = None, day: date = DAY
) -> Row:
    return {"row_id": 1, "day": day, "kana": kana, "birth_date": birth, "address": address, "building": None}


def found(told: Row, people: list[Row], how: How = "kana_address", never: list[Row] | None = None) -> tuple[Any, str]:
    rows = pa.Table.from_pylist([told], schema=ROWS)
    shields = pa.Table.from_pylist(never or [], schema=NEVER)
    [one] = link(rows, pa.Table.from_pylist(people, schema=STATES), BOOK, how, shields).to_pylist()
    return one["resident_id"], one["outcome"]


def test_kana_and_dwelling() -> None:
    assert found(row(), [person("a"), person("b", kana="ヤマダ タロウ"), person("c", home="栄町9")]) == ("a", "linked")


@pytest.mark.parametrize(
    "told", [row(kana="スズキ"), row(kana=None), row(address="栄町1"), row(address=None), row(kana="山田")]
)
def test_whoever_does_not_fit_exactly_is_not_found(told: Row) -> None:
    assert found(told, [person("a")]) == (None, "none")


def test_two_who_fit_are_ambiguous_and_nobody_is_chosen() -> None:
    assert found(row(), [person("a"), person("b")]) == (None, "ambiguous")


def test_several_states_of_one_person_are_one_person() -> None:
    turned = [person("a", until=date(2026, 3, 31)), person("a", **{"from": date(2026, 4, 1)})]
    assert found(row(), turned) == ("a", "linked")


def test_birth_date_goes_before_dwelling() -> None:
    parent, child = person("a", birth_date=date(1980, 1, 1)), person("b", home="栄町9")
    assert found(row(birth=BORN), [parent, child], "kana_birth_or_address") == ("b", "linked")
    assert found(row(birth=None), [parent, child], "kana_birth_or_address") == ("a", "linked")
    assert found(row(birth=BORN), [parent, child], "kana_address") == ("a", "linked")


def test_the_dwelling_decides_between_namesakes_of_one_day() -> None:
    namesakes = [person("a"), person("b", home="栄町9")]
    assert found(row(birth=BORN), namesakes, "kana_birth_or_address") == ("a", "linked")
    assert found(row(birth=BORN, address="栄町1"), namesakes, "kana_birth_or_address") == (None, "ambiguous")


def test_as_known_on_the_day_of_the_row() -> None:
    moved = [person("a", until=date(2026, 3, 31)), person("b", **{"from": date(2026, 4, 1)})]
    assert found(row(day=date(2026, 3, 31)), moved) == ("a", "linked")
    assert found(row(day=date(2026, 4, 1)), moved) == ("b", "linked")
    assert found(row(day=date(2019, 4, 1)), moved) == (None, "none")


@pytest.mark.parametrize("status", ["転出", "死亡", "職権消除"])
def test_who_is_not_here_is_not_found(status: str) -> None:
    assert found(row(), [person("a", status=status)]) == (None, "none")


def test_a_protected_person_is_never_found() -> None:
    shield = [{"resident_id": "a", "from": date(2026, 1, 1), "until": DAY}]
    assert found(row(), [person("a")], never=shield) == (None, "none")
    assert found(row(day=date(2026, 4, 2)), [person("a")], never=shield) == ("a", "linked")


@pytest.mark.parametrize("birth", [None, BORN])
def test_nor_is_a_namesake_found_instead(birth: date | None) -> None:
    """The row may be the protected person's: nobody else may carry it."""
    shield = [{"resident_id": "a", "from": date(2026, 1, 1), "until": None}]
    people = [person("a"), person("b")]
    assert found(row(birth=birth), people, "kana_birth_or_address", shield) == (None, "none")
    elsewhere = [person("a", home="栄町9"), person("b")]
    assert found(row(birth=BORN), elsewhere, "kana_birth_or_address", shield) == (None, "none")


def test_every_row_comes_back_once_and_in_order() -> None:
    rows = [{**row(), "row_id": 3}, {**row(kana="スズキ"), "row_id": 1}, {**row(), "row_id": 2}]
    people = pa.Table.from_pylist([person("a")], schema=STATES)
    out = link(pa.Table.from_pylist(rows, schema=ROWS), people, BOOK, "kana_address", NEVER.empty_table())
    assert out["row_id"].to_pylist() == [1, 2, 3]
    assert out["outcome"].to_pylist() == ["none", "linked", "linked"]
    assert out["dwelling_id"].to_pylist() == ["1|2-3|"] * 3
