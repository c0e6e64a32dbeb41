"""The list of a week: who is on it, in which slot, for which team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from outreach.eligibility import UnknownWhy, why_counts
from outreach.policy import Policy
from outreach.visit_list import FRAME, VISIT_LIST, plan_week, visit_list

Week = Callable[..., dict[str, Any]]


def slots(table: pa.Table) -> dict[str, list[str]]:
    """household keys by slot, in order of position."""
    found: dict[str, list[str]] = {"carried": [], "ranked": [], "random": []}
    for row in table.to_pylist():
        found[row["slot"]].append(row["household_key"])
    return found


def test_the_table_has_the_agreed_columns_and_fills_the_capacity(week: Week, policy: Policy) -> None:
    plan = plan_week(policy=policy, **week(60))
    assert plan.visits.schema.equals(VISIT_LIST)
    assert plan.frame.schema.equals(FRAME)
    assert plan.visits["position"].to_pylist() == list(range(1, 11))
    assert slots(plan.visits)["ranked"] == [f"h{i:02d}" for i in range(8)]
    assert len(slots(plan.visits)["random"]) == 2
    assert plan.visits["coverage"][0].as_py() == "1/2 tax|water"


def test_a_random_slot_carries_no_reason_and_its_exact_probability(week: Week, policy: Policy) -> None:
    plan = plan_week(policy=policy, **week(200))
    drawn = [row for row in plan.visits.to_pylist() if row["slot"] == "random"]
    assert {row["stratum"]: row["propensity"] for row in drawn} == {"near": 1 / 152, "rest": 1 / 40}
    assert all(row["reason_1"] is row["reason_2"] is row["reason_3"] is None for row in drawn)
    assert all(row["propensity"] == row["stratum_drawn"] / row["stratum_size"] for row in drawn)
    assert all(row["propensity"] == 1.0 for row in plan.visits.to_pylist() if row["slot"] == "ranked")


def test_the_frame_names_everybody_who_could_have_been_drawn(week: Week, policy: Policy) -> None:
    plan = plan_week(policy=policy, **week(60))
    frame = {row["household_key"]: row for row in plan.frame.to_pylist()}
    assert set(frame) == {f"h{i:02d}" for i in range(8, 60)}
    assert sorted(key for key, row in frame.items() if row["drawn"]) == sorted(slots(plan.visits)["random"])


def test_only_persons_whose_form_mentioned_it_are_drawn(week: Week, policy: Policy) -> None:
    changes = {f"h{i:02d}": {"random_allowed": i == 33} for i in range(60)}
    plan = plan_week(policy=policy, **week(60, changes=changes))
    assert slots(plan.visits)["random"] == ["h33"]
    assert plan.visits.num_rows == 10, "the slot that nobody may be drawn for goes back to a ranked household"
    assert plan.frame["propensity"].to_pylist() == [1.0]


def test_without_a_dated_reason_nobody_is_ranked(week: Week, policy: Policy) -> None:
    changes = {"h00": {"reason_1": None}, "h02": {"reason_1": None, "first": True}}
    found = slots(visit_list(policy=policy, **week(60, changes=changes)))
    assert "h00" not in found["ranked"]
    assert found["ranked"][:2] == ["h02", "h01"], "whom a claim was refused goes first (PRACTICE), reason or not"


def test_every_way_to_be_left_out_is_named(week: Week, policy: Policy, made: SimpleNamespace) -> None:
    barred = made.excluded(("h00", "welfare_recipient"), ("h01", "plan_running"), ("h01", "died_or_moved"))
    args = week(60, excluded=barred, changes={"h03": {"district": "九区"}})
    args["people"] = args["people"].filter(pa.compute.field("household_key") != "h02")
    plan = plan_week(policy=policy, **args)
    assert slots(plan.visits)["ranked"][0] == "h04"
    assert {(row["household_key"], row["why"]) for row in plan.left_out.to_pylist()} == {
        ("h00", "welfare_recipient"),
        ("h01", "plan_running"),
        ("h01", "died_or_moved"),
        ("h02", "nobody_to_meet"),
        ("h03", "no_team"),
    }
    assert why_counts(plan.left_out)["no_team"] == 1


def test_a_restricted_household_is_neither_listed_nor_counted(
    week: Week, policy: Policy, made: SimpleNamespace, history: Callable[..., pa.Table]
) -> None:
    past = history({"household_key": "h00", "monday": date(2026, 3, 30), "slot": "ranked"})
    barred = made.excluded(("h00", "restricted"), ("h00", "vacancy"))
    plan = plan_week(policy=policy, **week(60, excluded=barred, history=past))
    for table in (plan.visits, plan.frame, plan.left_out):
        assert "h00" not in table["household_key"].to_pylist()
    assert "restricted" not in why_counts(plan.left_out)


def test_an_unknown_exclusion_stops_the_list(week: Week, policy: Policy, made: SimpleNamespace) -> None:
    with pytest.raises(UnknownWhy, match=r"eligibility\.py"):
        plan_week(policy=policy, **week(5, excluded=made.excluded(("h00", "restrictd"))))


def test_promised_then_carried_visits_come_first_and_use_the_capacity(
    week: Week, policy: Policy, history: Callable[..., pa.Table]
) -> None:
    last = date(2026, 3, 30)
    past = history(
        {"household_key": "h40", "monday": last, "slot": "ranked"},
        {"household_key": "h41", "monday": date(2026, 3, 23), "slot": "random"},
        {
            "household_key": "h50",
            "visited_on": date(2026, 3, 12),
            "outcome": "本人と面談",
            "next_on": date(2026, 4, 8),
        },
    )
    table = visit_list(policy=policy, **week(60, visits=4, history=past))
    assert slots(table)["carried"] == ["h50", "h41", "h40"]
    assert table.num_rows == 4
    by_key = {row["household_key"]: row for row in table.to_pylist()}
    assert by_key["h40"]["reason_1"] == "tax_overdue_open@2026-02"
    assert by_key["h41"]["reason_1"] is None, "a chain that began with a draw keeps 定期のご案内"
    assert by_key["h40"]["tries"] == 1
    assert all(by_key[key]["propensity"] == 1.0 for key in ("h40", "h41", "h50"))
    full = visit_list(policy=policy, **week(60, visits=2, history=past))
    assert full["household_key"].to_pylist() == ["h50", "h41"]


def test_a_carried_visit_meets_the_same_person_or_nobody(
    week: Week, policy: Policy, history: Callable[..., pa.Table]
) -> None:
    past = history({"household_key": "h40", "person_key": "gone", "monday": date(2026, 3, 30), "slot": "ranked"})
    assert "h40" not in visit_list(policy=policy, **week(60, history=past))["household_key"].to_pylist()


def test_the_person_met_is_the_one_with_reasons_or_the_one_who_may_be_drawn(week: Week, policy: Policy) -> None:
    args = week(60)
    other = args["people"].slice(0, 60).to_pylist()
    for row in other:
        row |= {"person_key": "a-" + row["household_key"], "reason_1": None}
    own = [row | {"random_allowed": False} for row in args["people"].to_pylist()]
    args["people"] = pa.Table.from_pylist([*own, *other], args["people"].schema)
    rows = visit_list(policy=policy, **args).to_pylist()
    assert [row["slot"] for row in rows] == ["ranked"] * 8 + ["random"] * 2
    for row in rows:
        assert row["person_key"] == ("a-" if row["slot"] == "random" else "p-") + row["household_key"]


def test_an_empty_looking_home_is_telephoned_first(week: Week, policy: Policy) -> None:
    table = visit_list(policy=policy, **week(60, changes={"h01": {"vacancy_suspected": True}}))
    assert table["contact_by"].to_pylist()[:3] == ["訪問", "電話", "訪問"]


def test_two_teams_share_nothing(week: Week, policy: Policy, made: SimpleNamespace) -> None:
    changes = {f"h{i:02d}": {"district": "二区"} for i in range(30, 60)}
    args = week(60, changes=changes, teams=made.teams([("南", ["二区"], 3), ("北", ["一区"], 0)]))
    table = visit_list(policy=policy, **args)
    assert set(table["team"].to_pylist()) == {"南"}
    assert slots(table)["ranked"] == ["h30", "h31"]


def test_a_ward_of_two_teams_is_refused(week: Week, policy: Policy, made: SimpleNamespace) -> None:
    doubled = made.teams([("南", ["一区"], 3), ("北", ["一区"], 3)])
    with pytest.raises(ValueError, match="一区"):
        visit_list(policy=policy, **week(5, teams=doubled))


def test_a_missing_draw_or_a_margin_that_is_no_number_stops_the_list(week: Week, policy: Policy) -> None:
    args = week(5)
    with pytest.raises(ValueError, match="draws"):
        visit_list(policy=policy, **{**args, "draws": args["draws"].slice(1)})
    broken = args["scores"].set_column(1, "margin", pa.array([float("nan")] * 5))
    with pytest.raises(ValueError, match="margin"):
        visit_list(policy=policy, **{**args, "scores": broken})


def test_a_list_begins_on_a_monday(week: Week, policy: Policy) -> None:
    with pytest.raises(ValueError, match="月曜"):
        visit_list(policy=policy, **{**week(5), "monday": date(2026, 4, 7)})


def test_nobody_at_all_is_an_empty_list(week: Week, policy: Policy) -> None:
    plan = plan_week(policy=policy, **week(0))
    assert plan.visits.num_rows == plan.frame.num_rows == plan.left_out.num_rows == 0
    assert plan.visits.schema.equals(VISIT_LIST)
