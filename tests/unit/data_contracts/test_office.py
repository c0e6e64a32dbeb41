"""What the office runs itself: the receipt beforehand, and a copy with only the rows asked for."""

from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from contract_cases import CANARIES, DAY, like, source

from data_contracts.canary import csv_bytes
from data_contracts.office import check, filter_rows
from data_contracts.reading import FileRefused, read_delivery
from data_contracts.request_list import read_request, rows_with_broken_numbers
from data_contracts.staging import stage

TAX, WATER = source("tax_bills"), source("water_notices")


def request(**columns: list[str]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def test_check_gives_the_receipt_beforehand(tmp_path: Path) -> None:
    path = tmp_path / "tax_full_2026.csv"
    path.write_bytes((CANARIES / "tax_bills" / "clean.csv").read_bytes())
    document = check(path, TAX)
    assert (document["verdict"], document["kind"], document["rows_in"]) == ("accepted", "full", 3)
    assert document["folder_day"] is None
    assert check(CANARIES / "tax_bills" / "rows.csv", TAX, day=DAY)["verdict"] == "refused"
    extra = check(CANARIES / "school_flags" / "file_extra_column.csv", source("school_flags"))
    assert extra["file_failures"][0]["rule"] == "file.header_extra"


def test_check_counts_a_signed_zero() -> None:
    path, of = CANARIES / "protected_persons" / "file_empty.csv", source("protected_persons")
    assert check(path, of)["verdict"] == "refused"
    assert check(path, of, confirmed_rows=0)["verdict"] == "accepted"


@pytest.mark.parametrize(("encoding", "newline"), [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("cp932", "\r\n")])
def test_filter_keeps_lines_byte_for_byte(tmp_path: Path, encoding: str, newline: str) -> None:
    rows = [like(TAX, n, carried="繰越" if n % 2 else "現 年") for n in range(1, 7)]
    text = csv_bytes(TAX.contract, rows).decode().replace("\n", newline)
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_bytes(text.encode(encoding))
    ids = [f"{n:015d}" for n in (2, 5, 77)]
    assert filter_rows(path, TAX, request(resident_id=ids), out) == (6, 2)
    lines = path.read_bytes().splitlines(keepends=True)
    assert out.read_bytes() == b"".join(lines[n] for n in (0, 2, 5))
    assert read_delivery(out, TAX)["resident_id"].to_pylist() == ids[:2]


def test_filter_knows_records_of_several_lines(tmp_path: Path) -> None:
    of = source("residents")
    rows = [like(of, n, building='二行の\r\n方書"です"' if n != 2 else "") for n in (1, 2, 3)]
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_bytes(csv_bytes(of.contract, rows))
    assert filter_rows(path, of, request(resident_id=["000000000000003"]), out) == (3, 1)
    assert read_delivery(out, of).drop_columns("row") == read_delivery(path, of).drop_columns("row").slice(2)


def test_filter_by_customer_number_compares_values_not_spellings(tmp_path: Path) -> None:
    rows = [like(WATER, 0, customer_no=number) for number in ("００１２", "0013", "12")]
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_bytes(csv_bytes(WATER.contract, rows))
    assert filter_rows(path, WATER, request(customer_no=["0012"]), out) == (3, 1)
    assert "００１２" in out.read_text(encoding="utf-8")


def test_a_filter_that_keeps_nothing_writes_nothing(tmp_path: Path) -> None:
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_bytes(csv_bytes(WATER.contract, [like(WATER, 0, customer_no="0013")]))
    with pytest.raises(FileRefused, match="nothing_kept"):
        filter_rows(path, WATER, request(customer_no=["0012"]), out)
    assert not out.exists()
    path.write_bytes(csv_bytes(WATER.contract, []))
    assert filter_rows(path, WATER, request(customer_no=["0012"]), out) == (0, 0)
    assert out.read_bytes() == csv_bytes(WATER.contract, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_request_list_is_read_as_excel_saved_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("resident_id,carried\r\n000000000000001,繰越\r\n000000000000002,\r\n".encode(encoding))
    asked = read_request(path, TAX, TAX.contract.names)
    assert asked.to_pydict() == {"resident_id": ["000000000000001", "000000000000002"], "carried": ["繰越", ""]}


def test_a_request_list_may_have_the_offices_own_headings(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("お客様 番号\n0012\n", encoding="utf-8")
    assert read_request(path, WATER, WATER.contract.names).to_pydict() == {"customer_no": ["0012"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("resident_id\n000000000000001\n104030\n1.04E+05\n", "3、4 行目の「宛名番号」"),
        ("resident_id,who\n000000000000001,x\n", "2 列目の見出し.*宛名番号"),
        ("resident_id,宛名番号\n000000000000001,x\n", "2 列目の見出し"),
        ("", "一覧を読めません"),
        ("PK\x03\x04", "ブック"),
    ],
    ids=["leading zeros lost", "unknown column", "a column twice", "empty", "a workbook"],
)
def test_a_spoilt_request_list_is_refused_without_its_numbers(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused, match=said) as refused:
        read_request(path, TAX, TAX.contract.names)
    assert refused.value.rule.startswith("request.")
    assert "10403" not in str(refused.value)


def test_rows_whose_number_no_list_can_name_are_told(tmp_path: Path) -> None:
    ids = ["000000000000001", "12345", "00000000000000X", "０００００００００００００１"]
    path = tmp_path / "in.csv"
    path.write_bytes(csv_bytes(TAX.contract, [like(TAX, 0, resident_id=number) for number in ids]))
    staged = stage([(1, read_delivery(path, TAX))], TAX)
    assert rows_with_broken_numbers(staged, TAX, ["resident_id"]) == [3, 4, 5]


def test_filter_on_several_columns_needs_all_of_one_line(tmp_path: Path) -> None:
    of = source("school_flags")
    rows = [like(of, 0, pupil_kana=kana, birth_date=born) for kana, born in (("ア", "2015-04-02"), ("イ", "H27.4.2"))]
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_bytes(csv_bytes(of.contract, rows))
    asked = request(pupil_kana=["ア", "イ"], birth_date=["2015-04-03", "2015-04-02"])
    assert filter_rows(path, of, asked, out) == (2, 1)
    assert read_delivery(out, of)["pupil_kana"].to_pylist() == ["イ"]


def test_filter_of_a_workbook_writes_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([column.header for column in TAX.contract.columns])
    for n in (1, 2, 3):
        row = like(TAX, n, carried="=1+1")
        sheet.append([row[name] or None for name in TAX.contract.names])
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s" if cell.value is not None else "n"
    hidden = book.create_sheet("ほかの人", 0)
    hidden.append(["ひみつ"])
    hidden.sheet_state = "hidden"
    path, out = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    book.save(path)
    of = TAX
    assert filter_rows(path, of, request(resident_id=["000000000000002"]), out) == (3, 1)
    copy = openpyxl.load_workbook(out)
    assert len(copy.sheetnames) == 1
    assert [cell.data_type for cell in copy.worksheets[0][2] if cell.value == "=1+1"] == ["s"]
    assert read_delivery(out, of)["resident_id"].to_pylist() == ["000000000000002"]


def test_a_request_the_contract_cannot_answer_or_an_unreadable_file(tmp_path: Path) -> None:
    clean = CANARIES / "tax_bills" / "clean.csv"
    with pytest.raises(ValueError, match="customer_no"):
        filter_rows(clean, TAX, request(customer_no=["1"]), tmp_path / "out.csv")
    with pytest.raises(FileRefused):
        filter_rows(
            CANARIES / "tax_bills" / "file_missing_column.csv", TAX, request(resident_id=[]), tmp_path / "o.csv"
        )
    assert list(tmp_path.iterdir()) == []
