"""Everyday facts stay on disk for as long as some feature looks back, by its parts and not by its window's name."""

from datetime import date
from types import SimpleNamespace
from typing import cast

from data_contracts.catalog import load_catalog
from pipelines.episodes import first_month
from pipelines.home import Home
from pipelines.settings import CONFIG


def test_a_year_of_bills_is_kept() -> None:
    """`tax_overdue_of_billed` compares with the bills that fell due in 365 days, and counts what is open now."""
    catalog = load_catalog(CONFIG / "sources")
    home = SimpleNamespace(catalog=catalog, with_role=lambda role: ["tax_bills"] if role == "signal" else [])
    assert first_month(cast(Home, home), date(2026, 4, 5)) == date(2025, 4, 1)
