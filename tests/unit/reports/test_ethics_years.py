"""A validation with one as-of date a year is shown year by year, and never as one."""

from typing import Any

from ethics_case import evidence, figure, untold

from reports.ethics import ethics_report

YEARS = ("2023-06-01", "2024-06-01")


def yearly() -> dict[str, Any]:
    """Evidence of a yearly validation: two policies and a rule in two years, the second with a figure missing."""
    found = evidence()
    names = ("ebm_pairs", "ceiling", "rule:tax_open")
    sizes = ("100", "500")

    def year(last: dict[str, Any]) -> dict[str, Any]:
        return {
            "base_rate": figure(0.3, spread=0.01),
            "policies": {name: {"auc": figure(0.7), "precision_at": dict.fromkeys(sizes, last)} for name in names},
            "gain_of_chosen_over": {
                name: {"auc": figure(0.05), "hits_at": {"100": figure(0.123, spread=0.1), "500": last}}
                for name in names[1:]
            },
        }

    metrics = found["metrics"]
    metrics |= {"validation": "yearly", "replay": {}, "by_date": {YEARS[0]: year(figure()), YEARS[1]: year(untold())}}
    metrics["settings"] |= {"list_sizes": (100, 500), "rules": ("tax_open",)}
    return found


def test_every_year_has_its_tables_and_the_rule_its_name() -> None:
    html, found = ethics_report(yearly())
    section = next(one for one in found["sections"] if one["key"] == "baselines")
    captions = [block["caption"] for block in section["blocks"] if block["kind"] == "table"]
    assert set(captions) >= {f"{year}{end}" for year in YEARS for end in (" の世帯", ": 採用モデルの上回り")}
    assert "の大きい順" in html
    assert "12.3%" in html
    assert "訪問枠での適合率と再現率" not in captions
    assert "名簿用には署名できません" in html


def test_lists_among_the_settings_are_printed() -> None:
    html, _ = ethics_report(yearly())
    assert "100、500" in html
