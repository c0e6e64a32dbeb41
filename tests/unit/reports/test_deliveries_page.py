"""The page on deliveries: counts and shares only, small ones untold, drawings inside, the same bytes every time."""

import re
from typing import Any

from reports.deliveries_page import deliveries_html, spark


def month(rows: int, **more: int) -> dict[str, Any]:
    return {"month": "2026-03", "files": 2, "late": 1, "refused_files": 0, "rows": rows, "refused_rows": 3} | more


def source(**changes: Any) -> dict[str, Any]:
    share = {
        "kind": "全件",
        "label": "「収入日」が空",
        "series": [30.0, None, 97.0],
        "last": 97.0,
        "low": 30.0,
        "high": 97.0,
    }
    return {
        "name": "tax_bills", "title": "市税収納", "last": "2026-03-20", "age": 17, "cadence": ["開庁日ごと"],
        "overdue": ["17日届いていません"], "counted": True, "months": [month(12_345)], "shares": [share],
        "links": [], "fewer_found": [],
        "warnings": [{"day": "2026-03-20", "kind": "full", "rule": "drift.empty", "detail": "空の行が97.0%です"}],
    } | changes  # fmt: skip


def page(open_before: str = "", **changes: Any) -> str:
    said: dict[str, Any] = {
        "day": "2026-04-06", "municipality": "見本市", "made_up": "架空データ", "not_run": ["2026-04-03"],
        "open_before": open_before, "weeks_without_list": ["2026-03-30"], "sources": [source(**changes)],
    }  # fmt: skip
    return deliveries_html(said)


def test_what_it_tells() -> None:
    html = page()
    for told in (
        "12,345",
        "17日届いていません",
        "空の行が97.0%です",
        "実行されなかった開庁日が1日",
        "2026-03-30",
        "架空データ",
    ):
        assert told in html, told
    assert "10未満" in html, "three refused rows are not told"
    assert html == page()


def test_a_closed_day_says_that_the_offices_are_closed_and_that_nothing_is_late() -> None:
    assert "閉庁日です" not in page()
    closed = page(open_before="2026-04-03", overdue=[])
    assert "2026-04-06 は閉庁日です。窓口はどこも閉まっています。" in closed
    assert "届かないことは遅れではありません" in closed
    assert "前の開庁日 2026-04-03 の時点で、遅れているものはありません" in closed
    still = page(open_before="2026-04-03")
    assert "前の開庁日 2026-04-03 にすでに遅れていたもの: 市税収納" in still
    assert "遅れているものはありません" not in still


def test_nothing_is_fetched_and_nothing_runs() -> None:
    html = page(title="<script>x</script>")
    assert not re.search(r"<script|https?://|@import|url\(", html)
    assert html.count("<svg") == 2


def test_rows_of_protection_are_not_told() -> None:
    html = page(counted=False, shares=[], months=[month(0, refused_rows=0)])
    assert "載せません" in html
    assert "<svg" not in html


def test_months_without_a_value_are_left_open() -> None:
    assert spark([1, None, 3], "x").count("M") == 2
    assert spark([], "x").startswith("<svg")


def test_a_drawing_tells_no_count_that_the_table_does_not_tell() -> None:
    few, more = (page(months=[month(0), month(rows), month(0), month(40)]) for rows in (1, 9))
    assert few == more
    assert few != page(months=[month(0), month(0), month(0), month(40)])
    assert few != page(months=[month(0), month(20), month(0), month(40)])


def test_how_persons_were_found_is_told_by_month_and_a_fall_is_pointed_out() -> None:
    found = {"label": "一人に決まった", "series": [90.0, 62.1], "last": 62.1, "low": 62.1, "high": 90.0}
    html = page(links=[found], fewer_found=["人が一人に決まった行が62.1%に減りました"])
    assert "番号のない行の、人の見つかり方" in html and "62.1~90.0%" in html
    assert html.count("62.1%に減りました") == 2, "in the summary and at the source"
    assert "見つかり方" not in page()
