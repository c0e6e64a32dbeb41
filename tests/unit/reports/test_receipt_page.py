"""The receipt's page: what the office must do, and no person."""

from typing import Any

from ethics_case import Page

from reports.receipt_page import ACCEPTED, ACCEPTED_IN_PART, REFUSED, receipt_html


def receipt(**changed: Any) -> dict[str, Any]:
    rule = {"rule": "due-date", "sentence": "納期限が日付ではありません。", "remedy": "西暦か和暦で入れてください。",
            "count": 1234, "rows": ["2-1234", "1300"]}  # fmt: skip
    made = {
        "source": "tax_bills", "title": "市税の収納", "folder_day": "2026-04-01", "admitted_day": "2026-04-02",
        "kind": "full", "sha256": "a" * 64, "contract": {"version": "1.2.0", "sha256": "b" * 64},
        "verdict": "accepted", "rows_in": 54321, "rows_refused": 1234, "accepted_or_forgotten": 53087,
        "file_failures": [], "refused": [rule], "noticed": [], "drift": [],
    }  # fmt: skip
    return made | changed


def test_refused_rows_with_row_numbers_sentence_and_remedy() -> None:
    html = receipt_html(receipt())
    rule = receipt()["refused"][0]
    for said in (ACCEPTED_IN_PART, rule["sentence"], rule["remedy"], rule["rule"], "2-1234、1300", "1,234"):
        assert said in html
    assert "お知らせはありません。" in html


def test_accepted_and_forgotten_are_one_number() -> None:
    html = receipt_html(receipt())
    assert "53,087" in html and "受け入れた行、または使わずに消した行" in html


def test_a_refused_file_says_why_and_how_to_mend_it() -> None:
    failure = {"rule": "header", "detail": "「納期限」がありません。", "remedy": "直してください。"}
    refused = {"verdict": "refused", "refused": [], "rows_refused": 54321, "accepted_or_forgotten": 0}
    html = receipt_html(receipt(**refused, file_failures=[failure], admitted_day=None))
    assert REFUSED in html and failure["detail"] in html and failure["remedy"] in html
    assert ACCEPTED not in html


def test_a_refused_file_reads_nowhere_as_accepted() -> None:
    html = receipt_html(receipt(verdict="refused", refused=[], rows_in=0, rows_refused=0, accepted_or_forgotten=0))
    for wrong in ("受け入れた日", "受け入れていない行はありません", "受け入れましたが"):
        assert wrong not in html
    assert "確かめた日" in html and "全部を受け入れていません" in html
    assert html.count('<td class="number">—(読み取れた行がありません)</td>') == 3


def test_a_clean_file_is_told_so() -> None:
    html = receipt_html(receipt(refused=[], rows_refused=0, accepted_or_forgotten=54321))
    assert f"<strong>{ACCEPTED}</strong>" in html
    assert "受け入れていない行はありません。" in html


def test_a_made_up_city_is_said_in_title_page_and_print() -> None:
    assert "架空" not in receipt_html(receipt())
    html = receipt_html(receipt(note="架空データ"))
    assert "<title>【架空データ】受領書" in html
    assert '<p class="made-up" role="note">架空データ' in html
    assert 'content: "架空データ"' in html


def test_self_contained_and_the_same_bytes() -> None:
    html = receipt_html(receipt())
    assert html == receipt_html(receipt())
    page = Page(html)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img"}
    assert "http" not in html.lower()
    assert all(attributes["scope"] in ("col", "row") for tag, attributes in page.tags if tag == "th")


def test_what_an_office_writes_cannot_become_markup() -> None:
    failure = {"rule": "header", "detail": "<script>x</script>", "remedy": "<b>"}
    tags = {tag for tag, _ in Page(receipt_html(receipt(file_failures=[failure], verdict="refused"))).tags}
    assert not tags & {"script", "b"}
