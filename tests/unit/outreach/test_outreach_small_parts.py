"""Policy, weeks, reasons and teams."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from outreach.policy import Policy, PolicyError
from outreach.reasons import Reason
from outreach.teams import capacity
from outreach.week import is_working_day, last_working_day, monday_of, working_days


def test_every_number_of_the_policy_must_be_there(policy: Policy) -> None:
    values: dict[str, object] = dict(vars(policy))
    assert Policy.from_values(values) == policy
    with pytest.raises(PolicyError, match="max_tries"):
        Policy.from_values({name: value for name, value in values.items() if name != "max_tries"})
    with pytest.raises(PolicyError, match="extra"):
        Policy.from_values({**values, "extra": 1})
    with pytest.raises(PolicyError, match="整数"):
        Policy.from_values({**values, "max_tries": "4"})


@pytest.mark.parametrize(("name", "value"), [("random_percent", 51), ("max_tries", 0), ("refusal_days", -1)])
def test_numbers_out_of_range_are_refused(policy: Policy, name: str, value: int) -> None:
    with pytest.raises(PolicyError):
        Policy.from_values({**vars(policy), name: value})


def test_the_week_begins_on_monday() -> None:
    assert {monday_of(date(2026, 4, day)) for day in range(6, 13)} == {date(2026, 4, 6)}


def test_working_days_leave_out_holidays_and_the_turn_of_the_year() -> None:
    assert working_days(date(2026, 5, 4)) == [date(2026, 5, 7), date(2026, 5, 8)]
    assert working_days(date(2025, 12, 29)) == []
    assert not is_working_day(date(2026, 9, 22)), "国民の休日 between two holidays"
    assert last_working_day(date(2026, 1, 3)) == date(2025, 12, 26)
    with pytest.raises(ValueError, match="月曜"):
        working_days(date(2026, 5, 5))


def test_a_reason_goes_through_its_machine_form() -> None:
    reason = Reason.of("tax_overdue_open", date(2026, 2, 28))
    assert reason.text == "tax_overdue_open@2026-02"
    assert Reason.parse(reason.text) == reason
    for wrong in ("tax_overdue_open", "tax_overdue_open@", "tax@2026-13", "税@2026-02"):
        with pytest.raises(ValueError, match="YYYY-MM"):
            Reason.parse(wrong)


@pytest.mark.parametrize(
    "names", [["第一班", "第二班", "第三班", "第十班", "第十二班", "第二十班"], ["2班", "１０班", "北部班"]]
)
def test_teams_are_told_in_the_order_of_their_numbers(names: list[str]) -> None:
    rows = [{"team": name, "wards": [name], "weekly_visits": 1} for name in reversed(names)]
    assert list(capacity(pa.Table.from_pylist(rows)).weekly_visits) == names
