"""What a delivering office reads at its terminal before it sends."""

from typing import Any

from reports.office_text import DELIVERABLE, IN_PART, REFUSED, check_text, filter_text

RULE = {"rule": "due-date", "sentence": "「納期限」は日付として読める", "remedy": "西暦か和暦で入れてください。",
        "count": 1234, "rows": ["2-1234", "1300"]}  # fmt: skip


def receipt(**changed: Any) -> dict[str, Any]:
    made = {"source": "tax_bills", "title": "市税収納", "kind": "full", "contract": {"version": "1.2.0", "sha256": "b"},
            "verdict": "accepted", "rows_in": 54321, "rows_refused": 0, "file_failures": [], "refused": [],
            "noticed": []}  # fmt: skip
    return made | changed


def test_a_file_without_faults_is_told_so_in_three_lines() -> None:
    assert check_text(receipt()).splitlines() == [
        "市税収納(tax_bills)・全件・取り決めの版 1.2.0",
        DELIVERABLE,
        "54,321行を読みました。受け入れられない行: 0行",
    ]


def test_each_broken_rule_is_told_with_its_rows_and_how_to_mend_them() -> None:
    said = check_text(receipt(rows_refused=1234, refused=[RULE], noticed=[RULE])).splitlines()
    assert said[1] == IN_PART
    entry = [
        "・決まり: 「納期限」は日付として読める [due-date]",
        "  合わない行: 1,234行(行番号 2-1234、1300)",
        "  直し方: 西暦か和暦で入れてください。",
    ]
    assert said[3:] == ["", "受け入れられない行", *entry, "", "お知らせ(受け入れますが、ご確認ください)", *entry]


def test_a_file_that_would_be_sent_back_says_why_first() -> None:
    failure = {"rule": "file.empty", "detail": "見出し行がありません", "remedy": "見出しを付けてください"}
    said = check_text(receipt(verdict="refused", rows_in=0, file_failures=[failure])).splitlines()
    assert said[1:] == [
        REFUSED,
        "読み取れた行はありません。",
        "",
        "ファイル全体",
        "・見出し行がありません [file.empty]",
        "  直し方: 見出しを付けてください",
    ]
    assert "受け入れますが" not in check_text(receipt(verdict="refused", rows_refused=54321, noticed=[RULE]))


def test_filtering_says_how_much_is_left_and_which_rows_went_for_their_number() -> None:
    figures = {"rows_in": 1000, "rows_kept": 20, "rows_dropped_for_their_number": 0, "those_rows": [], "file": "a.csv"}
    assert filter_text(figures) == "1,000行のうち20行を残しました: a.csv"
    said = filter_text(figures | {"rows_dropped_for_their_number": 3, "those_rows": ["2-3", "9"]})
    assert said.splitlines()[1].startswith("番号が決まりの形でないために残さなかった行: 3行(行番号 2-3、9)")
