"""Whatever the week looks like: capacity holds, nobody is listed twice, the order of tables means nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.eligibility import LEFT_OUT
from outreach.outcomes import CONTACTS
from outreach.policy import Policy
from outreach.visit_list import WeekPlan, plan_week

KEYS = [f"h{i:02d}" for i in range(24)]
PAST = st.fixed_dictionaries(
    {
        "household_key": st.sampled_from(KEYS),
        "monday": st.sampled_from([date(2026, 3, 23), date(2026, 3, 30)]),
        "slot": st.sampled_from(["ranked", "random", "carried"]),
        "outcome": st.sampled_from([None, *CONTACTS]),
        "next_on": st.sampled_from([None, date(2026, 4, 7), date(2026, 5, 7)]),
    }
)
HOUSEHOLD = st.fixed_dictionaries(
    {
        "district": st.sampled_from(["一区", "二区", "九区", None]),
        "random_allowed": st.booleans(),
        "reason_1": st.sampled_from([None, "tax_overdue_open@2026-02"]),
        "first": st.booleans(),
    }
)
WEEKS = st.fixed_dictionaries(
    {
        "changes": st.lists(HOUSEHOLD, min_size=24, max_size=24),
        "past": st.lists(PAST, max_size=12),
        "visits": st.tuples(st.integers(0, 12), st.integers(0, 12)),
        "excluded": st.lists(
            st.tuples(st.sampled_from(KEYS), st.sampled_from(["plan_running", "restricted", "died_or_moved"])),
            max_size=6,
        ),
        "margins": st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=24, max_size=24),
    }
)


def arguments(week: Callable[..., dict[str, Any]], history: Callable[..., pa.Table], case: dict[str, Any]) -> Any:
    """Turn a drawn case into tables."""
    north, south = case["visits"]
    past = [{**row, "visited_on": None if row["outcome"] is None else row["monday"]} for row in case["past"]]
    args = week(24, changes=dict(zip(KEYS, case["changes"], strict=True)), history=history(*past))
    args["teams"] = pa.table({"team": ["北", "南"], "wards": ["一区", "二区"], "weekly_visits": [north, south]})
    args["excluded"] = pa.Table.from_pylist(
        [{"household_key": key, "why": why} for key, why in case["excluded"]], LEFT_OUT
    )
    args["scores"] = args["scores"].set_column(1, "margin", pa.array(case["margins"]))
    return args


def assert_sound(plan: WeekPlan, args: dict[str, Any]) -> None:
    """What must hold in any week."""
    rows = plan.visits.to_pylist()
    keys = [row["household_key"] for row in rows]
    assert len(keys) == len(set(keys))
    for team in args["teams"].to_pylist():
        assert sum(row["team"] == team["team"] for row in rows) <= team["weekly_visits"]
    assert not set(keys) & set(args["excluded"]["household_key"].to_pylist())
    assert not set(keys) & set(plan.left_out["household_key"].to_pylist())
    assert not set(plan.frame["household_key"].to_pylist()) & {
        row["household_key"] for row in rows if row["slot"] != "random"
    }
    for row in rows:
        assert (row["slot"] == "random") == (row["stratum"] is not None)
        assert 0 < row["propensity"] <= 1
    drawn = plan.frame.filter(pc.field("drawn"))["household_key"].to_pylist()
    assert sorted(drawn) == sorted(row["household_key"] for row in rows if row["slot"] == "random")


@settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=WEEKS)
def test_a_week_is_sound_and_does_not_depend_on_the_order_of_rows(
    week: Callable[..., dict[str, Any]], history: Callable[..., pa.Table], policy: Policy, case: dict[str, Any]
) -> None:
    args = arguments(week, history, case)
    plan = plan_week(policy=policy, **args)
    assert_sound(plan, args)
    turned = {
        name: table.take(pa.array(range(table.num_rows - 1, -1, -1), pa.int64()))
        if isinstance(table, pa.Table)
        else table
        for name, table in args.items()
    }
    again = plan_week(policy=policy, **turned)
    assert again.visits.equals(plan.visits)
    assert again.frame.equals(plan.frame)
    assert again.left_out.equals(plan.left_out)
