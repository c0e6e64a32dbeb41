"""Support that a household already has: public assistance, the consultation desk, care, day care, hospital, 要対協.

Everything follows from the life that was lived (assistance, applications, money, ties, illness, age); nothing here
changes it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.calendar import NEVER, NONE, Bools, Days
from simulation.collection import departure_days
from simulation.people import CHILD, GRANDCHILD, HEAD, Ints
from simulation.streams import stream
from simulation.world import World

KINDS = (
    "生活保護受給", "生活保護申請", "生活保護相談", "自立相談受付", "プラン作成", "住居確保給付金",
    "家計改善", "就労準備", "要対協", "介護認定", "就学前在籍", "入院入所",
)  # fmt: skip
(RECEIVES, APPLIES, ASKS, CONSULTS, PLAN, RENT_BENEFIT, BUDGET, WORK, COUNCIL, CARE, PRESCHOOL, HOSPITAL) = range(12)
OUTCOMES = ("", "開始", "却下", "取下げ", "相談のみ", "終了")
OPEN, GRANTED, REFUSED, WITHDRAWN, ONLY_ASKED, ENDED = range(6)
SLOW = {APPLIES: 3, ASKS: 5, CONSULTS: 3}  # days until an entry stands in the file; others take a week


@dataclass(frozen=True)
class Contacts:
    """One row per case. `ended` is NEVER while it goes on, NONE where a kind has no end."""

    person: Ints
    kind: Ints
    began: Days
    ended: Days
    outcome: Ints


def support(world: World) -> Contacts:
    """All cases that the files can show, in order of their beginning."""
    parts = [
        _assistance(world), _applications(world), *_desk(world), _care(world), _preschool(world), _hospital(world),
        _council(world),
    ]  # fmt: skip
    names = list(Contacts.__dataclass_fields__)
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    gone = departure_days(world)[joined["person"]]  # who dies or leaves is no longer a case of the city
    over = (joined["ended"] > gone) & (gone < NEVER)
    joined["ended"] = np.where(over, gone, joined["ended"]).astype(np.int32)
    joined["outcome"] = np.where(over, ENDED, joined["outcome"])
    keep = (joined["ended"] >= world.months.firsts[0]) | (joined["ended"] == NONE)
    keep &= joined["began"] <= gone
    order = np.flatnonzero(keep)[np.lexsort((joined["kind"][keep], joined["person"][keep], joined["began"][keep]))]
    return Contacts(**{name: column[order] for name, column in joined.items()})


def _cases(person: Ints, kind: int, began: NDArray[Any], ended: Any, outcome: Any) -> Contacts:
    n = len(person)
    return Contacts(
        person.astype(np.int64),
        np.full(n, kind),
        began.astype(np.int32),
        np.broadcast_to(np.asarray(ended), n).astype(np.int32),
        np.broadcast_to(np.asarray(outcome), n).astype(np.int64),
    )


def _spells(held: Bools, world: World, purpose: str) -> tuple[Ints, Ints, Days, Days]:
    """Runs of true months per column: column, first month, first day (before the files if it was so), day after."""
    before = np.vstack([np.zeros((1, held.shape[1]), dtype=bool), held[:-1]])
    after = np.vstack([held[1:], np.zeros((1, held.shape[1]), dtype=bool)])
    column, first = np.nonzero((held & ~before).T)
    _, last = np.nonzero((held & ~after).T)
    firsts, rng = world.months.firsts, stream(world.seed, "support", purpose)
    n = len(column)
    began = firsts[first] + rng.integers(0, 28, n)
    began = np.where(first == 0, firsts[0] - rng.integers(30, 2500, n), began)
    ended = np.where(last == len(held) - 1, NEVER, firsts[np.minimum(last + 1, len(held))] - 1)
    return column, first, began.astype(np.int32), np.maximum(ended, began).astype(np.int32)


def _heads(world: World) -> Ints:
    people = world.people
    head = np.full(len(world.households), -1, dtype=np.int64)
    rows = np.flatnonzero(people.role == HEAD)
    head[people.household[rows]] = rows
    return head


def _assistance(world: World) -> Contacts:
    """生活保護 is a household's; the file says it of each member who was there when it began."""
    held = world.history.matrix("assisted", False) & (world.history.matrix("dwelling", -1) >= 0)
    home, first, began, ended = _spells(held, world, "assistance")
    lived = world.history.household
    person, row = [], []
    for month in np.unique(first):
        spell = np.full(len(world.households) + 1, -1, dtype=np.int64)
        mine = np.flatnonzero(first == month)
        spell[home[mine]] = mine
        here = np.flatnonzero((lived[month] >= 0) & (spell[lived[month]] >= 0))
        person.append(here)
        row.append(spell[lived[month][here]])
    who = np.concatenate([np.zeros(0, dtype=np.int64), *person])
    at = np.concatenate([np.zeros(0, dtype=np.int64), *row])
    return _cases(who, RECEIVES, began[at], ended[at], np.where(ended[at] < NEVER, ENDED, OPEN))


def _applications(world: World) -> Contacts:
    """申請: granted where assistance followed in the life that was lived; decided within 30 days (生活保護法24条)."""
    home, person, day = (np.concatenate([c[i] for c in world.crises if c[3] == 0]) for i in range(3))
    month = world.months.index(day.astype(np.int32))
    granted = world.history.matrix("assisted", False)[month, home]
    rng = stream(world.seed, "support", "applications")
    n = len(home)
    outcome = np.where(granted, GRANTED, np.where(rng.random(n) < 0.55, WITHDRAWN, REFUSED))
    return _cases(person, APPLIES, day, day + rng.integers(8, 31, n), outcome)


def _want(world: World) -> NDArray[np.float32]:
    """Months × households: how much a household that lives here without assistance needs, on average about 1."""
    money, ties = (world.history.matrix(name, 0.0) for name in ("money", "ties"))
    open_to = (world.history.matrix("dwelling", -1) >= 0) & ~world.history.matrix("assisted", False)
    want = np.exp(np.clip(-1.3 * (money + 1.0) + 0.2 * ties, -6, 4)) * open_to
    return (want / max(float(want[open_to].mean()), 1e-9)).astype(np.float32)


def _drawn(world: World, hazard: NDArray[Any], purpose: str) -> tuple[Ints, Ints, Days]:
    """Household, month and day wherever a monthly hazard strikes."""
    rng = stream(world.seed, "support", purpose)
    month, home = np.nonzero(rng.random(hazard.shape, dtype=np.float32) < np.minimum(hazard, 0.5))
    firsts = world.months.firsts
    return home, month, (firsts[month] + rng.integers(0, 28, len(month))).astype(np.int32)


def _desk(world: World) -> list[Contacts]:
    """The desks: 生活保護相談 that went no further, 自立相談受付, plans and what plans hold."""
    head, want = _heads(world), _want(world)
    seeking = np.exp(0.5 * np.where(head >= 0, world.people.seeking[np.maximum(head, 0)], -9.0)).astype(np.float32)
    rates, firsts = world.rates, world.months.firsts
    home, _, day = _drawn(world, want * seeking * rates["assistance_consult_month"], "asks")
    asked = _cases(head[home], ASKS, day, day, ONLY_ASKED)
    home, month, day = _drawn(world, want * seeking * rates["consultation_month"], "consults")
    consulted = _cases(head[home], CONSULTS, day, NONE, OPEN)
    rng = stream(world.seed, "support", "plans")
    n = len(home)
    draw, weeks, months = rng.random((4, n)), rng.integers(2, 9, n), rng.integers(4, 13, n)
    poor = world.history.matrix("money", 0.0)[month, home] < -1.0
    share = rates["plan_of_consultation"]
    begun = day + 7 * weeks
    until = begun + 30 * months
    until = np.where(until < firsts[-1], until, NEVER)
    out = [asked, consulted]
    for kind, chance, row in (
        (PLAN, np.full(n, share), 0),
        (RENT_BENEFIT, np.where(poor, 0.12, 0.03), 1),
        (BUDGET, np.full(n, 0.3 * share), 0),
        (WORK, np.full(n, 0.15 * share), 0),
    ):
        got = draw[row] < chance
        start = begun + (14 if kind in (BUDGET, WORK) else 0)
        end = np.where(until < NEVER, np.maximum(until, start), NEVER)
        if kind == RENT_BENEFIT:  # three months, twice extended at most (施行規則12条)
            end = np.where(start + 92 * (1 + months % 3) < firsts[-1], start + 92 * (1 + months % 3), NEVER)
        got &= start < firsts[-1]
        state = np.where(end[got] < NEVER, ENDED, OPEN)
        out.append(_cases(head[home[got]], kind, start[got], end[got], state))
    return out


def _care(world: World) -> Contacts:
    """介護認定: from the onset in the life that was lived, or from before the files."""
    people = world.people
    who = np.flatnonzero(people.care)
    onset = np.full(len(world.households), NONE, dtype=np.int64)
    for kind, home, day in world.life_events:
        if kind == "care":
            onset[home] = day
    rng = stream(world.seed, "support", "care")
    earlier = world.months.firsts[0] - rng.integers(30, 1500, len(who))
    began = np.where(onset[people.household[who]] > NONE, onset[people.household[who]] + 30, earlier)
    certified = rng.random(len(who)) < world.rates["care_certified"]
    return _cases(who[certified], CARE, began[certified], NEVER, OPEN)


def _preschool(world: World) -> Contacts:
    """就学前在籍 from an April to the March before school."""
    people, months = world.people, world.months
    draw = stream(world.seed, "support", "preschool").random((2, len(people)))
    last = int(months.firsts[-1])
    child = np.isin(people.role, [CHILD, GRANDCHILD]) & (people.birth > months.firsts[0] - 7 * 365)
    child &= draw[0] < world.rates["preschool"]
    who = np.flatnonzero(child)
    born = people.birth[who].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    year = (born - 3) // 12  # 年度 of birth, counted from 1970
    began = _april(year + 1 + (draw[1, who] * 3).astype(np.int64))
    ends = _april(year + 7)
    keep = began < last
    who, began, ends = who[keep], began[keep], ends[keep] - 1
    ended = np.where(ends < last, ends, NEVER)
    return _cases(who, PRESCHOOL, began, ended, np.where(ended < NEVER, ENDED, OPEN))


def _april(years: Ints) -> Ints:
    """Day number of 1 April of each year, years counted from 1970."""
    return (years * 12 + 3).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _hospital(world: World) -> Contacts:
    """入院入所: the oldest of a household in which somebody is ill; those in need of care may go into a home."""
    ill = world.history.matrix("health", 0) > 0
    home, month, day = _drawn(world, ill * np.float32(world.rates["hospital_month"]), "hospital")
    person = _oldest(world, home, month)
    rng = stream(world.seed, "support", "hospital stay")
    n = len(home)
    days = (12 + 40 * rng.exponential(1.0, n)).astype(np.int64)
    age = (day - world.people.birth[person]) / 365.25
    stays = (age > 80) & (rng.random(n) < 0.15)
    ended = np.where(stays | (day + days >= world.months.firsts[-1]), NEVER, day + days)
    # One stay at a time: a later one that begins before the earlier ended is the same.
    order = np.lexsort((day, person))
    until = np.full(len(world.people), NONE, dtype=np.int64)
    fresh = np.zeros(n, dtype=bool)
    rank = _rank(person[order])
    for turn in range(int(rank.max(initial=-1)) + 1):
        rows = order[rank == turn]
        fresh[rows] = day[rows] > until[person[rows]]
        until[person[rows]] = np.maximum(until[person[rows]], ended[rows])
    keep = np.flatnonzero(fresh)
    return _cases(person[keep], HOSPITAL, day[keep], ended[keep], np.where(ended[keep] < NEVER, ENDED, OPEN))


def _rank(ordered: Ints) -> Ints:
    """0, 1, 2, … within runs of equal values of a sorted array."""
    starts = np.r_[True, ordered[1:] != ordered[:-1]] if len(ordered) else np.zeros(0, dtype=bool)
    return np.arange(len(ordered)) - np.flatnonzero(starts)[np.cumsum(starts) - 1]


def _oldest(world: World, home: Ints, month: Ints) -> Ints:
    """The oldest member of each household in each month."""
    person = np.full(len(home), -1, dtype=np.int64)
    for m in np.unique(month):
        lived = world.history.household[m]
        here = np.flatnonzero(lived >= 0)
        here = here[np.argsort(-world.people.birth[here], kind="stable")]
        oldest = np.full(len(world.households), -1, dtype=np.int64)
        oldest[lived[here]] = here
        rows = month == m
        person[rows] = oldest[home[rows]]
    return person


def _council(world: World) -> Contacts:
    """要対協: a child, more often where ties are few and somebody is ill; a case lasts half a year to two years."""
    rng = stream(world.seed, "support", "council")
    first, last = int(world.months.firsts[0]), int(world.months.firsts[-1])
    lived = world.history.household[world.months.lead]
    people = world.people
    begun = rng.integers(first, last, len(people))
    age = (begun - people.birth) / 365.25
    child = np.isin(people.role, [CHILD, GRANDCHILD]) & (age > 0) & (age < 17)
    child[len(lived) :] = False
    ties = world.history.ties[world.months.lead]
    home = np.where(child[: len(lived)] & (lived >= 0), lived, 0)
    strain = np.exp(np.clip(-0.8 * ties[home], -2, 2))
    chance = np.zeros(len(people))
    chance[: len(lived)] = np.where(lived >= 0, strain, 0.0)
    share = world.rates["council"] * max((last - first) / 365.25 / 1.2, 1.0)  # a case lasts about 1.2 years
    mean = float(chance[child].mean()) if child.any() else 1.0
    who = np.flatnonzero(child & (rng.random(len(people)) < share * chance / max(mean, 1e-9)))
    ended = begun[who] + rng.integers(180, 730, len(who))
    ended = np.where(ended < last, ended, NEVER)
    return _cases(who, COUNCIL, begun[who], ended, np.where(ended < NEVER, ENDED, OPEN))
