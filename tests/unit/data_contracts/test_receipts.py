"""The receipt: which rows, which rule, what to do; one number for accepted and forgotten; never a person."""

import json
from datetime import date

import pytest
from contract_cases import judged, like, source

from data_contracts.judging import FileFailure, Judgement
from data_contracts.receipts import receipt, row_ranges

TAX = source("tax_bills")
DAY = date(2026, 4, 1)


def made(judgement: Judgement | None, failures: list[FileFailure], delivery: int = 1) -> dict:
    return receipt(
        TAX, folder_day=DAY, known_from=DAY, kind="delta", sha256="ab", delivery=delivery, judgement=judgement,
        failures=failures,
    )  # fmt: skip


def test_a_receipt_of_an_accepted_file() -> None:
    rows = [like(TAX, n) for n in range(198)]
    rows += [like(TAX, 900, billed_yen="x"), like(TAX, 901, billed_yen=""), like(TAX, 902, paid_yen="0")]
    judgement = judged(TAX, rows)
    document = made(judgement, [])
    assert document["verdict"] == "accepted"
    assert (document["rows_in"], document["rows_refused"], document["accepted_or_forgotten"]) == (201, 2, 199)
    assert [(r["rule"], r["count"], r["rows"]) for r in document["refused"]] == [
        ("billed_yen.required", 1, ["201"]),
        ("billed_yen.type", 1, ["200"]),
    ]
    assert [(r["rule"], r["rows"]) for r in document["noticed"]] == [("R-TAX-08", ["202"])]
    assert all(r["sentence"] and r["remedy"] for r in document["refused"])
    assert document["contract"] == {"version": "1.0.0", "sha256": TAX.contract.digest}
    assert json.dumps(document, ensure_ascii=False) == json.dumps(made(judgement, []), ensure_ascii=False)


def test_a_receipt_of_a_refused_file_accepts_nothing() -> None:
    judgement = judged(TAX, [like(TAX, 1), like(TAX, 2, billed_yen="x")], [like(TAX, 3)])
    document = made(judgement, judgement.refused_files[1])
    assert document["verdict"] == "refused"
    assert (document["rows_in"], document["rows_refused"], document["accepted_or_forgotten"]) == (2, 2, 0)
    assert document["file_failures"][0]["rule"] == "file.refuse_share"
    assert document["refused"][0]["rows"] == ["3"]
    assert made(judgement, [], delivery=2)["refused"] == []


def test_a_receipt_of_an_unreadable_file() -> None:
    document = made(None, [FileFailure("file.encoding", "文字コードが違います", "UTF-8 で出してください")])
    assert (document["verdict"], document["rows_in"], document["refused"]) == ("refused", 0, [])


def test_no_cell_of_a_row_is_on_the_receipt() -> None:
    rows = [like(TAX, 123456789, levy="ひみつ税", notice_no="ひみつ番号")]
    text = json.dumps(made(judged(TAX, rows), []), ensure_ascii=False)
    assert "ひみつ" not in text
    assert "123456789" not in text


@pytest.mark.parametrize(
    ("rows", "written"),
    [([], []), ([2], ["2"]), ([4, 2, 3, 9, 9], ["2-4", "9"]), ([5, 7, 8], ["5", "7-8"])],
)
def test_row_numbers_are_short_and_whole(rows: list[int], written: list[str]) -> None:
    assert row_ranges(rows) == written
