"""What training hands the ethics report about deliveries."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from pipelines import evidence
from pipelines.settings import CONFIG


def test_what_came_later_is_not_told_and_of_protection_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    from data_contracts.catalog import load_catalog

    catalog = load_catalog(CONFIG / "sources")
    day, later = date(2026, 11, 1), date(2026, 11, 2)
    entries = [
        SimpleNamespace(source=name, verdict="accepted", rows_in=40, refused=20, known_from=known)
        for name in catalog.names
        for known in (day, later)
    ]
    monkeypatch.setattr(evidence, "ages", lambda _home, _day: dict.fromkeys(catalog.names, 1))
    home: Any = SimpleNamespace(
        ledger=lambda: SimpleNamespace(entries=entries),
        catalog=catalog,
        role=lambda name: catalog.contracts[name][-1].role,
    )
    told = {line["source"]: (line["rows"], line["refused_rows"]) for line in evidence.contract_results(home, day)}
    assert {name for name, rows in told.items() if rows == (None, None)} == {"protected_persons", "local_protection"}
    assert {rows for name, rows in told.items() if "prot" not in name} == {(40, 20)}


def test_a_household_is_told_the_facts_behind_its_largest_contributions_first_and_none_that_do_nothing() -> None:
    def fact(feature: str) -> dict[str, Any]:
        days = {"first_on": date(2026, 9, 1), "latest_on": date(2026, 10, 1)}
        return {"feature": feature, "person_key": "p", "n": 2, **days}

    def said(*features: str, **contributions: float) -> list[str]:
        return evidence.facts_said([fact(name) for name in features], contributions)

    tax, water, school = "tax_overdue_open", "water_reminder_365d", "school_flags_open"
    alone = {name: said(name, **{name: 1.0})[0] for name in (tax, water, school)}
    of = {school: 0.1, tax: 0.0, water: -0.4}
    assert said(school, tax, water, **of) == [alone[water], alone[school]]
    assert said(school, tax, water, **of, **{f"{tax}×{school}": 0.2}) == [alone[water], alone[school], alone[tax]]


def test_the_card_names_what_the_model_is_compared_with_by_its_title() -> None:
    gains = {"ebm_mains": {"value": None}, "area_only": {"value": 2.0, "low": 1.0, "high": 3.0, "n": 40}}
    metrics = {"replay": {"lines": {"all": {"gain_of_chosen_over": gains}}}, "split": {"replay": [], "test": []}}
    figures, cannot = evidence.card_figures(metrics)
    assert cannot == ["限定平均リードの差(日) 対 EBM(組なし)"]
    assert [one.name_ja for one in figures] == ["限定平均リードの差(日) 対 地区だけ"]


def test_only_sources_that_the_model_reads_are_counted_as_seen() -> None:
    """A source too new to be learned from made a household look seen of which the model knows nothing."""
    visible = pa.table({"household_key": ["a", "a", "b"], "source": ["tax", "housing", "housing"]})
    read = evidence.read_by({"tax_overdue_open": ("tax",), "seizure_open": ("tax", "insurance")}, visible)
    assert read.to_pylist() == [{"household_key": "a", "source": "tax"}]
    assert evidence.read_by({}, visible).num_rows == 0


def test_the_card_says_that_nothing_is_recommended_and_what_is_too_new_to_be_read() -> None:
    whole: dict[str, Any] = {"recommended": True, "split": {"too_new": {}}}
    assert evidence.card_limits(whole) == []
    said = evidence.card_limits({"recommended": False, "split": {"too_new": {"housing": "2026-03-02"}}})
    assert "推奨しません" in said[0] and "「住まい」は2026-03-02に初めて届き" in said[1]
