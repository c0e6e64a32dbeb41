"""Files as offices write them become text under canonical names, or are refused before anything is saved."""

import dataclasses
import io
from datetime import date, time
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from data_contracts import reading_csv
from data_contracts.catalog import load_catalog
from data_contracts.profile import Source
from data_contracts.reading import FileRefused, read_delivery
from data_contracts.staging import stage

CATALOG = load_catalog(Path(__file__).parents[3] / "config" / "sources")
TEAMS = CATALOG.source("teams", date(2026, 4, 1))
PROTECTED = CATALOG.source("protected_persons", date(2026, 4, 1))
TEAM_FILE = "班,担当区,週訪問数,人数\r\n北班,一区|二区,12,3\r\n南班,三区,8,\r\n"
ID = "00000000000012{}"


def read(tmp_path: Path, content: bytes | str, source: Source = TEAMS, name: str = "a.csv") -> pa.Table:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_delivery(path, source)


def refused(tmp_path: Path, content: bytes | str, source: Source = TEAMS) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, content, source)
    assert str(caught.value).startswith("a.csv: ") and caught.value.remedy
    return caught.value


def with_profile(source: Source, **changes: Any) -> Source:
    return dataclasses.replace(source, profile=dataclasses.replace(source.profile, **changes))


def workbook(rows: list[list[Any]], title: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        TEAM_FILE.encode(),
        TEAM_FILE.encode("utf-8-sig"),
        TEAM_FILE.encode("cp932"),
        TEAM_FILE.replace("\r\n", "\n").encode(),
        TEAM_FILE.rstrip().encode("cp932") + b"\x1a",
        "team,wards,weekly_visits,members\n北班,一区|二区,12,3\n南班,三区,8,\n".encode(),
        "人数,週訪問数,担当区,班,,\n3,12,一区|二区,北班,,\n,8,三区,南班,,\n,,,,,\n\n".encode(),
        '"班","担当区","週訪問数","人数"\n"北班","一区|二区","12","3"\n"南班","三区","8",""\n'.encode(),
    ],
    ids=["utf8", "bom", "cp932", "lf", "ctrl-z", "canonical names", "other order", "all quoted"],
)
def test_one_file_in_many_writings(tmp_path: Path, content: bytes) -> None:
    table = read(tmp_path, content)
    assert table.column_names == ["row", *TEAMS.contract.names]
    assert table.to_pydict() == {
        "row": [2, 3],
        "team": ["北班", "南班"],
        "wards": ["一区|二区", "三区"],
        "weekly_visits": ["12", "8"],
        "members": ["3", None],
    }


def test_an_optional_column_may_be_absent_and_no_rows_is_a_statement(tmp_path: Path) -> None:
    assert read(tmp_path, "班,担当区,週訪問数\n北班,一区,12\n")["members"].to_pylist() == [None]
    assert read(tmp_path, "班,担当区,週訪問数\n").num_rows == 0


def test_rows_are_numbered_as_the_office_sees_them(tmp_path: Path) -> None:
    """A cell with a line break makes its record longer; the next record's number is its own first line."""
    table = read(tmp_path, '班,担当区,週訪問数\n"北\n班",一区,12\n\n"南""班""",二区,8\n')
    assert table["row"].to_pylist() == [2, 5]
    assert table["team"].to_pylist() == ["北\n班", '南"班"']


def test_both_parsers_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Big plain files go through Arrow, the rest through Python: cells and row numbers must not depend on it."""
    bodies = [
        "".join(f"班{i},{i}区,{i},\n" for i in range(50)),
        "".join(f'"班{i}","a,{i}",{i},\r\n' for i in range(50)),
        "班,1区,1,2\n,,,\n班2,2区,2,\n",
        '班,"1\n区",1,2\n班2,2区,2,\n',
        "班,1区,1,2\n\n班2,2区,2,\n",
        "班\x00x,1区,1,2,\n",
    ]
    skipping = with_profile(TEAMS, skip_rows=1)
    for body in bodies:
        text = "班,担当区,週訪問数,人数\n" + body
        slow = read(tmp_path, text), read(tmp_path, "体制一覧\n" + text, skipping)
        monkeypatch.setattr(reading_csv, "_ARROW_FROM", 0)
        assert read(tmp_path, text).equals(slow[0])
        assert read(tmp_path, "体制一覧\n" + text, skipping).equals(slow[1])
        monkeypatch.undo()
        assert slow[1]["row"].to_pylist() == [row + 1 for row in slow[0]["row"].to_pylist()]


@pytest.mark.parametrize("cell", ['"メゾン"青葉""', '"二区"の北', '"二区', '""二区""'])
def test_quoting_gone_wrong_refuses_a_file_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    """Arrow by itself would take the cell in, less its quotes."""
    text = f"班,担当区,週訪問数,人数\n南班,{cell},2,\n"
    for least in (reading_csv._ARROW_FROM, 0):
        monkeypatch.setattr(reading_csv, "_ARROW_FROM", least)
        refusal = refused(tmp_path, text)
        assert refusal.rule == "file.quoting"
        assert refusal.detail.startswith("2 行目から")


def test_arrow_takes_the_plain_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above would compare Python with Python."""
    monkeypatch.setattr(reading_csv, "_ARROW_FROM", 0)
    monkeypatch.setattr(reading_csv, "grid_of", lambda *_: pytest.fail("read by Python"))
    assert read(tmp_path, TEAM_FILE)["row"].to_pylist() == [2, 3]


def test_gaiji_of_cp932_keep_their_place(tmp_path: Path) -> None:
    table = read(tmp_path, "班,担当区,週訪問数\n".encode("cp932") + b"\xf0\x40\xfb\xfc,\x87\x8a,12\n")
    assert table["team"].to_pylist() == ["\ue000髙"] and table["wards"].to_pylist() == ["㈱"]


def test_a_huge_cell_is_text_like_any_other(tmp_path: Path) -> None:
    table = read(tmp_path, f"班,担当区,週訪問数\n{'あ' * 4_000_000},一区,1\n=1+1,<b>,2\n")
    assert [len(t) for t in table["team"].to_pylist()] == [4_000_000, 4]


@pytest.mark.parametrize(
    ("content", "rule", "said"),
    [
        (b"", "file.empty", "見出し行がありません"),
        (b"\r\n,,\r\n", "file.empty", "見出し行がありません"),
        (TEAM_FILE.encode("utf-16"), "file.encoding", "UTF-16"),
        (TEAM_FILE.encode() + "東班,四区\n".encode()[:-3] + b"\n", "file.encoding", "4 行目"),
        (TEAM_FILE.encode("euc_jp"), "file.encoding", "行目"),
        ("担当区,週訪問数\n一区,1\n", "file.header_missing", "班"),
        ("北班,一区,12\n南班,二区,3\n", "file.header_missing", "班、担当区、週訪問数"),
        ("班,担当区,週訪問数,所見\n北班,一区,1,\n", "file.header_extra", "4 列目"),
        ("班,担当区,週訪問数,班\n北班,一区,1,x\n", "file.header_twice", "team"),
        ("班,活動,,\n,担当区,週訪問数,人数\n北班,一区,1,2\n", "file.header_two_rows", "1 行目と 2 行目"),
        ("班,担当区,週訪問数\nteam,wards,weekly_visits\n北班,一区,1\n", "file.header_two_rows", "1 行目と 2 行目"),
        ("班,担当区,週訪問数\n北班,一区,1\n南班,二区\n", "file.cells", "3 行目"),
        ("班,担当区,週訪問数\n北班,一区,1,余り\n", "file.cells", "2 行目"),
        ('班,担当区,週訪問数\n北班,"一区,1\n南班,二区,2\n', "file.quoting", "2 行目"),
        (b"PK\x03\x04broken", "file.unreadable", "Excel"),
    ],
)
def test_refused_as_a_whole(tmp_path: Path, content: bytes | str, rule: str, said: str) -> None:
    refusal = refused(tmp_path, content)
    assert refusal.rule == rule and said in refusal.detail
    assert "北班" not in str(refusal) and "余り" not in str(refusal)


@pytest.mark.parametrize("name", ["full and delta.csv", "FULL_Delta.csv"])
def test_a_name_that_says_full_and_delta_is_sent_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(TEAM_FILE, encoding="utf-8")
    with pytest.raises(FileRefused, match=r"\*full\*.*\*delta\*") as refusal:
        read_delivery(path, TEAMS)
    assert refusal.value.rule == "file.two_kinds"


def test_a_profile_may_fix_the_encoding(tmp_path: Path) -> None:
    assert refused(tmp_path, TEAM_FILE.encode("cp932"), with_profile(TEAMS, encoding="utf-8")).rule == "file.encoding"
    assert read(tmp_path, TEAM_FILE.encode("euc_jp"), with_profile(TEAMS, encoding="euc_jp")).num_rows == 2


def protected(*ids: str) -> str:
    return "宛名番号,履歴番号,最新フラグ,措置区分,開始年月日\n" + "".join(f"{i},1,1,1,2026-04-01\n" for i in ids)


def test_lost_zeros_send_the_file_back(tmp_path: Path) -> None:
    whole = [ID.format(n) for n in range(6)]
    assert read(tmp_path, protected(*whole), PROTECTED)["resident_id"].to_pylist() == whole
    refusal = refused(tmp_path, protected(*(str(int(i)) for i in whole)), PROTECTED)
    assert refusal.rule == "file.lost_zeros" and "宛名番号" in refusal.detail and "2、3" in refusal.detail
    assert refused(tmp_path, protected("1.23457E+14", *whole), PROTECTED).rule == "file.lost_zeros"
    # One short number among many is a bad row, which its pattern refuses: the rest goes on.
    assert read(tmp_path, protected("123", *whole), PROTECTED).num_rows == 7
    assert read(tmp_path, protected("A23", "B1"), PROTECTED).num_rows == 2


def my_number(eleven: int) -> str:
    digits = f"{eleven:011}"
    rest = sum(int(d) * w for d, w in zip(digits, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    return digits + str(0 if rest <= 1 else 11 - rest)


def test_the_check_digit_is_the_one_of_the_law() -> None:
    assert my_number(12345678901) == "123456789018"  # the specimen number printed on 個人番号カード leaflets


@pytest.mark.parametrize("style", ["plain", "separated", "full width"])
def test_a_column_of_individual_numbers_is_never_saved(tmp_path: Path, style: str) -> None:
    numbers = [my_number(10_000_000_000 + 7919 * n) for n in range(10)]
    if style == "separated":
        numbers = [f"{n[:4]}-{n[4:8]} {n[8:]}" for n in numbers]
    if style == "full width":
        numbers = [n.translate(str.maketrans("0123456789", "０１２３４５６７８９")) for n in numbers]
    text = "班,担当区,週訪問数\n" + "".join(f"{n},一区,1\n" for n in numbers[:9]) + "北班,一区,1\n"
    refusal = refused(tmp_path, text)
    assert refusal.rule == "file.my_number" and "班" in refusal.detail
    assert not any(n in str(refusal) for n in numbers)
    extra = "班,担当区,週訪問数,番号\n" + "".join(f"a{n},一区,1,{n}\n" for n in numbers)
    assert refused(tmp_path, extra).rule == "file.my_number"


def test_what_only_looks_like_individual_numbers_passes(tmp_path: Path) -> None:
    numbers = [my_number(10_000_000_000 + 7919 * n) for n in range(10)]
    wrong = [n[:11] + str((int(n[11]) + 1) % 10) for n in numbers]
    few, phones = numbers[:4], [f"0901234{n:04}" for n in range(10)]
    for cells in (wrong, few, phones, numbers[:5] + wrong[5:], [f"000{n}" for n in numbers]):
        assert read(tmp_path, "班,担当区,週訪問数\n" + "".join(f"{c},一区,1\n" for c in cells)).num_rows == len(cells)


def test_excel(tmp_path: Path) -> None:
    header = ["宛名番号", "履歴番号", "最新フラグ", "措置区分", "開始年月日", "終了年月日"]
    rows = [
        [ID.format(1), 1, True, 1, date(2026, 4, 1), None],
        [None] * 6,
        [ID.format(2), 2.0, 0, "2", "R8.4.1", date(2027, 3, 31)],
    ]
    table = read(tmp_path, workbook([header, *rows, []]), PROTECTED, "a.xlsx")
    assert table["row"].to_pylist() == [2, 4]
    assert table["history_no"].to_pylist() == ["1", "2"] and table["latest"].to_pylist() == ["1", "0"]
    assert table["starts_on"].to_pylist() == ["2026-04-01", "R8.4.1"] and table["ends_on"].to_pylist() == [
        None,
        "2027-03-31",
    ]
    staged = stage([(7, table)], PROTECTED)
    assert staged["starts_on"].to_pylist() == [date(2026, 4, 1)] * 2


@pytest.mark.parametrize("spoilt", [121, 121.5, date(2026, 4, 1)])
def test_excel_that_turned_keys_into_numbers(tmp_path: Path, spoilt: object) -> None:
    header = ["宛名番号", "履歴番号", "最新フラグ", "措置区分", "開始年月日"]
    content = workbook([header, [ID.format(1), 1, 1, 1, "2026-04-01"], [spoilt, 1, 1, 1, "2026-04-01"]])
    refusal = refused(tmp_path, content, PROTECTED)
    assert refusal.rule == "file.lost_zeros" and "3 行目" in refusal.detail
    whole = workbook([header, [123456789012345, 1, 1, 1, "2026-04-01"]])  # all fifteen digits are there
    assert read(tmp_path, whole, PROTECTED)["resident_id"].to_pylist() == ["123456789012345"]


@pytest.mark.parametrize(
    ("column", "spoilt", "said"),
    [
        ("世帯番号", 121, "数値"),
        ("町字コード", 1001, "数値"),
        ("番地", date(2001, 2, 3), "日付"),
        ("方書", time(2, 5), "日付"),
        ("宛名番号", date(2026, 4, 1), "日付"),
    ],
)
def test_excel_that_turned_identifiers_or_addresses_into_something_else(
    tmp_path: Path, column: str, spoilt: object, said: str
) -> None:
    """«1-2-3» typed into a general cell is a day to Excel; a 世帯番号 without its zeros is another household's."""
    residents = CATALOG.source("residents", date(2026, 4, 1))
    fine = {"宛名番号": ID.format(1), "履歴番号": 1, "世帯番号": "0121", "住民状態": "現存", "町字コード": "0001001",
            "番地": 12, "方書": "", "生年月日": date(1980, 4, 1)}  # fmt: skip
    assert read(tmp_path, workbook([list(fine), list(fine.values())]), residents)["lot"].to_pylist() == ["12"]
    refusal = refused(tmp_path, workbook([list(fine), list((fine | {column: spoilt}).values())]), residents)
    assert refusal.rule == "file.lost_zeros" and "2 行目" in refusal.detail
    assert f"「{column}」が{said}" in refusal.detail and f"「{column}」" in refusal.remedy


@pytest.mark.parametrize("above", ["sep=,", "令和8年度 体制一覧"])
def test_a_line_above_the_header_is_told_as_what_it_is(tmp_path: Path, above: str) -> None:
    refusal = refused(tmp_path, f"{above}\r\n{TEAM_FILE}")
    assert refusal.rule == "file.cells" and "1 行目" in refusal.detail and "見出し" in refusal.remedy
    titled = workbook([[above], ["班", "担当区", "週訪問数"], ["北班", "一区", 3]])
    assert refused(tmp_path, titled).detail == refusal.detail


@pytest.mark.parametrize(
    "content", [TEAM_FILE.replace(",", ";"), TEAM_FILE.replace(",", "\t"), f"sep=;\n{TEAM_FILE.replace(',', ';')}"]
)
def test_another_separator_is_told_as_what_it_is(tmp_path: Path, content: str) -> None:
    refusal = refused(tmp_path, content)
    assert refusal.rule == "file.separator" and "カンマ" in refusal.remedy


def test_excel_sheet_and_title_rows(tmp_path: Path) -> None:
    content = workbook([["体制一覧"], ["班", "担当区", "週訪問数"], ["北班", "一区", 3]], "体制")
    assert read(tmp_path, content, with_profile(TEAMS, sheet="体制", skip_rows=1))["row"].to_pylist() == [3]
    assert refused(tmp_path, content, with_profile(TEAMS, sheet="ほか", skip_rows=1)).rule == "file.sheet"
    assert refused(tmp_path, b"\xd0\xcf\x11\xe0 old", with_profile(TEAMS, kind="xlsx")).rule == "file.unreadable"


def test_fixed_width(tmp_path: Path) -> None:
    widths = (("team", 8), ("wards", 6), ("weekly_visits", 3))
    source = with_profile(TEAMS, kind="fixed", widths=widths)
    records = [b"".join(p.encode("cp932").ljust(w) for p, (_, w) in zip(r, widths, strict=True)) for r in (
        ("北班", "一区", "012"), ("南班　", "二区", "8"),
    )]  # fmt: skip
    for joined in (b"\r\n".join(records) + b"\r\n", b"\n".join(records), b"".join(records)):
        table = read(tmp_path, joined, source)
        assert table.select(["row", "team", "wards", "weekly_visits", "members"]).to_pydict() == {
            "row": [1, 2], "team": ["北班", "南班"], "wards": ["一区", "二区"], "weekly_visits": ["012", "8"],
            "members": [None, None],
        }  # fmt: skip
    short = refused(tmp_path, records[0] + b"\n" + records[1][:-4], source)
    assert short.rule == "file.width" and "2 行目" in short.detail
    shifted = b"x" * 7 + "二区".encode("cp932").ljust(7) + b"  8"
    cut = refused(tmp_path, records[0] + b"\n" + shifted, source)
    assert cut.rule == "file.encoding" and "2 行目の team" in cut.detail


def test_staging_types_beside_what_was_delivered(tmp_path: Path) -> None:
    bills = CATALOG.source("tax_bills", date(2026, 4, 1))
    text = (
        "税目,相当年度,通知書番号,期別,宛名番号,特別徴収,納期限,調定額\n"
        f'住民税,２０２６,1,01,{ID.format(1)},1,R8.6.30,"１２，０００"\n'
        f"住民税,2026,2,０２,{ID.format(1)},0,不詳,12000円\n"
    )
    table = read(tmp_path, text, bills)
    staged = stage([(3, table), (4, table.slice(1))], bills)
    assert staged["delivery"].to_pylist() == [3, 3, 4] and staged["row"].to_pylist() == [2, 3, 3]
    assert staged["charged_year"].to_pylist()[0] == 2026 and staged["instalment"].to_pylist()[:2] == ["01", "02"]
    assert staged["collected_by"].to_pylist()[:2] == ["特別徴収", "普通徴収"]
    assert staged["collected_by__raw"].to_pylist()[:2] == ["1", "0"]
    assert staged["due_on"].to_pylist()[:2] == [date(2026, 6, 30), None]
    assert staged["due_on__unknown"].to_pylist()[:2] == [False, True]
    assert (
        staged["billed_yen"].to_pylist()[:2] == [12000, None] and staged["billed_yen__raw"].to_pylist()[1] == "12000円"
    )
    assert stage([], bills).schema == staged.schema


def test_an_empty_measure_number_is_one(tmp_path: Path) -> None:
    staged = stage([(1, read(tmp_path, protected(ID.format(1)), PROTECTED))], PROTECTED)
    assert staged["measure_no"].to_pylist() == ["1"] and staged["measure_no__raw"].to_pylist() == [None]


def test_a_delete_column_outside_the_contract(tmp_path: Path) -> None:
    source = with_profile(TEAMS, delete_column="廃止")
    table = read(tmp_path, "班,担当区,週訪問数,廃止\n北班,一区,1,１\n南班,一区,1,\n", source)
    assert stage([(1, table)], source)["row__deleted"].to_pylist() == [True, False]
