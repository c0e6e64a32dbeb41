"""The waterworks: bimonthly readings, notices, stops and openings, by customer and meter, without resident numbers."""

from dataclasses import dataclass

import numpy as np

from simulation.calendar import NEVER, NONE, Bools, Days, OfficeCalendar, day_number
from simulation.collection import liquidity
from simulation.people import Ints
from simulation.streams import stream
from simulation.world import MOVE, MOVE_IN, MOVE_OUT, World

STEPS = (
    "検針",
    "未納通知",
    "催告",
    "停止予告",
    "停止",
    "開栓",
    "中止",
    "精算",
    "名義変更",
    "支払猶予",
    "検針不能",
    "漏水",
)
READ, UNPAID, DEMAND, WARNING, STOP, OPEN, CLOSE, SETTLE, RENAME, GRACE, UNREADABLE, LEAK = range(12)
PERSONAL, COMPANY, SHARED = range(3)


@dataclass(frozen=True)
class Customers:
    """One row per user of a meter: a household during its stay, a landlord's company, or a shared meter."""

    household: Ints  # -1 for a shared meter
    dwelling: Ints
    person: Ints  # -1 when the user is a company
    contract: Ints
    first: Ints  # first and last month of the stay
    last: Ints
    opened: Days  # NONE when it was there at the start
    closed: Days  # the day the user left, NEVER if still there
    told: Bools  # whether the leaver told the waterworks


@dataclass(frozen=True)
class Steps:
    """One row per step; `usage` and `unpaid` are -1 where the step has none."""

    customer: Ints
    step: Ints
    on: Days
    usage: Ints
    unpaid: Ints


def _user_matrix(world: World) -> Ints:
    """Months × households: the dwelling whose meter the household uses, -1 for none (shared, or another's)."""
    lived = world.history.matrix("dwelling", -1).astype(np.int64)
    for month in range(len(lived)):
        _, first = np.unique(lived[month], return_index=True)
        mask = np.zeros(lived.shape[1], dtype=bool)
        mask[first] = True
        lived[month, ~mask] = -1
    shared = np.append(world.dwellings.shared_meter, True)
    lived[shared[lived]] = -1
    return lived


def _event_days(world: World, reasons: list[int]) -> tuple[Ints, Ints]:
    """Sorted keys household × month, and the day on which the household came or went."""
    home, on, reason = (np.concatenate(world.log[name]) for name in ("household", "event_on", "reason"))
    keep = np.isin(reason, reasons)
    key = home[keep] * 4096 + world.months.index(on[keep].astype(np.int32))
    key, first = np.unique(key, return_index=True)
    return key, on[keep][first]


def _look_up(keys: Ints, days: Ints, wanted: Ints, otherwise: Ints) -> Days:
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, days[at], otherwise).astype(np.int32)


def customers(world: World) -> Customers:
    """Everybody who ever had a meter in their name."""
    used = _user_matrix(world)
    months, homes = used.shape
    changed = np.vstack([np.ones((1, homes), dtype=bool), used[1:] != used[:-1]])
    home, first = np.nonzero((changed & (used >= 0)).T)
    ends = np.vstack([changed[1:], np.ones((1, homes), dtype=bool)])
    _, last = np.nonzero((ends & (used >= 0)).T)
    rng = stream(world.seed, "customers")
    firsts = world.months.firsts.astype(np.int64)
    came = _event_days(world, [MOVE, MOVE_IN])
    went = _event_days(world, [MOVE, MOVE_OUT])
    opened = _look_up(*came, home * 4096 + first, firsts[first] + 5)
    closed = _look_up(*went, home * 4096 + np.minimum(last + 1, months - 1), firsts[last] + 20)
    opened = np.where(first == 0, NONE, opened).astype(np.int32)
    closed = np.where(last == months - 1, NEVER, np.maximum(closed, opened + 1)).astype(np.int32)
    person = _first_person(world, home, first)
    flat = world.dwellings.building[used[first, home]] >= 0
    company = flat & (rng.random(len(home)) < 0.03)
    told = rng.random(len(home)) > world.rates["empty_flat_unreported"]
    shared = np.flatnonzero(
        world.dwellings.shared_meter & (world.dwellings.flat % 100 == 1) & (world.dwellings.flat < 200)
    )
    n = len(shared)
    return Customers(
        household=np.concatenate([home, np.full(n, -1)]),
        dwelling=np.concatenate([used[first, home], shared]),
        person=np.concatenate([np.where(company, -1, person), np.full(n, -1)]),
        contract=np.concatenate([np.where(company, COMPANY, PERSONAL), np.full(n, SHARED)]),
        first=np.concatenate([first, np.zeros(n, dtype=np.int64)]),
        last=np.concatenate([last, np.full(n, months - 1)]),
        opened=np.concatenate([opened, np.full(n, NONE)]).astype(np.int32),
        closed=np.concatenate([closed, np.full(n, NEVER)]).astype(np.int32),
        told=np.concatenate([told, np.ones(n, dtype=bool)]),
    )


def _first_person(world: World, home: Ints, month: Ints) -> Ints:
    """The person who came first into a household: its head then; the name stays when the head dies."""
    lived = world.history.matrix("household", -1)
    person = np.full(lived.shape[0] * (len(world.households) + 1), -1, dtype=np.int64).reshape(lived.shape[0], -1)
    for m in range(lived.shape[0]):
        here = np.flatnonzero(lived[m] >= 0)[::-1]
        person[m, lived[m, here]] = here
    return person[month, home]


def _readings(world: World, users: Customers, office: OfficeCalendar) -> tuple[Ints, Ints, Days]:
    """Customer, month and day of every reading, leavers who told nobody being read on for a year."""
    months = world.months
    until = np.where(users.told | (users.closed >= NEVER), users.last, np.minimum(users.last + 12, months.count - 1))
    start = np.maximum(users.first, months.lead - 4)
    length = np.maximum(until - start + 1, 0)
    who = np.repeat(np.arange(len(length)), length)
    month = np.arange(len(who)) - np.repeat(np.cumsum(length) - length, length) + start[who]
    town = world.dwellings.town[users.dwelling[who]]
    keep = month % 2 == town % 2
    who, month, town = who[keep], month[keep], town[keep]
    day = office.on_or_after((months.firsts[month] + 2 + town * 3 % 20).astype(np.int32))
    inside = (day > users.opened[who]) & ((day < users.closed[who]) | ~users.told[who])
    return who[inside], month[inside], day[inside]


def _usage(world: World, users: Customers, who: Ints, month: Ints, day: Days) -> Ints:
    people = world.history.matrix("household", -1)
    size = np.zeros((world.months.count, len(world.households) + 1), dtype=np.int16)
    for m in range(world.months.count):
        size[m] = np.bincount(people[m][people[m] >= 0], minlength=len(world.households) + 1)
    rng = stream(world.seed, "usage")
    home = users.household[who]
    heads = np.where(home >= 0, size[month, home], 14)
    amount = heads * 13 * np.exp(0.25 * rng.standard_normal(len(who))) + 3
    silent = rng.random(len(who)) < 0.004  # long away, in hospital, or no longer able
    return np.where((day > users.closed[who]) | silent, 0, amount).astype(np.int64)


def _unpaid(world: World, users: Customers, who: Ints, month: Ints) -> tuple[Bools, Ints]:
    """Which bills are not paid when due, and for how many days more."""
    rng = stream(world.seed, "water bills")
    liquid = liquidity(world)
    home = np.maximum(users.household[who], 0)
    due = np.minimum(month + 1, world.months.count - 1)
    at_hand = liquid[due, home] + 0.3 * rng.standard_normal(len(who))
    mine = users.contract[who] == PERSONAL
    bar = np.quantile(at_hand[mine], world.rates["late_water"] * 0.8) if mine.any() else 0.0
    slips = rng.random(len(who)) < np.where(world.households.forgetful[home], 0.2, 0.005)
    late = mine & ((at_hand < bar) | slips)
    # 大半は停止するとすぐ払う (DOMAIN §2): most pay after a letter, those without money much later.
    scale = np.where(at_hand < bar, 42 * np.exp(-0.5 * np.clip(at_hand + 1.2, -2, 1)), 14)
    wait = (5 + scale * rng.exponential(1.0, len(who))).astype(np.int64)
    return late, wait


def steps(world: World, users: Customers, office: OfficeCalendar) -> tuple[Steps, Steps]:
    """All steps, and apart from them the stops with the day of opening in `usage` (for the truth)."""
    who, month, day = _readings(world, users, office)
    usage = _usage(world, users, who, month, day)
    late, wait = _unpaid(world, users, who, month)
    abandoned = (day > users.closed[who]) & (usage == 0)
    late, wait = late | abandoned, np.where(abandoned, 2000, wait)
    yen = 1200 + usage * 165
    rng = stream(world.seed, "water steps")
    odd = rng.random(len(who))
    kind = np.select([odd < 0.003, odd > 0.998], [UNREADABLE, LEAK], READ)
    parts = [Steps(who, kind, day, np.where(kind == UNREADABLE, -1, usage), np.full(len(who), -1))]
    rows = np.flatnonzero(late)
    who, yen, due = who[rows], yen[rows], office.on_or_after((day[rows] + 25).astype(np.int32))
    pays = due + wait[rows]
    for step, after in ((UNPAID, 15), (DEMAND, 40), (WARNING, 60)):
        on = office.on_or_after((due + after).astype(np.int32))
        go = pays > on
        parts.append(Steps(who[go], np.full(int(go.sum()), step), on[go], np.full(int(go.sum()), -1), yen[go]))
    grace = rng.random(len(who)) < 0.04
    on = office.on_or_after((due + 66).astype(np.int32))
    go = grace & (pays > on)
    parts.append(Steps(who[go], np.full(int(go.sum()), GRACE), on[go], np.full(int(go.sum()), -1), yen[go]))
    stops = _stops(world, users, office, who, due, pays, grace, rng)
    parts.append(
        Steps(stops.customer, np.full(len(stops.on), STOP), stops.on, np.full(len(stops.on), -1), stops.unpaid)
    )
    again = stops.usage < NEVER
    n = int(again.sum())
    parts.append(
        Steps(
            stops.customer[again], np.full(n, OPEN), stops.usage[again].astype(np.int32), np.full(n, -1), np.full(n, -1)
        )
    )
    parts += _comings_and_goings(users)
    return _tidy(parts), stops


def _stops(
    world: World,
    users: Customers,
    office: OfficeCalendar,
    who: Ints,
    due: Days,
    pays: Ints,
    grace: Bools,
    rng: np.random.Generator,
) -> Steps:
    on = office.on_or_after((due + 78).astype(np.int32))
    share = np.full(len(who), world.rates["water_stop_of_warned"])
    for since in world.rates.dates("water_stop_of_warned"):
        share[on >= day_number(since)] = world.rates.at("water_stop_of_warned", since)
    stop = (pays > on) & ~grace & (rng.random(len(who)) < share) & (users.contract[who] == PERSONAL)
    quick = rng.random(len(who)) < 0.80
    stay = np.where(quick, rng.integers(0, 4, len(who)), np.maximum(pays - on, 5) // 2 + rng.integers(4, 40, len(who)))
    empty = pays - due > 1500
    back = np.where(empty, NEVER, office.on_or_after((on + stay).astype(np.int32)))
    back = np.where((back < NEVER) & (users.closed[who] <= back), NEVER, back)  # left without paying
    stop &= ~((users.closed[who] <= on) & users.told[who])
    rows = np.flatnonzero(stop)
    rows = rows[np.lexsort((on[rows], who[rows]))]
    # No second stop while the water is off.
    offset = (who[rows] + 1) * int(2 * NEVER)
    until = np.maximum.accumulate(np.r_[0, (back[rows] + offset)[:-1]])
    keep = on[rows] + offset > until
    rows = rows[keep]
    return Steps(
        who[rows],
        np.full(len(rows), STOP),
        on[rows],
        back[rows].astype(np.int64),
        np.full(len(rows), 9_000) + who[rows] % 90 * 100,
    )


def _comings_and_goings(users: Customers) -> list[Steps]:
    def of(mask: Bools, step: int, on: Days) -> Steps:
        rows = np.flatnonzero(mask)
        return Steps(rows, np.full(len(rows), step), on[rows], np.full(len(rows), -1), np.full(len(rows), -1))

    came, gone = users.opened > NONE, (users.closed < NEVER) & users.told
    return [of(came, OPEN, users.opened), of(gone, CLOSE, users.closed), of(gone, SETTLE, users.closed + 1)]


def _tidy(parts: list[Steps]) -> Steps:
    """In order of day, one row per customer, step and day."""
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Steps.__dataclass_fields__}
    key = (columns["customer"].astype(np.int64) * 16 + columns["step"]) * 65536 + columns["on"]
    _, first = np.unique(key, return_index=True)
    first = first[np.lexsort((columns["step"][first], columns["customer"][first], columns["on"][first]))]
    return Steps(**{name: column[first] for name, column in columns.items()})


def stop_crises(users: Customers, stops: Steps) -> tuple[Ints, Ints, Days, str]:
    """Stops of more than seven days where somebody lives: household, person, eighth day."""
    long = (stops.usage - stops.on > 7) & (stops.on < users.closed[stops.customer])
    who = stops.customer[long]
    return users.household[who], users.person[who], (stops.on[long] + 8).astype(np.int32), "water_stop"
