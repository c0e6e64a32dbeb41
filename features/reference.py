"""The slow, obvious evaluator: what every engine must equal.

Plain loops over rows as dictionaries, written from the words of DESIGN §3 and the measures' docstrings, and
sharing no arithmetic with the compiler. It is for tests and for reading, not for a city.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import singledispatch
from typing import Any

import pyarrow as pa

from features.amounts import LargestOpen, OpenMonths, QuantityWithin, UnpaidShare
from features.definition import Feature
from features.definitions import FEATURES
from features.measures import (
    LongestOpenDays,
    Measure,
    OnsetCount,
    OpenCount,
    OpenQuantity,
    SourcesOpen,
    Trend,
)

Row = dict[str, Any]
Facts = list[Row]


def reference_table(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    permission: pa.Table,
    visible: pa.Table,
    households: pa.Table,
    day: date,
    features: Mapping[str, Feature] = FEATURES,
) -> pa.Table:
    """The same table as `compiler.feature_table` (households: a table with household_key)."""
    tables = (episodes, membership, residence, permission, visible)
    rows = []
    for household, sees, facts in _households(*tables, households, day):
        row: Row = {"household_key": household}
        for name, feature in features.items():
            readable = sees & set(feature.sources)
            own = [fact for fact in facts if fact["source"] in readable]
            row[name] = float(value(feature.measure, own, day)) if readable else None
        rows.append(row)
    columns = [("household_key", pa.string()), *((name, pa.float32()) for name in features)]
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def reference_evidence(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    permission: pa.Table,
    visible: pa.Table,
    households: pa.Table,
    day: date,
    features: Mapping[str, Feature] = FEATURES,
) -> list[Row]:
    """The rows of `compiler.evidence`, in the same order (households: a table with household_key)."""
    tables = (episodes, membership, residence, permission, visible)
    rows = []
    for household, sees, facts in _households(*tables, households, day):
        for name, feature in sorted(features.items()):
            own = [fact for fact in facts if fact["source"] in sees & set(feature.sources)]
            if value(feature.measure, own, day) <= 0:
                continue
            dated = [fact for fact in reasons(feature.measure, own, day) if _dated(fact)]
            people = {fact["person_key"] for fact in dated}
            for person in sorted(people, key=lambda key: (key is None, key or "")):
                days = [fact["began_on"] for fact in dated if fact["person_key"] == person]
                rows.append(
                    {
                        "household_key": household,
                        "feature": name,
                        "person_key": person,
                        "first_on": min(days),
                        "latest_on": max(days),
                        "n": len(days),
                    }
                )
    return rows


@singledispatch
def value(measure: Measure, facts: Facts, day: date) -> int:  # noqa: ARG001 (the signature all share)
    """The measure's figure for one household's facts (as known on the day, of readable sources)."""
    raise TypeError(f"the reference evaluator does not know the measure {type(measure).__name__}")


@singledispatch
def reasons(measure: Measure, facts: Facts, day: date) -> Facts:
    """The facts that a reason from the measure rests on."""
    return [fact for fact in facts if fact["kind"] in measure.kinds and _days_open(fact, day) >= 1]


@value.register
def _(measure: OpenCount, facts: Facts, day: date) -> int:
    return len(reasons(measure, facts, day))


@reasons.register
def _(measure: OpenCount, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _days_open(f, day) >= measure.min_days_open]


@value.register
def _(measure: OnsetCount, facts: Facts, day: date) -> int:
    return len(reasons(measure, facts, day))


@reasons.register
def _(measure: OnsetCount, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _began_in(f, day, 0, measure.within_days)]


@value.register
def _(measure: LongestOpenDays, facts: Facts, day: date) -> int:
    if any(fact["kind"] in measure.unless_open and _days_open(fact, day) >= 1 for fact in facts):
        return 0
    days = [_days_open(fact, day) for fact in reasons(measure, facts, day)]
    return min(max(days, default=0), measure.cap)


@reasons.register
def _(measure: LongestOpenDays, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _days_open(f, day) >= measure.min_days_open]


@value.register
def _(measure: Trend, facts: Facts, day: date) -> int:
    before = [f for f in facts if f["kind"] in measure.kinds and _began_in(f, day, measure.days, 2 * measure.days)]
    return len(reasons(measure, facts, day)) - len(before)


@reasons.register
def _(measure: Trend, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _began_in(f, day, 0, measure.days)]


@value.register
def _(measure: SourcesOpen, facts: Facts, day: date) -> int:
    open_kinds = {(fact["source"], fact["kind"]) for fact in facts if _days_open(fact, day) >= 1}
    return sum(any((source, kind) in open_kinds for kind in kinds) for source, kinds in measure.by_source)


@value.register
def _(measure: OpenQuantity, facts: Facts, day: date) -> int:
    return sum(fact["quantity"] or 0 for fact in reasons(measure, facts, day))


@reasons.register
def _(measure: OpenQuantity, facts: Facts, day: date) -> Facts:
    return [f for f in facts if f["kind"] in measure.kinds and _days_open(f, day) >= measure.min_days_open]


@value.register
def _(measure: OpenMonths, facts: Facts, day: date) -> int:
    months = [day - timedelta(days=back) for back in (0, 30, 60, 90, 120, 150)]
    return sum(_days_open(fact, then) >= 1 for fact in facts if fact["kind"] in measure.kinds for then in months)


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
def _(measure: UnpaidShare, facts: Facts, day: date) -> int:
    billed = sum(fact["quantity"] or 0 for fact in reasons(measure, facts, day))
    payments = [f for f in facts if f["kind"] in measure.paid and _began_in(f, day, 0, measure.days)]
    paid = sum(fact["quantity"] or 0 for fact in payments)
    return 0 if billed == 0 else 100 - min(100, 100 * paid // billed)


@reasons.register
def _(measure: UnpaidShare, facts: Facts, day: date) -> Facts:
    due = [f for f in facts if f["kind"] in measure.billed and _dated(f) and f["ended_on"] is not None]
    return [fact for fact in due if 1 <= (day - fact["ended_on"]).days <= measure.days]


def _dated(fact: Row) -> bool:
    return fact["date_precision"] in ("day", "batch")


def _days_open(fact: Row, day: date) -> int:
    """For how many days the fact has been open on the day, the first included; 0 = it is not."""
    ended = fact["ended_on"] is not None and fact["ended_on"] < day
    return 0 if ended else (day - fact["began_on"]).days + 1


def _began_in(fact: Row, day: date, after: int, until: int) -> bool:
    """Began at least `after` and fewer than `until` days before the day, on a day that is known."""
    return _dated(fact) and after <= (day - fact["began_on"]).days < until


def _believed(row: Row, day: date) -> bool:
    return row["known_from"] <= day and (row["known_until"] is None or day < row["known_until"])


def _holds(row: Row, day: date) -> bool:
    return row["from"] <= day and (row["until"] is None or day <= row["until"])


def _households(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    permission: pa.Table,
    visible: pa.Table,
    households: pa.Table,
    day: date,
) -> list[tuple[str, set[str], Facts]]:
    """(household, its visible sources, the facts that count for it), by key."""
    facts = [row for row in episodes.to_pylist() if _believed(row, day) and row["began_on"] <= day]
    members, homes = (
        [row for row in table.to_pylist() if _believed(row, day) and _holds(row, day)]
        for table in (membership, residence)
    )
    permits = permission.to_pylist()
    found = []
    for household in sorted(set(households["household_key"].to_pylist())):
        sees = {row["source"] for row in visible.to_pylist() if row["household_key"] == household}
        people = {row["person_key"] for row in members if row["household_key"] == household}
        own = [row for row in permits if row["person_key"] in people and row["source"] in sees]
        lived = [row for row in homes if row["household_key"] == household]
        counting = [fact for fact in facts if _counts(fact, own, lived)]
        found.append((household, sees, counting))
    return found


def _counts(fact: Row, permits: Facts, lived: Facts) -> bool:
    """Whether a fact counts: permitted for its person (at a dwelling: for any member), and since they live there."""
    if fact["person_key"] is None:
        began_here = any(h["dwelling_key"] == fact["dwelling_key"] and h["from"] <= fact["began_on"] for h in lived)
        givers = permits
    else:
        began_here = True
        givers = [permit for permit in permits if permit["person_key"] == fact["person_key"]]
    return began_here and any(
        permit["source"] == fact["source"]
        and (permit["covers_from"] is None or permit["covers_from"] <= fact["began_on"])
        for permit in givers
    )
