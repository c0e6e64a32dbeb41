"""The lists as they would have been, week by week, as if visits changed nothing (METHODS §4).

Every policy gets the same slots, eligibility, cool-off and carry-over. A household that was visited leaves the lists
for the cool-off; one that was not met keeps its slot in the following weeks, at most four tries. Ties and who opens the
door are drawn, the same draws for every policy, and everything is the mean over the draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.intervals import Codes, Floats

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """What holds for every policy (config/training.yaml; PRACTICE).

    slots: visits per week, revisits included. no_contact_share: share of tries at which nobody is met.
    window_days: how long before a crisis a listing counts. draws: orders of ties and doors.
    """

    slots: int
    cool_off_days: int = 90
    no_contact_share: float = 0.3
    tries: int = 4
    window_days: int = 180
    burn_in_days: int = 180
    draws: int = 16
    seed: int = 0


@dataclass(frozen=True)
class Listings:
    """What one policy did.

    listed, met: draws × weeks × watched households (bool): on the list; visit completed. visits: expected visits per
    household over all weeks. churn: mean share of a week's list that was not on the list of the week before.
    """

    days: Codes
    listed: Mask
    met: Mask
    visits: Floats
    churn: float


@dataclass
class _State:
    """Per draw and household: first day it may be listed anew, and tries so far (0 = not carried)."""

    free_on: Codes
    tries: Codes
    churn: list[float] = field(default_factory=list)


def replay(days: Codes, scores: Sequence[Floats], watched: Codes, rules: Rules) -> Listings:
    """Weekly lists of one policy.

    days: ordinal days of the freezes, ascending. scores: per week one float64 per household of the union, NaN where the
    household is not eligible that week. watched: household numbers whose listings are kept.
    """
    households = len(scores[0])
    shape = (rules.draws, len(days), len(watched))
    listed, met = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    state = _State(
        np.zeros((rules.draws, households), dtype=np.int64), np.zeros((rules.draws, households), dtype=np.int64)
    )
    visits = np.zeros(households)
    before: Mask | None = None
    for week, day in enumerate(days):
        rng = np.random.default_rng([rules.seed, int(day)])
        on_list = _week(scores[week], int(day), state, rng.random((rules.draws, households)), rules)
        opened = on_list & (rng.random((rules.draws, households)) >= rules.no_contact_share)
        _after(on_list, opened, int(day), state, rules)
        listed[:, week], met[:, week] = on_list[:, watched], opened[:, watched]
        visits += on_list.sum(axis=0) / rules.draws
        if before is not None and on_list.any():
            state.churn.append(float((on_list & ~before).sum() / on_list.sum()))
        before = on_list
    return Listings(days, listed, met, visits, float(np.mean(state.churn)) if state.churn else 0.0)


def _week(score: Floats, day: int, state: _State, lot: Floats, rules: Rules) -> Mask:
    """Who is on the list: the carried first, then the highest scores among the free; ties by lot."""
    eligible = ~np.isnan(score)
    _, rank = np.unique(np.where(eligible, score, -np.inf), return_inverse=True)
    # The rank is whole, the lot is in [0, 1): the lot decides among equal scores only.
    order = rank[None, :] + lot
    carried = (state.tries > 0) & eligible
    free = eligible & (state.tries == 0) & (state.free_on <= day)
    order = np.where(carried, order + len(score) + 1.0, np.where(free, order, -1.0))
    slots = min(rules.slots, len(score))
    if slots <= 0:
        return np.zeros_like(free)
    chosen = np.argpartition(-order, slots - 1, axis=1)[:, :slots]
    on_list = np.zeros_like(free)
    np.put_along_axis(on_list, chosen, True, axis=1)
    result: Mask = on_list & (carried | free)
    return result


def _after(on_list: Mask, met: Mask, day: int, state: _State, rules: Rules) -> None:
    state.tries[on_list] += 1
    done = on_list & (met | (state.tries >= rules.tries))
    state.free_on[done] = day + rules.cool_off_days
    state.tries[done] = 0


@dataclass(frozen=True)
class Events:
    """The crises to be foreseen, one row each: number among the watched, ordinal day, codes of household and area.

    credit: weeks × events: whether a listing in that week may count (the household was eligible and, for the line
    «not yet in the pipeline», no step of that kind was open).
    """

    watched: Codes
    day: Codes
    household: Codes
    area: Codes
    credit: Mask

    @property
    def count(self) -> int:
        """Number of events."""
        return len(self.day)

    @property
    def clusters(self) -> dict[str, Codes]:
        """Clusterings for the intervals."""
        return {"household": self.household, "area": self.area, "week": self.day // 7}

    def take(self, rows: Mask) -> "Events":
        """The events of a mask."""
        return Events(self.watched[rows], self.day[rows], self.household[rows], self.area[rows], self.credit[:, rows])


@dataclass(frozen=True)
class Leads:
    """Per event, expected over the draws: min(lead, window) in days with zeros in; the same to the first completed
    visit; the probability of each lead L; of any listing. exposed: days before the event from the first week that could
    have listed the household (0 = never)."""

    restricted: Floats
    to_visit: Floats
    timely: dict[int, Floats]
    detected: Floats
    exposed: Codes


def leads(listings: Listings, events: Events, rules: Rules, marks: Sequence[int] = (30, 60, 90)) -> Leads:
    """Lead = day of the event − the earliest freeze before it, at most `window_days` earlier, that lists the household.

    Never listed = 0. A freeze on the day of the event is no lead.
    """
    ahead = events.day[None, :] - listings.days[:, None]
    counts = (ahead > 0) & (ahead <= rules.window_days) & events.credit

    def earliest(happened: Mask) -> Codes:
        return np.where(happened[:, :, events.watched] & counts[None], ahead[None], 0).max(axis=1, initial=0)

    lead, visit = earliest(listings.listed), earliest(listings.met)
    return Leads(
        restricted=lead.mean(axis=0),
        to_visit=visit.mean(axis=0),
        timely={mark: (lead >= mark).mean(axis=0) for mark in marks},
        detected=(lead > 0).mean(axis=0),
        exposed=np.where(counts, ahead, 0).max(axis=0, initial=0),
    )


def first_events(household: Codes, day: Codes, history: Codes, history_day: Codes, quiet_days: int) -> Mask:
    """Which of the events (household, day) come after at least `quiet_days` days without any crisis in the history."""
    last = np.full(len(day), np.iinfo(np.int64).min // 2)
    order = np.lexsort((history_day, history))
    keys = history[order].astype(np.int64) * 10_000_000 + history_day[order]
    spot = np.searchsorted(keys, household.astype(np.int64) * 10_000_000 + day, side="left") - 1
    same = (spot >= 0) & (history[order][np.maximum(spot, 0)] == household)
    last[same] = history_day[order][spot[same]]
    result: Mask = day - last > quiet_days
    return result


def scored_window(days: Codes, last_known: int, rules: Rules) -> tuple[int, int, bool]:
    """(first, last ordinal day of events that count, whether the burn-in fitted in).

    With room, events begin `burn_in_days` after the first freeze, so that every event's whole window was lived
    through; without room they begin the day after the first freeze and leads are cut short, which the report says.
    """
    last = min(int(days[-1]) + 7, last_known)
    burnt_in = int(days[0]) + rules.burn_in_days
    if burnt_in + 28 <= last:
        return burnt_in, last, True
    return int(days[0]) + 1, last, False
