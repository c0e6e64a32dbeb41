"""Promises 1 and 2: nothing is kept or used without a basis, and a protected person is never exposed.

Every case of SOURCES is planted as a different household. Every file of the home is decoded and searched.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from models.intervals import MADE_UP
from pipelines import layout
from pipelines.home import Home
from tests.home import traces
from tests.home.cases import CASES, DAY, NO_BASIS, PROTECTED, SEEN, Case
from tests.home.copies import opened

SIGNALS = ("tax_bills", "insurance_bills", "water_notices", "school_flags")


@pytest.fixture(scope="module")
def home(screened: Path) -> Home:
    return opened(screened)


@pytest.fixture(scope="module")
def keys(home: Home) -> dict[str, traces.Keys]:
    return traces.keys_of(home)


@pytest.fixture(scope="module")
def outside(home: Home) -> dict[str, str]:
    return traces.texts(home.root)


def ids(case: Case) -> str:
    return case.name


def listed(home: Home) -> set[str]:
    table = home.store.read_table(layout.visit_list(DAY))
    return set(table["household_key"].to_pylist())


@pytest.mark.parametrize("case", [c for c in CASES if c.household == "listed"], ids=ids)
def test_the_households_that_may_be_seen_are_listed(case: Case, home: Home, keys: dict[str, traces.Keys]) -> None:
    """Otherwise the scan below would show nothing: each planted household is listed when its gate is open."""
    scored = set(home.store.read_table(layout.scores(DAY))["household_key"].to_pylist())
    assert keys[case.name].household & scored
    assert keys[case.name].household & listed(home)


def test_every_page_of_a_made_up_home_says_that_it_is_made_up(home: Home) -> None:
    pages = [path for path in home.store.held if path.endswith((".html", ".md"))]
    assert {path.split("/")[1] for path in pages} >= {"receipts", "reports"}
    silent = [path for path in pages if MADE_UP not in home.store.read_bytes(path).decode()]
    assert home.settings.demonstration and silent == []


@pytest.mark.parametrize("case", [c for c in CASES if c.hidden], ids=ids)
def test_no_trace_of_hidden_people_outside_restricted(
    case: Case, keys: dict[str, traces.Keys], outside: dict[str, str]
) -> None:
    needles = [keys[case.name].persons[place] for place in case.hidden]
    if case.household == "absent":
        needles += [*keys[case.name].household, *keys[case.name].dwelling]
    assert traces.found([*needles, *traces.plain_traces(case)], outside) == []


@pytest.mark.parametrize("case", [c for c in CASES if c.household == "unscored"], ids=ids)
def test_a_household_without_a_consenting_adult_is_not_in_scope(
    case: Case, keys: dict[str, traces.Keys], outside: dict[str, str]
) -> None:
    derived = {n: t for n, t in outside.items() if not n.startswith(("working/.gen", "working/membership", "runs/"))}
    derived |= {n: t for n, t in outside.items() if "/features/" in n or "/scores/" in n or "/backtests/" in n}
    assert traces.found(keys[case.name].household, derived) == []


def test_nobody_at_all_is_named_outside_restricted(city: Path, outside: dict[str, str]) -> None:
    everybody = set(traces.everybody(city / "delivered" / "home")) | {n for c in CASES for n in traces.plain_traces(c)}
    needles = {n for n in everybody if len(n) > 2}
    assert len(needles) > 1000
    assert traces.found(needles, outside) == []


def test_nothing_that_was_said_names_anybody(city: Path, keys: dict[str, traces.Keys]) -> None:
    """What the commands printed, and the text of every exception; `kizuki key` prints the one key it was asked for."""
    said = {"said": (city / "said.txt").read_text(encoding="utf-8")}
    everybody = set(traces.everybody(city / "delivered" / "home")) | {n for c in CASES for n in traces.plain_traces(c)}
    assert traces.found({n for n in everybody if len(n) > 2}, said) == []
    pseudonyms = {k for name, known in keys.items() for k in (*known.persons, *known.household, *known.dwelling)}
    asked = keys[CASES[0].name].household
    assert traces.found(pseudonyms - asked, said) == []


def test_printed_copies_name_only_those_who_may_be_met(screened: Path) -> None:
    printed = {
        path.name: traces.text_of(path)
        for path in sorted((screened / "restricted" / "printed").rglob("*"))
        if path.suffix in (".xlsx", ".pdf")
    }
    assert len(printed) == 2
    hidden = [n for c in CASES for place in c.hidden for n in traces.names_of(c, place)]
    hidden += [f"{traces.TOWN}{c.lot}" for c in CASES if c.household != "listed"]
    assert traces.found(hidden, printed) == []
    for name, text in printed.items():
        shown = text.replace("\n", "").replace(" ", "").replace("　", "")
        missing = [c.name for c in SEEN_CASES if c.full_name(0).replace("　", "") not in shown]
        assert missing == [], name


SEEN_CASES = [c for c in CASES if c.name in {s.name for s in SEEN}]
WITHOUT = [c for c in CASES if c.name in {s.name for s in NO_BASIS}]
GUARDED = [c for c in CASES if c.name in {s.name for s in PROTECTED}]


def kept_ids(home: Home) -> set[str]:
    paths = [
        p for p in home.store.under("restricted/") if p.startswith(("restricted/accepted", "restricted/quarantine"))
    ]
    tables = [home.store.read_table(p) for p in paths]
    found = [t["resident_id"] for t in tables if "resident_id" in t.column_names]
    return set(pc.unique(pa.chunked_array([c for column in found for c in column.chunks])).to_pylist())


@pytest.mark.parametrize("case", WITHOUT, ids=ids)
def test_nothing_is_kept_of_people_without_a_basis(case: Case, home: Home) -> None:
    assert kept_ids(home) & {case.resident(place) for place in case.hidden} == set()


def test_deliveries_are_erased_after_a_week_and_staging_is_gone(screened: Path) -> None:
    days = {path.parent.name for path in (screened / "inbox").rglob("*.csv")}
    assert min(days) > "2026-03-30"
    assert not (screened / "restricted" / ".staging").exists()


def test_protection_is_no_feature_no_column_and_no_count(home: Home, outside: dict[str, str]) -> None:
    """No file outside restricted/ but the receipts of the protection files speaks of protection."""
    words = ("protected", "protection", "支援措置", "庁内配慮")
    tables = [p for p in home.store.under("working/") if p.endswith(".parquet")]
    named = [(p, c) for p in tables for c in home.store.read_table(p).column_names for w in words if w in c]
    assert tables
    assert named == []
    receipts = {n: t for n, t in outside.items() if "receipts/" in n and "protect" not in n}
    assert traces.found(words, receipts) == []
    assert len(GUARDED) > 10
