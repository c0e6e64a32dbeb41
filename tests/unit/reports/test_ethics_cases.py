"""The signed report holds no single household; their page can be taken away (promise 8)."""

from typing import Any

from reports.ethics import cases_page, ethics_report

LOCAL = {
    "listed": True,
    "margin": -1.0,
    "base": -2.0,
    "contributions": {"tax_overdue_open": 1.0},
    "facts": ["秘密の事実"],
}


def evidence(**explained: Any) -> dict[str, Any]:
    return {"demonstration": True, "municipality": "架空市", "as_of": "2026-04-01", "explained": explained}


def test_the_page_of_cases_stands_alone() -> None:
    page = cases_page(evidence(local=[LOCAL]))
    assert "秘密の事実" in page and "架空データ" in page


def test_the_signed_report_names_the_page_and_holds_no_household() -> None:
    html, figures = ethics_report(evidence(apart={"cases": 1, "sha256": "f" * 64}))
    assert "f" * 64 in html and "cases.html" in html
    assert "秘密の事実" not in html and "秘密の事実" not in str(figures)
