"""A made-up household that shows how a feature counts: facts on and beside its bounds, and what becomes of them.

Nothing here is typed in by hand: the facts are laid on the bounds that the declaration gives, an engine says which of
them each part selects and what the parts are, and the reference says the value once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import singledispatch
from typing import Any, Final

import pyarrow as pa

from features import inputs
from features.asof import believed_since
from features.backends import Engine
from features.counting import COLUMNS, Counted, features_from
from features.definition import Feature
from features.doubles import value
from features.hub import DayScope, Hub, engine
from features.kinds import kinds
from features.measures import Measure, Part, Trend
from features.patterns import NewWithin, OpenMonths, Streak
from features.scope import household_facts
from features.selections import BeganWithin, EndedWithin, OpenBefore, OpenNow, OpenSince, Selection
from features.wanted import reaches_of, sources_of, wanted_of

HOUSEHOLD: Final = "例"
FIRST_DAY: Final = date(2000, 1, 1)
"""The first day of an example: no window reaches back from it to before the household was there."""
_LONG_AGO: Final = date(1900, 1, 1)
_DWELLING: Final = ("water",)
_QUANTITIES: Final = {"円": (20_000, 8_000, 5_000, 3_000), "月": (3, 1), "日": (52, 34)}
Stay = tuple[date, date | None]


@dataclass(frozen=True)
class Example:
    """facts: kind, began_on, ended_on, quantity, and per part whether it is selected; parts: what each part came to.

    value: of the engine; double: of the reference; both as the table holds them (float32).
    """

    facts: list[dict[str, Any]]
    parts: list[int | date | None]
    value: float
    double: float


def example(feature: Feature, day: date) -> Example:
    """The worked example of one feature on a day."""
    rows = [_row(kind, stay, number) for number, (kind, stay) in enumerate(_facts(feature.measure, day))]
    with engine(None) as used:
        selected = _selected(used, rows, feature, day)
        one = {feature.name: feature}
        hub, of_day = _town(used, rows, feature)
        scope = hub.scope(used, of_day, day)
        facts = household_facts(hub.known_on(day), scope, reaches_of(one), sources_of(one))
        counting = used.collect(facts.select(*COLUMNS)).to_batches()
    found = features_from(counting, of_day.households, of_day.visible, one, day)[feature.name][0].as_py()
    counted = Counted(counting, 1, one, day)
    parts = [counted.part(wanted_of(feature, part))[0].as_py() for part in feature.measure.parts()]
    told = [{**row, **chosen} for row, chosen in zip(rows, selected, strict=True)]
    return Example(told, parts, found, pa.scalar(float(value(feature.measure, rows, day)), pa.float32()).as_py())


@singledispatch
def _facts(measure: Measure, day: date) -> Iterator[tuple[str, Stay]]:
    """Per different part of the measure's own kinds: a fact on the bound, and one just outside."""
    for part in measure.parts():
        own = [kind for kind in part.kinds if kind in measure.kinds]
        yield from zip(own[:1] * 2, _beside(part.where, day), strict=False)


@_facts.register(Streak)
@_facts.register(OpenMonths)
def _(measure: Streak | OpenMonths, day: date) -> Iterator[tuple[str, Stay]]:
    """One after the other without a gap, and an older one after a gap of a month."""
    for first, last in ((19, None), (74, 20), (200, 110)):
        ended = None if last is None else day - timedelta(days=last)
        yield measure.kinds[0], (day - timedelta(days=first), ended)


@_facts.register
def _(measure: Trend, day: date) -> Iterator[tuple[str, Stay]]:
    """The two ends of the later stretch, an end of the earlier one, and one before both."""
    for back in (0, measure.days - 1, measure.ago, measure.ago + measure.days):
        yield measure.kinds[0], (day - timedelta(days=back), None)


@_facts.register
def _(measure: NewWithin, day: date) -> Iterator[tuple[str, Stay]]:
    """One in the window, and one before the quiet stretch."""
    for back in (measure.within_days - 1, measure.within_days + measure.quiet_days):
        yield measure.kinds[0], (day - timedelta(days=back), None)


@singledispatch
def _beside(where: Selection, day: date) -> tuple[Stay, Stay]:  # noqa: ARG001 (the signature all share)
    """(began, ended) that is just selected, and that is just not."""
    raise TypeError(f"no example for the selection {type(where).__name__}")


@_beside.register
def _(where: OpenNow, day: date) -> tuple[Stay, Stay]:
    latest = day - timedelta(days=where.min_days - 1)
    closed = (latest - timedelta(days=40), day - timedelta(days=1))
    return (latest - timedelta(days=20), None), closed if where.min_days == 1 else (latest + timedelta(days=1), None)


@_beside.register
def _(where: OpenBefore, day: date) -> tuple[Stay, Stay]:
    then = day - timedelta(days=where.days)
    return (then - timedelta(days=9), then), (then - timedelta(days=9), then - timedelta(days=1))


@_beside.register
def _(where: OpenSince, day: date) -> tuple[Stay, Stay]:
    return _beside(OpenBefore(where.days), day)


@_beside.register
def _(where: BeganWithin, day: date) -> tuple[Stay, Stay]:
    first = day - timedelta(days=where.before + where.days - 1)
    return (first, None), (first - timedelta(days=1), None)


@_beside.register
def _(where: EndedWithin, day: date) -> tuple[Stay, Stay]:
    first = day - timedelta(days=where.days)
    return (first - timedelta(days=20), first), (day - timedelta(days=20), day)


def _row(kind: str, stay: Stay, number: int) -> dict[str, Any]:
    began, ended = stay
    declared = kinds()[kind]
    if declared.shape == "point":
        began = ended = began if ended is None else ended
    sizes = _QUANTITIES.get(declared.unit or "", (None,))
    home = declared.source in _DWELLING
    return {
        "source": declared.source,
        "kind": kind,
        "person_key": None if home else HOUSEHOLD,
        "dwelling_key": HOUSEHOLD if home else None,
        "began_on": began,
        "ended_on": ended,
        "quantity": sizes[number % len(sizes)],
        "date_precision": "day",
        **believed_since(began),
    }


def _selected(used: Engine, rows: list[dict[str, Any]], feature: Feature, day: date) -> list[dict[str, bool]]:
    """Per fact and part, whether the part's own selection holds for it."""
    table = pa.Table.from_pylist(rows, schema=inputs.EPISODES)
    facts = used.put(table.append_column("place", pa.array(range(len(rows)), pa.int64())))

    def chosen(part: Part) -> Any:
        source = (part.source,) if part.source else feature.sources
        return part.where.holds(facts, day) & facts.kind.isin(part.kinds) & facts.source.isin(source)

    flags = {f"in_{i}": chosen(part) for i, part in enumerate(feature.measure.parts())}
    return used.collect(facts.select("place", **flags)).sort_by("place").drop_columns(["place"]).to_pylist()


def _town(used: Engine, rows: list[dict[str, Any]], feature: Feature) -> tuple[Hub, DayScope]:
    """One household of one person who permits the feature's sources, in the same dwelling for long."""
    stays = {"from": _LONG_AGO, "until": None, **believed_since(_LONG_AGO)}
    home = {"household_key": HOUSEHOLD}
    member = pa.Table.from_pylist([{"person_key": HOUSEHOLD, **home, **stays}], schema=inputs.MEMBERSHIP)
    living = pa.Table.from_pylist([{"dwelling_key": HOUSEHOLD, **home, **stays}], schema=inputs.RESIDENCE)
    permits = [{"person_key": HOUSEHOLD, "source": source, "covers_from": None} for source in feature.sources]
    seen = [{**home, "source": source} for source in feature.sources]
    of_day = DayScope(
        pa.Table.from_pylist(permits, schema=inputs.PERMISSION),
        pa.Table.from_pylist(seen, schema=inputs.VISIBLE),
        pa.array([HOUSEHOLD]),
    )
    hub = Hub.of(used, pa.Table.from_pylist(rows, schema=inputs.EPISODES), member, living)
    return hub, of_day
