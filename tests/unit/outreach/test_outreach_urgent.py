"""The urgent sheet: same day, to the right person, never twice, never against protection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from outreach.policy import Policy
from outreach.urgent import URGENT, urgent

DAY = date(2026, 4, 8)
STOP = "water_stop_open_days"
Week = Callable[..., dict[str, Any]]
FACTS = pa.schema(
    [("household_key", pa.string()), ("feature", pa.string()), ("person_key", pa.string()), ("latest_on", pa.date32())]
)


def facts(*rows: tuple[str, str | None, date]) -> pa.Table:
    """Evidence rows of the water stop."""
    return pa.Table.from_pylist(
        [{"household_key": key, "feature": STOP, "person_key": who, "latest_on": on} for key, who, on in rows], FACTS
    )


def sheet(week: Week, policy: Policy, table: pa.Table, **given: Any) -> list[dict[str, Any]]:
    """The lines of the sheet."""
    changes = given.pop("changes", None)
    args = week(6, changes=changes)
    return urgent(table, args["people"], args["teams"], policy, DAY, **given).to_pylist()


def test_a_stop_is_brought_to_an_adult_with_a_basis_on_its_day(week: Week, policy: Policy) -> None:
    (line,) = sheet(week, policy, facts(("h03", None, DAY - timedelta(days=8))))
    assert list(line) == URGENT.names
    assert (line["person_key"], line["team"], line["fact"], line["recipient"]) == ("p-h03", "北", STOP, "team")


def test_a_persons_fact_is_told_to_nobody_else(week: Week, policy: Policy) -> None:
    assert sheet(week, policy, facts(("h03", "another", DAY))) == []


def test_who_gave_no_basis_is_on_no_sheet(week: Week, policy: Policy) -> None:
    assert sheet(week, policy, facts(("h99", None, DAY))) == []


def test_nothing_is_brought_twice(week: Week, policy: Policy) -> None:
    stop = facts(("h03", None, DAY))
    before = pa.table({"household_key": ["h03"], "fact": [STOP], "latest_on": [DAY]})
    assert sheet(week, policy, stop, already=before) == []
    assert len(sheet(week, policy, facts(("h03", None, DAY - timedelta(days=1))), already=before)) == 1


def test_an_old_fact_is_no_same_day_matter(week: Week, policy: Policy) -> None:
    edge = DAY - timedelta(days=policy.urgent_max_age_days)
    found = sheet(week, policy, facts(("h01", None, edge), ("h02", None, edge - timedelta(days=1))))
    assert [line["household_key"] for line in found] == ["h01"]


@pytest.mark.parametrize(
    ("why", "recipients"),
    [
        ("restricted", []),
        ("died_or_moved", []),
        ("vacancy", []),
        ("cooling_off", ["team"]),
        ("refused", ["team"]),
        ("welfare_recipient", ["worker"]),
        ("plan_running", ["worker"]),
    ],
)
def test_what_an_exclusion_does_to_an_urgent_fact(
    week: Week, policy: Policy, made: SimpleNamespace, why: str, recipients: list[str]
) -> None:
    found = sheet(week, policy, facts(("h03", None, DAY)), excluded=made.excluded(("h03", why)))
    assert [line["recipient"] for line in found] == recipients


def test_without_a_team_the_chief_is_told(week: Week, policy: Policy) -> None:
    (line,) = sheet(week, policy, facts(("h03", None, DAY)), changes={"h03": {"district": "九区"}})
    assert (line["team"], line["recipient"]) == (None, "chief")
