"""The measures' doubles: what each measure says of one household's facts, as plain loops from its docstring.

`features.reference` evaluates whole tables with them.
"""

from datetime import date, timedelta
from functools import singledispatch
from typing import Any

from features.amounts import LargestOpen, LargestWithin, QuantityWithin, UnpaidShare
from features.history import EndedCount, OpenOfBilled, YearlyGrowth
from features.measures import LongestOpenDays, Measure, OnsetCount, OpenCount, OpenQuantity, Trend
from features.patterns import Breadth, NewWithin, OpenMonths, Streak, Together

Row = dict[str, Any]
Facts = list[Row]


@singledispatch
def value(measure: Measure, facts: Facts, day: date) -> float:  # noqa: ARG001 (the signature all share)
    """The measure's figure for one household's facts (as known on the day, of readable sources)."""
    raise TypeError(f"the reference evaluator does not know the measure {type(measure).__name__}")


@singledispatch
def reasons(measure: Measure, facts: Facts, day: date) -> Facts:
    """The facts that a reason from the measure rests on."""
    return [fact for fact in facts if fact["kind"] in measure.kinds and days_open(fact, day) >= 1]


@value.register
def _(measure: OpenCount, facts: Facts, day: date) -> int:
    return len(reasons(measure, facts, day))


@reasons.register
def _(measure: OpenCount, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and days_open(f, day) >= measure.min_days_open]


@value.register
def _(measure: OnsetCount, facts: Facts, day: date) -> int:
    return len(reasons(measure, facts, day))


@reasons.register
def _(measure: OnsetCount, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _began_in(f, day, 0, measure.within_days)]


@value.register
def _(measure: LongestOpenDays, facts: Facts, day: date) -> int:
    if any(fact["kind"] in measure.unless_open and days_open(fact, day) >= 1 for fact in facts):
        return 0
    days = [days_open(fact, day) for fact in reasons(measure, facts, day)]
    return min(max(days, default=0), measure.cap)


@reasons.register
def _(measure: LongestOpenDays, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and days_open(f, day) >= measure.min_days_open]


@value.register
def _(measure: Trend, facts: Facts, day: date) -> int:
    earlier = day - timedelta(days=measure.ago)
    before = [f for f in facts if f["kind"] in measure.kinds and _began_in(f, earlier, 0, measure.days)]
    return len(reasons(measure, facts, day)) - len(before)


@reasons.register
def _(measure: Trend, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _began_in(f, day, 0, measure.days)]


@value.register
def _(measure: OpenQuantity, facts: Facts, day: date) -> int:
    return sum(fact["quantity"] or 0 for fact in reasons(measure, facts, day))


@reasons.register
def _(measure: OpenQuantity, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and days_open(f, day) >= measure.min_days_open]


@value.register
def _(measure: OpenMonths, facts: Facts, day: date) -> int:
    months = [day - timedelta(days=back) for back in (0, 30, 60, 90, 120, 150)]
    return sum(days_open(fact, then) >= 1 for fact in facts if fact["kind"] in measure.kinds for then in months)


@reasons.register
def _(measure: OpenMonths, facts: Facts, day: date) -> Facts:
    first = day - timedelta(days=150)
    return [f for f in facts if f["kind"] in measure.kinds and (f["ended_on"] is None or f["ended_on"] >= first)]


@value.register
def _(measure: LargestOpen, facts: Facts, day: date) -> int:
    return max((fact["quantity"] or 0 for fact in reasons(measure, facts, day)), default=0)


@value.register
def _(measure: QuantityWithin, facts: Facts, day: date) -> int:
    return sum(fact["quantity"] or 0 for fact in reasons(measure, facts, day))


@reasons.register
def _(measure: QuantityWithin, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _began_in(f, day, 0, measure.within_days)]


@value.register
def _(measure: UnpaidShare, facts: Facts, day: date) -> float:
    ended = [fact for fact in facts if _ended_in(fact, day, measure.days)]
    billed = sum(fact["quantity"] or 0 for fact in ended if fact["kind"] in measure.billed)
    paid = sum(fact["quantity"] or 0 for fact in ended if fact["kind"] in measure.paid)
    return 0.0 if billed == 0 else 100 * max(billed - paid, -billed) / billed


@reasons.register
def _(measure: UnpaidShare, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.overdue and days_open(f, day) >= 1]


@value.register
def _(measure: LargestWithin, facts: Facts, day: date) -> int:
    return max((fact["quantity"] or 0 for fact in reasons(measure, facts, day)), default=0)


@reasons.register
def _(measure: LargestWithin, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _began_in(f, day, 0, measure.within_days)]


@value.register
def _(measure: Streak, facts: Facts, day: date) -> int:
    mine = [fact for fact in facts if fact["kind"] in measure.kinds]
    months = 0
    while months < measure.months:
        then = day - timedelta(days=30 * months)
        if not any(days_open(fact, then) >= 1 for fact in mine):
            break
        months += 1
    return months


@value.register
def _(measure: Breadth, facts: Facts, day: date) -> int:
    counting = reasons(measure, facts, day)
    sides = [[f for f in counting if f["source"] == source and f["kind"] in kinds] for source, kinds in measure.groups]
    return sum(bool(side) for side in sides)


@reasons.register
def _(measure: Breadth, facts: Facts, day: date) -> Facts:
    mine = [fact for fact in facts if fact["kind"] in measure.kinds]
    if measure.seen_days is None:
        return [fact for fact in mine if days_open(fact, day) >= measure.min_days]
    first = day - timedelta(days=measure.seen_days)
    return [fact for fact in mine if fact["ended_on"] is None or fact["ended_on"] >= first]


@value.register
def _(measure: Together, facts: Facts, day: date) -> int:
    open_now = {(fact["source"], fact["kind"]) for fact in facts if days_open(fact, day) >= 1}
    return int(all(any((source, kind) in open_now for kind in kinds) for source, kinds in measure.groups))


@value.register
def _(measure: NewWithin, facts: Facts, day: date) -> int:
    mine = [fact for fact in facts if fact["kind"] in measure.kinds and dated(fact)]
    ages = [(day - fact["began_on"]).days for fact in mine]
    if any(measure.within_days <= age < measure.within_days + measure.quiet_days for age in ages):
        return 0
    return sum(age < measure.within_days for age in ages)


@reasons.register
def _(measure: NewWithin, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _began_in(f, day, 0, measure.within_days)]


@value.register
def _(measure: EndedCount, facts: Facts, day: date) -> int:
    return len(reasons(measure, facts, day))


@reasons.register
def _(measure: EndedCount, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _ended_in(f, day, measure.within_days)]


@value.register
def _(measure: YearlyGrowth, facts: Facts, day: date) -> int:
    mine = [fact for fact in facts if fact["kind"] in measure.kinds]
    before = sum(fact["quantity"] or 0 for fact in mine if _began_in(fact, day, 365, 730))
    now = sum(fact["quantity"] or 0 for fact in mine if _began_in(fact, day, 0, 365))
    return now - before if before > 0 else 0


@reasons.register
def _(measure: YearlyGrowth, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _began_in(f, day, 0, 365)]


@value.register
def _(measure: OpenOfBilled, facts: Facts, day: date) -> float:
    owed = sum(fact["quantity"] or 0 for fact in reasons(measure, facts, day))
    due = [f for f in facts if f["kind"] in measure.billed and _ended_in(f, day, 365)]
    billed = sum(fact["quantity"] or 0 for fact in due)
    return 0.0 if billed == 0 else min(10_000.0, 100 * owed / billed)


@reasons.register
def _(measure: OpenOfBilled, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.open_kinds and days_open(f, day) >= 1]


def dated(fact: Row) -> bool:
    """Whether the fact's own day is known."""
    return fact["date_precision"] in ("day", "batch")


def days_open(fact: Row, day: date) -> int:
    """For how many days the fact has been open on the day, the first included; 0 = it is not."""
    ended = fact["ended_on"] is not None and fact["ended_on"] < day
    return 0 if ended else (day - fact["began_on"]).days + 1


def _began_in(fact: Row, day: date, after: int, until: int) -> bool:
    """Began at least `after` and fewer than `until` days before the day, on a day that is known."""
    return dated(fact) and after <= (day - fact["began_on"]).days < until


def _ended_in(fact: Row, day: date, days: int) -> bool:
    """Ended on one of the `days` days before the day, on a day that is known."""
    return dated(fact) and fact["ended_on"] is not None and 1 <= (day - fact["ended_on"]).days <= days
