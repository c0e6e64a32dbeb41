"""PRACTICE «Who is on the list»: what 支援・受給状況 does, line by line; what the worker and the desk are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any

import pyarrow as pa
import pytest

from outreach.ask_first import TURN_WEEKS, with_ask_first
from outreach.desks import CHANGED, DESK_LINES, VISIT, desk_lines, slip_lines
from outreach.eligibility import LEFT_OUT, told_to_the_analyst, why_counts
from outreach.policy import Policy
from outreach.safeguards import CASES, FACTS, exclusions, open_cases
from outreach.visit_list import plan_week

DAY = date(2026, 4, 6)
YESTERDAY, TOMORROW = DAY - timedelta(1), DAY + timedelta(1)
Week = Callable[..., dict[str, Any]]


def fact(kind: str, household: str = "h", **other: Any) -> dict[str, Any]:
    usual = {"case_no": f"C-{kind}-{household}", "began_on": date(2025, 1, 1), "adult": True, "resident": "r1"}
    return {**usual, "household_key": household, "kind": kind, **other}


def facts(*rows: Mapping[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), FACTS)


def whys(*rows: Mapping[str, Any], adults: int = 1) -> list[str]:
    table = pa.table({"household_key": ["h"], "adults": [adults]})
    return exclusions(facts(*rows), table, DAY)["why"].to_pylist()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("生活保護受給", ["welfare_recipient"]),
        ("プラン作成", ["plan_running"]),
        ("入院入所", ["hospital_only_adult"]),
        *((kind, []) for kind in ("介護認定", "就学前在籍", "要対協", "生活保護申請", "生活保護相談", "自立相談受付")),
    ],
)
def test_what_each_kind_does_to_a_household_with_one_adult(kind: str, expected: list[str]) -> None:
    assert whys(fact(kind)) == expected


@pytest.mark.parametrize(
    ("began", "ended", "expected"),
    [(DAY, None, True), (TOMORROW, None, False), (YESTERDAY, DAY, True), (YESTERDAY, YESTERDAY, False)],
)
def test_a_case_counts_from_its_first_to_its_last_day(began: date, ended: date | None, expected: bool) -> None:
    assert bool(whys(fact("生活保護受給", began_on=began, ended_on=ended))) is expected


def test_hospital_excludes_only_when_no_other_adult_is_at_home() -> None:
    one, other = fact("入院入所"), fact("入院入所", resident="r2", case_no="C2")
    assert whys(one, adults=2) == []
    assert whys(one, other, adults=2) == ["hospital_only_adult"]
    assert whys(fact("入院入所", adult=False)) == [], "a child in hospital"
    assert whys(one, fact("入院入所", case_no="C3"), adults=2) == [], "two stays of one person"


def test_the_council_excludes_nobody_and_its_case_is_known_to_its_desk() -> None:
    assert whys(fact("要対協")) == []
    assert open_cases(facts(fact("要対協")), DAY)["why"].to_pylist() == ["council"]


def excluded(**rows: str) -> pa.Table:
    return pa.Table.from_pylist([{"household_key": key, "why": why} for key, why in rows.items()], LEFT_OUT)


def test_sealed_reasons_are_neither_a_row_nor_a_count() -> None:
    table = excluded(a="welfare_recipient", b="plan_running", c="hospital_only_adult", d="refused", e="restricted")
    both = pa.concat_tables([table, excluded(a="refused")])
    assert told_to_the_analyst(both).to_pylist() == [{"household_key": "d", "why": "refused"}]
    assert {"welfare_recipient", "plan_running", "hospital_only_adult", "restricted"}.isdisjoint(why_counts(both))


def test_a_change_is_noticed_when_its_facts_would_have_put_it_on_the_list(week: Week, policy: Policy) -> None:
    barred = excluded(h00="welfare_recipient", h05="plan_running", h29="welfare_recipient")
    made = plan_week(**week(30, 10, excluded=barred), policy=policy)
    assert {"h00", "h05", "h29"}.isdisjoint(made.visits["household_key"].to_pylist())
    assert made.noticed.to_pylist() == [
        {"household_key": "h00", "why": "welfare_recipient"},
        {"household_key": "h05", "why": "plan_running"},
    ]


def test_no_change_is_noticed_below_the_last_place_when_somebody_is_carried_or_put_first(
    week: Week, policy: Policy, history: Callable[..., pa.Table]
) -> None:
    """A carried visit takes a place, and who goes first is not measured by a margin: neither opens the list to all."""
    past = history({"household_key": "h28", "monday": date(2026, 3, 30), "slot": "ranked", "outcome": "不在"})
    given = week(
        30,
        10,
        changes={"h27": {"first": True}},
        excluded=excluded(h00="welfare_recipient", h20="plan_running"),
        history=past,
    )
    made = plan_week(**given, policy=policy)
    slots = dict(zip(made.visits["household_key"].to_pylist(), made.visits["slot"].to_pylist(), strict=True))
    assert (slots["h28"], slots["h27"]) == ("carried", "ranked")
    assert made.noticed.to_pylist() == [{"household_key": "h00", "why": "welfare_recipient"}]


def test_no_change_is_noticed_where_carried_visits_take_every_place(
    week: Week, policy: Policy, history: Callable[..., pa.Table]
) -> None:
    past = history({"household_key": "h28", "monday": date(2026, 3, 30), "slot": "ranked", "outcome": "不在"})
    barred = excluded(h00="welfare_recipient", h05="plan_running")
    made = plan_week(**week(30, 1, changes={"h05": {"first": True}}, excluded=barred, history=past), policy=policy)
    assert made.visits["slot"].to_pylist() == ["carried"]
    assert made.noticed.num_rows == 0


def test_no_change_is_noticed_without_anything_dated_or_against_a_refusal(
    week: Week, policy: Policy, history: Callable[..., pa.Table]
) -> None:
    past = history({"household_key": "h01", "outcome": "拒否", "visited_on": date(2026, 3, 1)})
    barred = pa.concat_tables(
        [excluded(h00="welfare_recipient", h01="welfare_recipient", h02="plan_running"), excluded(h02="died_or_moved")]
    )
    made = plan_week(**week(30, 10, changes={"h00": {"reason_1": None}}, excluded=barred, history=past), policy=policy)
    assert made.noticed.num_rows == 0


def test_who_was_declined_goes_first_without_any_reason(week: Week, policy: Policy) -> None:
    changes = {"h20": {"first": True, "reason_1": None}}
    made = plan_week(**week(30, 10, changes=changes), policy=policy)
    assert made.visits.to_pylist()[0]["household_key"] == "h20"


def test_who_died_or_moved_is_told_to_the_analyst_though_no_longer_scored(week: Week, policy: Policy) -> None:
    made = plan_week(**week(3, 10, excluded=excluded(gone="died_or_moved", other="welfare_recipient")), policy=policy)
    assert told_to_the_analyst(made.left_out).to_pylist() == [{"household_key": "gone", "why": "died_or_moved"}]


# -- 訪問前に主任へ確認 ----------------------------------------------------------------------------------------------


def test_the_card_asks_to_see_the_chief_for_the_council_and_for_random_others(week: Week, policy: Policy) -> None:
    given = week(100, 60)
    visits = plan_week(**given, policy=policy).visits
    keys = visits["household_key"].to_pylist()
    known = pa.array([keys[3], keys[40]], pa.string())
    said = with_ask_first(visits, known, given["draws"], 15, DAY)
    assert said.drop_columns(["ask_first"]).equals(visits.drop_columns(["ask_first"]))
    asked = {row["household_key"] for row in said.to_pylist() if row["ask_first"]}
    assert {keys[3], keys[40]} < asked
    assert 3 <= len(asked) <= 30
    again = with_ask_first(visits, pa.array([], pa.string()), given["draws"], 15, DAY)
    others = {row["household_key"] for row in again.to_pylist() if row["ask_first"]}
    assert others == asked - {keys[3], keys[40]} | (others & {keys[3], keys[40]}), "nobody else's card changes"
    assert with_ask_first(visits, pa.array([], pa.string()), given["draws"], 0, DAY)["ask_first"].to_pylist() == [
        False
    ] * len(keys)


def test_a_card_that_says_so_anew_is_no_sign_of_anything(week: Week, policy: Policy) -> None:
    """Others begin and stop saying so as well, for months: one in seven at any time, some anew every few weeks."""
    given = week(300, 200)
    visits, none = plan_week(**given, policy=policy).visits, pa.array([], pa.string())
    weeks = [
        with_ask_first(visits, none, given["draws"], 15, DAY + timedelta(weeks=n))["ask_first"].to_pylist()
        for n in range(2 * TURN_WEEKS)
    ]
    assert all(0.05 < sum(said) / len(said) < 0.3 for said in weeks)
    anew = sum(now and not before for one, two in pairwise(weeks) for before, now in zip(one, two, strict=True))
    assert anew > 1.5 * len(weeks[0]), "about once in each turn, for every household"
    for household in zip(*weeks, strict=True):
        inside = [len(list(run)) for said, run in groupby(household) if said][1:-1]
        assert all(14 <= weeks_long <= 17 for weeks_long in inside)


# -- what the worker in charge and the desks are told ----------------------------------------------------------------

CASE_ROWS = [
    ("h1", "S1", "welfare_recipient"),
    ("h2", "P2", "plan_running"),
    ("h3", "K3", "council"),
    ("h4", "K4", "council"),
]


def lines(noticed: pa.Table, before: pa.Table | None = None) -> list[tuple[str, str, str]]:
    cases = pa.Table.from_pylist([dict(zip(CASES.names, row, strict=True)) for row in CASE_ROWS], CASES)
    listed = pa.table({"household_key": ["h3", "h9"]})
    made = desk_lines(noticed, listed, cases, before or DESK_LINES.empty_table(), 90, DAY)
    return [(row["desk"], row["case_no"], row["message"]) for row in made.to_pylist()]


def test_a_desk_is_told_a_case_number_and_nothing_else() -> None:
    noticed = excluded(h1="welfare_recipient", h2="plan_running")
    assert lines(noticed) == [
        ("こども家庭センター", "K3", VISIT),
        ("生活保護の担当", "S1", CHANGED),
        ("自立相談支援の担当", "P2", CHANGED),
    ]


@pytest.mark.parametrize(("days", "expected"), [(89, False), (90, True)])
def test_a_change_is_told_once_in_a_while(days: int, expected: bool) -> None:
    earlier = {"desk": "生活保護の担当", "case_no": "S1", "message": CHANGED, "household_key": "h1"}
    before = pa.Table.from_pylist([{**earlier, "told_on": DAY - timedelta(days)}], DESK_LINES)
    assert (("生活保護の担当", "S1", CHANGED) in lines(excluded(h1="welfare_recipient"), before)) is expected


def test_a_slip_about_a_protected_household_is_its_number_at_the_desk() -> None:
    (line,) = slip_lines(["K000101"], DAY).to_pylist()
    assert (line["desk"], line["case_no"], line["household_key"]) == ("支援措置の担当", "K000101", None)
