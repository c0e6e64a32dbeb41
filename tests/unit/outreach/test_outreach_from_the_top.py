"""Reasons are worked out from the top of each ward down, as far as the list reaches: it is the list of all reasons."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.eligibility import LEFT_OUT
from outreach.policy import Policy
from outreach.visit_list import WeekPlan, plan_week
from pipelines import reasons as from_the_top
from pipelines.reasons import at_first, plan_from_the_top
from tests.unit.outreach.test_outreach_properties import KEYS, WEEKS, arguments

REASONS = ("reason_1", "reason_2", "reason_3")
OTHER_ADULT = st.sampled_from([None, "一区", "二区"])
WORKERS = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(["plan_running", "welfare_recipient"])), max_size=5)


def told(people: pa.Table, keys: pa.ChunkedArray | pa.Array) -> pa.Table:
    """`people` when only the reasons of some households are known."""
    known = pc.is_in(people["household_key"], value_set=pa.array(keys.to_pylist(), pa.string()))
    for name in REASONS:
        column = pc.if_else(known, people[name], pa.scalar(None, pa.string()))
        people = people.set_column(people.schema.get_field_index(name), name, column)
    return people


def planned(args: dict[str, Any], policy: Policy) -> tuple[WeekPlan, list[str]]:
    """The plan made from the top, and the households whose reasons it asked for."""
    people, asked = args["people"], []

    def reasons(keys: pa.ChunkedArray) -> pa.Table:
        asked.extend(keys.to_pylist())
        return pa.table({"household_key": keys})

    def plan(found: pa.Table) -> WeekPlan:
        return plan_week(policy=policy, **{**args, "people": told(people, found["household_key"])})

    first = people.filter(pc.field("first"))["person_key"].combine_chunks()
    start = at_first(args["scores"], people, args["teams"], args["history"], first)
    return plan_from_the_top(start, reasons, plan), asked


@pytest.mark.long
@settings(derandomize=True, deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=WEEKS, others=st.lists(OTHER_ADULT, min_size=24, max_size=24), workers=WORKERS)
def test_the_list_is_the_one_that_all_reasons_give(
    week: Callable[..., dict[str, Any]],
    history: Callable[..., pa.Table],
    policy: Policy,
    case: dict[str, Any],
    others: list[str | None],
    workers: list[tuple[str, str]],
) -> None:
    args = arguments(week, history, case)
    second = [
        {"household_key": key, "person_key": f"a-{key}", "district": district, "reason_1": None, "first": False}
        for key, district in zip(KEYS, others, strict=True)
        if district
    ]
    args["people"] = pa.concat_tables([args["people"], pa.Table.from_pylist(second, args["people"].schema)])
    barred = [{"household_key": key, "why": why} for key, why in workers]
    args["excluded"] = pa.concat_tables([args["excluded"], pa.Table.from_pylist(barred, LEFT_OUT)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(from_the_top, "AT_FIRST", 0)
        made, asked = planned(args, policy)
    whole = plan_week(policy=policy, **args)
    for name in ("visits", "frame", "left_out", "noticed"):
        assert getattr(made, name).equals(getattr(whole, name)), name
    assert len(asked) == len(set(asked)), "nobody's reasons are worked out twice"


def test_nobody_far_below_the_last_place_is_explained(week: Callable[..., dict[str, Any]], policy: Policy) -> None:
    args = week(60, 2)
    made, asked = planned(args, policy)
    assert made.visits.num_rows == 2
    assert len(asked) == from_the_top.AT_FIRST * 2
