"""The replay of one period: which crises, which weeks may claim them, and how early each policy is (METHODS §4)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.crisis import Component, targets_of
from models.intervals import CANNOT_TELL_BELOW, Codes, Floats, difference, mark, ratio
from models.labels import INCIDENT_DAYS, TOUCH_LOOKBACK_DAYS, Known
from models.matrix import Matrix
from models.metrics import Mask
from models.panel import City, covered, in_sight, ordinals
from models.replay import Events, Leads, Listings, Rules, first_events, leads, replay

# A policy gives one float64 per row of a week's matrix, from the row and the area's number.
Policy = Callable[[Matrix, Codes], Floats]
MARKS = (30, 60, 90)
ALL, INCIDENT, EARLY = "all", "incident", "not_in_pipeline"


@dataclass(frozen=True)
class Crises:
    """The events of one line, and which of its components each was."""

    events: Events
    component: Codes
    excluded: int


@dataclass(frozen=True)
class Period:
    """The weekly freezes of a period and the crises that count in it."""

    days: Codes
    weeks: tuple[tuple[Matrix, Codes], ...]
    city: City
    rules: Rules
    lines: Mapping[str, Crises]
    watched: Codes

    def listings(self, policy: Policy) -> Listings:
        """The lists of one policy; rows keep their place in the city, absent households are not eligible."""
        scores = []
        for x, numbers in self.weeks:
            score = np.full(len(self.city.keys), np.nan)
            score[numbers] = policy(x, self.city.area[numbers])
            scores.append(score)
        return replay(self.days, scores, self.watched, self.rules)

    def leads(self, listings: Listings, line: str) -> Leads:
        """Leads of the events of one line."""
        return leads(listings, self.lines[line].events, self.rules, MARKS)


def period(
    days: Sequence[date],
    features: Mapping[date, pa.Table],
    evaluable: Mapping[date, pa.Array],
    names: Sequence[str],
    known: Known,
    target: str,
    city: City,
    rules: Rules,
    window: tuple[int, int],
) -> Period:
    """Lay out a period. window: first and last ordinal day (inclusive) of the events that count."""
    weeks = tuple((x := Matrix.from_table(features[day], names), city.numbers(x.keys)) for day in days)
    ordinal = np.array([day.toordinal() for day in days], dtype=np.int64)
    may = np.zeros((len(days), len(city.keys)), dtype=bool)
    for week, (day, (_, numbers)) in enumerate(zip(days, weeks, strict=True)):
        counted = city.numbers(evaluable[day])
        may[week, np.intersect1d(numbers, counted[counted >= 0])] = True
    targets = targets_of(known.components)
    members = {ALL: targets[target]}
    members |= {name: part for name, part in targets.items() if name != target and len(targets[target]) > len(part)}
    lines = {name: _crises(part, known, city, may, ordinal, window) for name, part in members.items()}
    lines |= _stricter(lines[ALL], members[ALL], known, city, ordinal)
    watched = np.unique(np.concatenate([line.events.watched for line in lines.values()])).astype(np.int64)
    placed = {
        name: Crises(_placed(line.events, watched), line.component, line.excluded) for name, line in lines.items()
    }
    return Period(ordinal, weeks, city, rules, placed, watched)


def _placed(events: Events, watched: Codes) -> Events:
    return Events(np.searchsorted(watched, events.watched), events.day, events.household, events.area, events.credit)


def _crises(
    members: Sequence[Component], known: Known, city: City, may: Mask, days: Codes, window: tuple[int, int]
) -> Crises:
    """The first event of each household in the window, with the weeks in which it was in sight."""
    names = [component.name for component in members]
    table = known.events.filter(pc.is_in(known.events["component"], value_set=pa.array(names)))
    who, on = city.numbers(table["household_key"]), ordinals(table["on"])
    which = np.asarray(pc.index_in(table["component"], value_set=pa.array(names)).combine_chunks(), dtype=np.int64)
    here = (who >= 0) & (on >= window[0]) & (on <= window[1])
    order = np.lexsort((which[here], on[here], who[here]))
    household, first = np.unique(who[here][order], return_index=True)
    day, component = on[here][order][first], which[here][order][first]
    keys = city.keys.take(pa.array(household))
    credit = may[:, household] & in_sight(known, sorted({c.source for c in members}), keys, days)
    seen = np.asarray(((days[:, None] < day[None, :]) & credit).any(axis=0)) & ~_touched(known, keys, day)
    events = Events(household, day, household, city.area[household], credit)
    return Crises(events.take(seen), component[seen], int((~seen).sum()))


def _touched(known: Known, keys: pa.Array, day: Codes) -> Mask:
    """Whether we visited in the 270 days before the event: what we did may have changed it or when it was seen."""
    found = np.zeros(len(keys), dtype=bool)
    reach = TOUCH_LOOKBACK_DAYS + 180
    spot = np.asarray(
        pc.fill_null(pc.index_in(known.touched["household_key"], value_set=keys), -1).combine_chunks(), dtype=np.int64
    )
    first = ordinals(known.touched["from"])
    for row in np.nonzero(spot >= 0)[0]:
        found[spot[row]] |= day[spot[row]] - reach <= first[row] <= day[spot[row]]
    return found


def _stricter(line: Crises, members: Sequence[Component], known: Known, city: City, days: Codes) -> dict[str, Crises]:
    """The lines «incident» and «not yet in the pipeline» of the headline's events."""
    names = pa.array([component.name for component in members])
    history = known.events.filter(pc.is_in(known.events["component"], value_set=names))
    events = line.events
    quiet = first_events(
        events.household, events.day, city.numbers(history["household_key"]), ordinals(history["on"]), INCIDENT_DAYS
    )
    keys = city.keys.take(pa.array(events.household))
    credit = events.credit.copy()
    for number, component in enumerate(members):
        steps = known.steps.filter(pc.equal(known.steps["component"], component.name))
        mine = line.component == number
        credit[:, mine] &= ~covered(steps, keys.filter(pa.array(mine)), days)
    early = Events(events.watched, events.day, events.household, events.area, credit)
    ahead = events.day[None, :] - days[:, None]
    claimable = np.asarray(((ahead > 0) & (ahead <= 180) & credit).any(axis=0))
    return {
        INCIDENT: Crises(events.take(quiet), line.component[quiet], int((~quiet).sum())),
        EARLY: Crises(early.take(claimable), line.component[claimable], int((~claimable).sum())),
    }


def lead_figures(found: Leads, events: Events, window_days: int, *, made_up: bool) -> dict[str, object]:
    """The headline and its companions for one policy and line, JSON-able."""
    ones, clusters = np.ones(events.count), events.clusters
    how = {"positives": events.count, "made_up": made_up}

    def share(part: Floats, whole: Floats, scale: float = 1.0) -> object:
        return ratio(part, whole, clusters, scale=scale, **how).as_dict()  # type: ignore[arg-type]

    out: dict[str, object] = {
        "events": events.count if events.count >= CANNOT_TELL_BELOW else None,
        "restricted_mean_lead_days": share(found.restricted, ones, float(window_days)),
        "lead_to_visit_days": share(found.to_visit, ones, float(window_days)),
        "detected": share(found.detected, ones),
    }
    for days, timely in found.timely.items():
        reachable = (found.exposed >= days).astype(np.float64)
        eligible = int(reachable.sum())
        out[f"recall_{days}"] = ratio(
            timely * reachable, reachable, clusters, positives=eligible, made_up=made_up
        ).as_dict()
        out[f"recall_{days}_of_all"] = share(timely, ones)
    return out


def gain(first: Leads, second: Leads, events: Events, window_days: int, *, made_up: bool) -> dict[str, object]:
    """Restricted mean lead of the first policy minus the second's, paired by event."""
    return difference(
        first.restricted,
        second.restricted,
        np.ones(events.count),
        events.clusters,
        positives=events.count,
        made_up=made_up,
        scale=float(window_days),
    ).as_dict()


def effort(listings: Listings, found: Leads, events: Events, days: int, *, made_up: bool) -> dict[str, object]:
    """Timely hits (lead ≥ `days`) per visit, over all households ever visited, and the churn of the lists."""
    hits = np.zeros(len(listings.visits))
    np.add.at(hits, events.household, found.timely[days])
    rate = ratio(
        np.minimum(hits, listings.visits),
        listings.visits,
        {"household": np.arange(len(hits))},
        positives=events.count,
        made_up=made_up,
    )
    return {f"timely_{days}_hits_per_visit": rate.as_dict(), "churn": round(listings.churn, 3), **mark(made_up)}
