"""Comparable forms: what is the same comes out the same, what is not stays apart, and nothing is invented."""

import pyarrow as pa
import pytest

from identity.normalise import AddressBook, address_key, building_key, folded, kana_key, kana_keys, kanji_number

TOWNS = [
    "本町一丁目",
    "本町三丁目",
    "本町",
    "東本町",
    "大字中野",
    "霞ヶ丘",
    "四番町",
    "北花田町二丁",
    "字三保野",
    "堀之内",
]


@pytest.fixture(scope="module")
def book() -> AddressBook:
    return AddressBook(pa.table({"town_code": [f"{n:07}" for n in range(len(TOWNS))], "town": TOWNS}))


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("ヤマダ タロウ", "ﾔﾏﾀﾞ　ﾀﾛｳ"),
        ("やまだ たろう", "ヤマダタロウ"),
        ("キョウコ", "キヨウコ"),
        ("チヅル", "チズル"),
        ("カヲル", "カオル"),
        ("サトー", "サト"),
        ("マリア・ルイス", "マリアルイス"),
        ("Smith John", "ｓｍｉｔｈ　ｊｏｈｎ"),
    ],
)
def test_kana_that_is_the_same(written: str, same: str) -> None:
    assert kana_key(written) == kana_key(same)


def test_kana_that_is_not_the_same() -> None:
    assert len({kana_key(name) for name in ("ヤマダタロウ", "ヤマタタロウ", "ヤマダジロウ", "ハヤマダタロウ")}) == 4


def test_kana_columns_keep_null_and_what_has_no_kana_has_no_key() -> None:
    assert kana_keys(pa.array(["ヤマダ", None, "", "山田", "ﾔﾏﾀﾞ"])).to_pylist() == [
        "ヤマダ",
        None,
        None,
        None,
        "ヤマダ",
    ]


def test_names_fold_variants_and_variation_selectors() -> None:
    assert folded("髙 﨑") == folded("高崎")
    assert folded("渡邉") == folded("渡邊") == folded("渡辺")
    assert folded("葛\U000e0100城") == folded("葛城")


@pytest.mark.parametrize(
    ("text", "number"), [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("九十九", 99), ("一〇", 10)]
)
def test_kanji_numbers(text: str, number: int) -> None:
    assert kanji_number(text) == number


@pytest.mark.parametrize(
    ("written", "town", "lot", "building"),
    [
        ("本町3丁目4番11号", "本町三丁目", "4-11", ""),
        ("本町三丁目四番十一号", "本町三丁目", "4-11", ""),
        ("架空市本町３－４－１１", "本町三丁目", "4-11", ""),
        ("架空県架空市本町3の4の11", "本町三丁目", "4-11", ""),
        ("本町３ー４‐１１", "本町三丁目", "4-11", ""),
        ("〒123-4567架空市本町3-4", "本町三丁目", "4", ""),
        ("本町 3丁目 4番地", "本町三丁目", "4", ""),
        ("本町3丁目004番地011", "本町三丁目", "4-11", ""),
        ("中野123番地4", "大字中野", "123-4", ""),
        ("架空市大字中野123-4", "大字中野", "123-4", ""),
        ("霞が丘1-2", "霞ヶ丘", "1-2", ""),
        ("堀ノ内8", "堀之内", "8", ""),
        ("4番町5-3", "四番町", "5-3", ""),
        ("堺市北花田町2丁5番1", "北花田町二丁", "5-1", ""),
        ("架空郡架空町字三保野888", "字三保野", "888", ""),
        ("中野甲123-4", "大字中野", "甲123-4", ""),
        ("本町1丁目2-3 コーポ第2 101号室", "本町一丁目", "2-3", building_key("コーポ2-101")),
        ("本町1丁目2-3 301", "本町一丁目", "2-3", "301"),
        ("本町1丁目2番3-301号室", "本町一丁目", "2-3", "301"),
        ("本町1丁目2番5号棟101", "本町一丁目", "2", "5棟101"),
        ("本町1丁目2番地山田様方", "本町一丁目", "2", "山田様方"),
    ],
)
def test_addresses_as_people_write_them(book: AddressBook, written: str, town: str, lot: str, building: str) -> None:
    assert book.split(written) == (f"{TOWNS.index(town):07}", lot, building)


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "架空市",
        "本町3丁目",
        "本町無番地",
        "架空市南本町3-4",  # another 町字 that ends alike
        "架空市日本橋東本町3-4",
        "本町5丁目1-2",  # a 丁目 that is not on the list, where the list has others
        "架空市栄町1-2 本町ビル3階",
        "本町役場",
    ],
)
def test_nothing_is_invented(book: AddressBook, written: str | None) -> None:
    assert book.split(written) is None
    assert book.dwelling_id(written) is None


def test_rooms_stay_apart() -> None:
    assert building_key("コーポ1-101") != building_key("コーポ11-01")
    assert building_key("コーポ 1 101") == building_key("コーポ1-101") == building_key("コーポ第1 101号室")
    assert building_key("ABCハイツ#203") == building_key("ａｂｃハイツ　２０３号")
    assert building_key(None) == building_key("") == ""
    assert address_key("1-2 301") != address_key("1-2301")


def test_a_building_column_joins_what_stands_behind_the_lot(book: AddressBook) -> None:
    whole = book.dwelling_id("本町一丁目2-3", "コーポ101号室")
    assert whole == book.dwelling_id("本町一丁目2-3コーポ", "101")
    assert whole == book.dwelling_id("本町一丁目2-3 コーポ101", "コーポ101")
    assert whole != book.dwelling_id("本町一丁目2-3", "コーポ102号室")


def test_a_city_without_towns_and_columns_with_nulls(book: AddressBook) -> None:
    empty = AddressBook(pa.table({"town_code": pa.array([], pa.string()), "town": pa.array([], pa.string())}))
    assert empty.split("本町1-2") is None
    found = book.dwellings(pa.array(["本町1丁目2-3", None, "本町1丁目2-3"]), pa.array([None, "101", None], pa.string()))
    assert found.to_pylist() == ["0000000|2-3|", None, "0000000|2-3|"]


def test_a_name_with_two_codes_has_one_whatever_the_order() -> None:
    codes = [["2", "1"], ["1", "2"]]
    assert {AddressBook(pa.table({"town_code": c, "town": ["栄町", "栄町"]})).split("栄町1")[0] for c in codes} == {"1"}
