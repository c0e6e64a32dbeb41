"""Carry-over, promises and pauses: what earlier lists and visits do to the next one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pyarrow as pa
import pytest

from outreach.outcomes import CONTACTS
from outreach.policy import Policy
from outreach.standing import Standing, standings

MONDAY = date(2026, 4, 6)
History = Callable[..., pa.Table]


def weeks_ago(n: int) -> date:
    """The Monday n weeks before the list."""
    return MONDAY - timedelta(weeks=n)


def stand(history: History, policy: Policy, *rows: dict[str, object], wish: str = "訪問") -> Standing:
    """The standing of one household after the rows."""
    table = history(*({"household_key": "h", **row} for row in rows))
    (found,) = standings(table, {"p-h": wish}, policy, MONDAY)
    return found


def visit(day: date, outcome: str, next_on: date | None = None) -> dict[str, object]:
    """A visit outside any list."""
    return {"visited_on": day, "outcome": outcome, "next_on": next_on}


def test_every_outcome_code_is_understood(history: History, policy: Policy) -> None:
    assert len(CONTACTS) == len(set(CONTACTS)) == 12
    for outcome in CONTACTS:
        assert stand(history, policy, visit(date(2026, 4, 1), outcome)).state in ("carried", "out")


def test_an_unknown_outcome_is_refused(history: History, policy: Policy) -> None:
    with pytest.raises(ValueError, match="るす"):
        stand(history, policy, visit(date(2026, 4, 1), "るす"))


@pytest.mark.parametrize(
    ("outcome", "days", "why"),
    [("拒否", 180, "refused"), ("今は不要", 90, "not_now"), ("本人と面談", 90, "met"), ("入院入所", 90, "not_now")],
)
def test_a_pause_lasts_its_days_and_not_one_more(
    history: History, policy: Policy, outcome: str, days: int, why: str
) -> None:
    last_day = stand(history, policy, visit(MONDAY - timedelta(days=days - 1), outcome))
    assert (last_day.state, last_day.why) == ("out", why)
    assert stand(history, policy, visit(MONDAY - timedelta(days=days), outcome)).state == "free"


def test_a_later_shorter_pause_does_not_cut_a_refusal_short(history: History, policy: Policy) -> None:
    found = stand(history, policy, visit(weeks_ago(20), "拒否"), visit(weeks_ago(19), "今は不要"))
    assert (found.state, found.why) == ("out", "refused")


def test_a_refusal_outweighs_a_date_written_beside_it(history: History, policy: Policy) -> None:
    found = stand(history, policy, visit(weeks_ago(2), "拒否", next_on=MONDAY))
    assert (found.state, found.why) == ("out", "refused")


def test_four_listings_then_a_letter_then_the_chief(history: History, policy: Policy) -> None:
    listed: list[dict[str, object]] = [{"monday": weeks_ago(n), "slot": "ranked"} for n in (5, 4, 3, 2)]
    assert stand(history, policy, *listed[:3]).state == "carried"
    assert stand(history, policy, *listed[:3]).tries == 3
    assert stand(history, policy, *listed).why == "letter"
    written = stand(history, policy, *listed, visit(weeks_ago(1), "手紙・メモ"))
    assert (written.state, written.why) == ("out", "chief")


def test_a_household_never_reached_comes_back_after_the_pause(history: History, policy: Policy) -> None:
    rows: list[dict[str, object]] = [visit(weeks_ago(n), "不在") for n in (17, 16, 15, 14)]
    assert stand(history, policy, *rows).state == "free"


def test_meeting_ends_the_count(history: History, policy: Policy) -> None:
    rows = [visit(weeks_ago(n), "不在") for n in (30, 29, 28)]
    found = stand(history, policy, *rows, visit(weeks_ago(27), "電話"), visit(weeks_ago(1), "不在"))
    assert (found.state, found.tries) == ("carried", 1)


def test_a_promise_is_kept_in_its_week_and_not_before(history: History, policy: Policy) -> None:
    met = visit(weeks_ago(2), "本人と面談", next_on=MONDAY + timedelta(days=6))
    assert stand(history, policy, met).state == "promised"
    later = visit(weeks_ago(2), "本人と面談", next_on=MONDAY + timedelta(days=7))
    assert (stand(history, policy, later).state, stand(history, policy, later).why) == ("out", "promised_later")


def test_a_promised_visit_without_time_stays_promised(history: History, policy: Policy) -> None:
    met = visit(weeks_ago(3), "本人と面談", next_on=weeks_ago(1))
    assert stand(history, policy, met, {"monday": weeks_ago(1), "slot": "carried"}).state == "promised"


def test_a_promised_visit_that_found_nobody_is_tried_again(history: History, policy: Policy) -> None:
    met = visit(weeks_ago(3), "本人と面談", next_on=weeks_ago(1))
    missed = {"monday": weeks_ago(1), "slot": "carried", "visited_on": weeks_ago(1), "outcome": "不在"}
    assert stand(history, policy, met, missed).state == "carried"


def test_who_asked_for_letters_is_given_time_to_answer(history: History, policy: Policy) -> None:
    row = visit(weeks_ago(3), "手紙・メモ")
    assert stand(history, policy, row, wish="手紙").why == "letter_sent"
    assert stand(history, policy, row).state == "carried"
    assert stand(history, policy, visit(weeks_ago(4), "手紙・メモ"), wish="手紙").state == "carried"


def test_an_empty_flat_stays_off_until_somebody_is_met_there(history: History, policy: Policy) -> None:
    gone = visit(weeks_ago(50), "空き家・転居")
    assert stand(history, policy, gone).why == "reported_gone"
    assert stand(history, policy, gone, visit(weeks_ago(40), "電話")).state == "free"


def test_nothing_of_the_coming_week_is_known(history: History, policy: Policy) -> None:
    assert standings(history({"household_key": "h", "monday": MONDAY, "slot": "ranked"}), {}, policy, MONDAY) == []


def test_the_order_of_the_rows_does_not_matter(history: History, policy: Policy) -> None:
    rows = [visit(weeks_ago(n), outcome) for n, outcome in ((9, "不在"), (8, "今は不要"), (7, "不在"), (1, "電話"))]
    assert stand(history, policy, *rows) == stand(history, policy, *reversed(rows))
