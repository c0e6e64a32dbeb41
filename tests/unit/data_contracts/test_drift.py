"""Drift: a delivery unlike the last ones is pointed out with figures, and the seasons of a year are no news."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest
from contract_cases import like, names, source, staged

from data_contracts.contract import Contract
from data_contracts.drift import Drift, drifts, sentence
from data_contracts.profiles import LEAST_ROWS, SMALL, ZERO, Profile, profiles

TAX = source("tax_bills").contract
MONTHS = [date(2023 + n // 12, n % 12 + 1, 1) for n in range(36)]
LEVY = 6


def full(n: int, day: date, rows: int, paid_empty: float = 0.3, first_levy: float = 0.6) -> Profile:
    """A monthly full with so many rows, a share of empty 収入日 and of 住民税."""
    empty = {"paid_on": round(rows * paid_empty), "levy": 0}
    return Profile(n, day, "full", rows, rows, empty, {"levy=住民税": round(rows * first_levy)})


def years(last: int = 36) -> list[Profile]:
    """Seasons: in June the new year's bills come, all of them unpaid."""
    return [
        full(n, day, 9_000 if day.month == LEVY else 5_000 + 40 * n, 0.8 if day.month == LEVY else 0.3)
        for n, day in enumerate(MONTHS[:last])
    ]


def warned(past: list[Profile], contract: Contract = TAX) -> Iterator[tuple[date, Drift]]:
    for n, new in enumerate(past):
        yield from ((new.folder_day, one) for one in drifts(new, past[:n], contract))


def test_seasons_are_no_news() -> None:
    assert list(warned(years())) == []


@pytest.mark.parametrize(
    ("change", "rule", "about"),
    [
        ({"rows": 2_000}, "drift.rows", ""),
        ({"rows": 30_000}, "drift.rows", ""),
        ({"paid_empty": 1.0}, "drift.empty", "paid_on"),
        ({"paid_empty": 0.0}, "drift.empty", "paid_on"),
        ({"first_levy": 0.0}, "drift.words", "levy=住民税"),
    ],
    ids=["rows gone", "rows too many", "a column emptied", "a column filled", "a word no more used"],
)
def test_what_changed_is_said(change: dict[str, float], rule: str, about: str) -> None:
    arguments = {"rows": 6_400, **change}
    new = full(36, date(2026, 1, 1), **arguments)  # type: ignore[arg-type]
    found = [d for d in drifts(new, years(), TAX) if d.rule == rule]
    assert [d.about for d in found] == [about]
    said = sentence(found[0], TAX, "full")
    assert "これまで" in said and any(c.isdigit() for c in said)


@pytest.mark.parametrize(
    ("kind", "told", "about"),
    [
        ("full", {"2025": 800, "2024": 500}, []),  # a fifth
        ("full", {"2025": 799, "2024": 500}, ["2025"]),
        ("full", {"2025": 1_000}, []),  # 2024 is not spoken of
        ("full", {"2025": 1_000, "2023": 10}, []),  # nine in ten of few
        ("delta", {"2025": 10}, []),
    ],
)  # fmt: skip
def test_a_full_cut_short_is_seen_by_its_years_from_the_second_one_on(
    kind: str, told: dict[str, int], about: list[str]
) -> None:
    """Also when fulls of a year before that named it are not the last ones."""
    first, second = ({"2025": 1_000, "2023": 99}, {"2024": 500})
    past = [Profile(n, MONTHS[n], "full", 9_000, within=within) for n, within in enumerate((first, second))]
    found = drifts(Profile(2, MONTHS[2], kind, 9_000, within=told), past, TAX)
    assert [(one.rule, one.about) for one in found] == [("drift.within", scope) for scope in about]
    said = [sentence(one, TAX, kind) for one in found]
    assert said == ["相当年度「2025」の行数が799です(前の全件では1,000)"] * len(about)


def test_a_source_with_seasons_says_nothing_in_its_first_year_and_one_without_does() -> None:
    past, new = years(10), full(10, MONTHS[10], 500, 0.0)
    assert drifts(new, past, TAX) == []
    steady = replace(TAX, drift=tuple(replace(rule, seasons=False) for rule in TAX.drift))
    assert {d.rule for d in drifts(new, past, steady)} == {"drift.rows", "drift.empty"}


def test_fulls_and_deltas_are_not_compared() -> None:
    delta = replace(full(36, date(2026, 1, 5), 300), kind="delta")
    assert drifts(delta, years(), TAX) == []


def test_deltas_are_taken_five_together() -> None:
    """A quiet day among busy ones is none of the office's faults; a quiet week is."""
    start = date(2024, 1, 1)
    days = [start + timedelta(days=n) for n in range(500)]
    past = [Profile(n, day, "delta", 0 if n % 5 == 4 else 200) for n, day in enumerate(days)]
    assert list(warned(past)) == []
    quiet = [*past, *(Profile(500 + n, days[-1] + timedelta(days=1 + n), "delta", 5) for n in range(5))]
    assert {d.rule for day, d in warned(quiet) if day > days[-1]} == {"drift.rows"}


def test_every_contract_declares_its_drift_and_its_cadence() -> None:
    for name in names():
        contract = source(name).contract
        assert {rule.of for rule in contract.drift} >= {"rows"}, name
        assert contract.cadence["any"].overdue > 0, name
        assert all(rule.sentence and rule.remedy for rule in contract.drift), name
        assert all(rule.least > 1 for rule in contract.drift if rule.of != "within"), name


def counted(name: str, rows: pa.Table) -> dict[int, tuple[int, dict[str, int], dict[str, int], dict[str, int]]]:
    return profiles(rows, source(name).contract, {1: rows.num_rows})


def test_a_profile_holds_counts_and_no_small_ones() -> None:
    of = source("tax_bills")
    rows = [like(of, n, paid_on="" if n < 40 else "2024-07-01") for n in range(LEAST_ROWS)]
    rows = [row | {"close_reason": "時効" if n < SMALL - 1 else ""} for n, row in enumerate(rows)]
    looked, empty, words, within = counted("tax_bills", staged(of, rows))[1]
    assert (looked, empty["paid_on"]) == (LEAST_ROWS, 40)
    assert empty["close_reason"] == LEAST_ROWS, "nine with a reason are too few to tell"
    assert words["close_reason=時効"] == 0
    assert words["levy=住民税"] == LEAST_ROWS
    assert within == {"2024": LEAST_ROWS}


def test_numbers_of_any_length_that_lost_their_zeros_are_pointed_out() -> None:
    """Such a number looks like any other; it is another customer's, and the old one's notices stay open."""
    of = source("water_notices")

    def delivery(n: int, zeros: bool) -> Profile:
        rows = staged(
            of, [like(of, row, customer_no=f"{row + 1:07d}" if zeros else str(row + 1)) for row in range(LEAST_ROWS)]
        )
        return Profile(n, MONTHS[n], "delta", LEAST_ROWS, *profiles(rows, of.contract, {1: rows.num_rows})[1])

    past = [delivery(n, True) for n in range(16)]
    assert past[0].words[f"customer_no={ZERO}"] == LEAST_ROWS
    assert [*drifts(past[-1], past[:-1], of.contract)] == []
    (found,) = drifts(delivery(16, False), past, of.contract)
    assert (found.rule, found.about, found.now) == ("drift.words", f"customer_no={ZERO}", 0)
    said = sentence(found, of.contract, "delta")
    assert "0 で始まる行の割合が0.0%です" in said and "頭の 0 が消えていないか" in said


def test_small_deliveries_and_protection_have_no_shares() -> None:
    tax, protected = source("tax_bills"), source("protected_persons")
    assert counted("tax_bills", staged(tax, [like(tax, n) for n in range(LEAST_ROWS - 1)])) == {}
    assert counted("protected_persons", staged(protected, [like(protected, n) for n in range(LEAST_ROWS)])) == {}


def test_words_of_the_restricted_lane_are_not_even_counted() -> None:
    of = source("welfare_contacts")
    _, _, words, _ = counted(
        "welfare_contacts", staged(of, [like(of, n, case_no=f"W{n:06d}") for n in range(LEAST_ROWS)])
    )[1]
    assert "kind=介護認定" in words
    assert "kind=要対協" not in words
