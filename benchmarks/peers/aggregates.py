"""Which declared features dssg/triage can express, and how: one SQL aggregate over a household's facts each.

triage counts what is known before its as-of date; D, Kizuki's day, is the day before. `{collate_date}` is triage's
placeholder for the as-of date. Measures that need more than one aggregate (shares, streaks, breadth) are left out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from features.amounts import LargestOpen, LargestWithin, QuantityWithin
from features.definition import Feature
from features.history import EndedCount
from features.measures import LongestOpenDays, OnsetCount, OpenCount, OpenQuantity, Part, Trend
from features.patterns import OpenMonths
from features.selections import DATED, BeganWithin, EndedWithin, OpenBefore, OpenNow, Selection

DAY: Final = "('{collate_date}'::date - 1)"
_DATED: Final = f"date_precision in ({', '.join(repr(how) for how in DATED)})"
_COUNTS: Final = (OpenCount, OnsetCount, EndedCount)  # a PointCount is an OnsetCount
_SUMS: Final = (OpenQuantity, QuantityWithin)
_LARGEST: Final = (LargestOpen, LargestWithin)


@dataclass(frozen=True)
class Aggregate:
    """`metric` (an SQL aggregate function) of `quantity` (an SQL expression over one fact)."""

    metric: str
    quantity: str


def condition(where: Selection) -> str:
    """A selection in SQL, bounds as in `Selection.bounds`; never null. Raises TypeError for one that is not needed."""
    if isinstance(where, OpenNow):
        return f"began_on <= {DAY} - {where.min_days - 1} and (ended_on is null or ended_on >= {DAY})"
    if isinstance(where, OpenBefore):
        then = f"{DAY} - {where.days}"
        return f"began_on <= {then} and (ended_on is null or ended_on >= {then})"
    if isinstance(where, BeganWithin):
        last = f"{DAY} - {where.before}"
        return f"began_on >= {DAY} - {where.before + where.days - 1} and began_on <= {last} and {_DATED}"
    if isinstance(where, EndedWithin):
        ended = f"coalesce(ended_on >= {DAY} - {where.days} and ended_on < {DAY}, false)"
        return f"{ended} and {_DATED}"
    raise TypeError(type(where).__name__)


def _holds(part: Part) -> str:
    kinds = ", ".join(f"'{kind}'" for kind in part.kinds)
    return f"kind in ({kinds}) and (holds_until is null or holds_until > {DAY}) and {condition(part.where)}"


def aggregate(feature: Feature) -> Aggregate | None:
    """The feature as one aggregate over a household's facts; None where it takes more than one."""
    measure, parts = feature.measure, feature.measure.parts()
    if isinstance(measure, _COUNTS):
        return Aggregate("sum", f"(case when {_holds(parts[0])} then 1 end)")
    if isinstance(measure, _SUMS):
        return Aggregate("sum", f"(case when {_holds(parts[0])} then quantity end)")
    if isinstance(measure, _LARGEST):
        return Aggregate("max", f"(case when {_holds(parts[0])} then quantity end)")
    if isinstance(measure, LongestOpenDays) and not measure.unless_open:
        return Aggregate("max", f"(case when {_holds(parts[0])} then least({measure.cap}, {DAY} - began_on + 1) end)")
    if isinstance(measure, Trend) and measure.ago >= measure.days:  # the two stretches share no day
        return Aggregate("sum", f"(case when {_holds(parts[0])} then 1 when {_holds(parts[1])} then -1 end)")
    if isinstance(measure, OpenMonths):
        return Aggregate("sum", f"({' + '.join(f'({_holds(part)})::int' for part in parts)})")
    return None


def shared(features: Mapping[str, Feature], sources: Collection[str], everyday: Collection[str]) -> dict[str, Feature]:
    """The features that both can count in a city with these sources, in declared order.

    `everyday`: kinds that Kizuki keeps for the newest months only; what reads them is left out.
    """
    return {
        name: feature
        for name, feature in features.items()
        if aggregate(feature)
        and set(feature.sources) <= set(sources)
        and not set(feature.measure.kinds) & set(everyday)
    }


def by_sources(features: Mapping[str, Feature]) -> dict[tuple[str, ...], list[Feature]]:
    """The features that read the same sources together: one table of facts each."""
    groups: dict[tuple[str, ...], list[Feature]] = {}
    for feature in features.values():
        groups.setdefault(tuple(sorted(feature.sources)), []).append(feature)
    return groups
