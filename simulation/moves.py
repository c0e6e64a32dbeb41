"""What the register hears of: deaths, births, marriages, separations, moves in, out and within, 世帯分離."""

import numpy as np

from simulation.calendar import Days
from simulation.names import N_GIVEN
from simulation.people import (
    BROTHER,
    CHILD,
    DEAD,
    GRANDCHILD,
    HEAD,
    HOMEMAKER,
    HUSBAND,
    LEFT,
    MOTHER,
    PUPIL,
    RELATIVE,
    SISTER,
    WIFE,
    Ints,
    People,
    draw_types,
)
from simulation.world import (
    BIRTH,
    CORRECTION,
    DEATH,
    DIVORCE,
    MARRIAGE,
    MOVE,
    MOVE_IN,
    MOVE_OUT,
    NEW_HEAD,
    SPLIT,
    World,
)

# 異動 gathers in March and April (DOMAIN §5.3).
SEASON = np.array([0, 0.7, 0.8, 2.4, 2.0, 0.8, 0.7, 0.8, 0.8, 0.9, 0.8, 0.7, 0.6])
LEAVING = np.array([1.8, 0.3, 1.0, 0.2, 0.9, 0.4, 0.1, 0.1, 1.0, 0.3, 0.2, 0.8])  # by household type


def _free(world: World, households: Ints) -> Ints:
    """Those households to which nothing happened yet this month; marks them busy, each once."""
    chosen = np.unique(households[~world.busy[households]])
    world.busy[chosen] = True
    return chosen


def _depart(world: World, persons: Ints, status: int, day: Days, reason: int, lag: int) -> None:
    world.people.status[persons] = status
    world.record(persons, day, reason, lag)


def deaths(world: World, month: int) -> None:
    """Deaths by age; the ill die more often."""
    people = world.people
    hazard = np.maximum(world.rates["death_at_65"] * np.exp(0.0866 * (world.ages(month) - 65)), 0.0003)
    hazard = hazard * np.where(people.ill, 1.6, 1.0) / 12
    dead = np.flatnonzero(world.present() & (world.rng("death", month).random(len(people)) < hazard))
    _, first = np.unique(people.household[dead], return_index=True)
    dead = dead[np.sort(first)]
    homes = _free(world, people.household[dead])
    dead = dead[np.isin(people.household[dead], homes)]
    day = world.days(month, "death", len(dead))
    world.households.strain[people.household[dead]] += 0.8
    world.households.ties[people.household[dead]] -= 0.6
    world.life_events.append(("death", people.household[dead].copy(), day))
    _depart(world, dead, DEAD, day, DEATH, 7)


def births(world: World, month: int) -> None:
    """Children of couples."""
    people, age = world.people, world.ages(month)
    mothers = world.present() & (people.sex == 0) & (age > 22) & (age < 42) & np.isin(people.role, [HEAD, WIFE])
    couple = np.zeros(len(world.households), dtype=bool)
    couple[people.household[world.present() & np.isin(people.role, [WIFE, HUSBAND])]] = True
    draw = world.rng("birth", month).random(len(people))
    who = np.flatnonzero(mothers & couple[people.household] & (draw < world.rates["birth"] / 12))
    who = who[np.isin(people.household[who], _free(world, people.household[who]))]
    _, first = np.unique(people.household[who], return_index=True)
    who = who[first]
    n, day = len(who), world.days(month, "birth", len(who))
    rng = world.rng("born", month)
    before = len(people)
    people.add(_persons(people, who, rng, day))
    world.households.strain[people.household[who]] += 0.15
    world.life_events.append(("birth", people.household[who].copy(), day))
    world.record(np.arange(before, before + n), day, BIRTH, 14)


def _persons(people: People, like: Ints, rng: np.random.Generator, day: Days) -> People:
    n = len(like)
    return People(
        birth=day, sex=rng.integers(0, 2, n), surname=people.surname[like], given=rng.integers(0, N_GIVEN, n),
        gaiji=people.gaiji[like], household=people.household[like], role=np.full(n, CHILD),
        status=np.zeros(n, dtype=np.int64),
        foreign=people.foreign[like], work=np.full(n, PUPIL), ill=np.zeros(n, dtype=bool), care=np.zeros(n, dtype=bool),
        seeking=rng.standard_normal(n), since=day,
    )  # fmt: skip


def marriages(world: World, month: int) -> None:
    """A single householder's spouse moves in from another town; the register often says only 職権修正."""
    people, age = world.people, world.ages(month)
    single = world.households.kind[people.household] == 0
    able = world.present() & single & (people.role == HEAD) & (age > 20) & (age < 45)
    draw = world.rng("marriage", month).random(len(people))
    who = np.flatnonzero(able & (draw < world.rates["marriage"] / 12))
    who = who[np.isin(people.household[who], _free(world, people.household[who]))]
    n, day = len(who), world.days(month, "marriage", len(who))
    rng = world.rng("spouse", month)
    before = len(people)
    spouse = _persons(people, who, rng, day)
    spouse.birth = (people.birth[who] + rng.integers(-1200, 1200, n)).astype(np.int32)
    spouse.sex = 1 - people.sex[who]
    spouse.role = np.where(spouse.sex == 0, WIFE, HUSBAND)
    spouse.work = np.where(rng.random(n) < 0.75, 1, HOMEMAKER)
    people.add(spouse)
    homes = people.household[who]
    world.households.kind[homes] = 2
    world.households.ties[homes] += 0.4
    world.households.base[homes] += 0.3
    world.life_events.append(("marriage", homes.copy(), day))
    world.record(np.arange(before, before + n), day, MOVE_IN, 14)
    official = rng.random(n) < 0.6
    world.record(who[official], day[official], CORRECTION, 10)
    world.record(who[~official], day[~official], MARRIAGE, 10)


def separations(world: World, month: int) -> None:
    """A couple parts: the one who is not the head leaves town or takes a dwelling of their own, with small children."""
    people, homes = world.people, world.households
    able = world.present() & np.isin(people.role, [WIFE, HUSBAND]) & (world.ages(month) < 66)
    poor = np.where(homes.money < -1, 1.8, 1.0)[people.household]
    draw = world.rng("separation", month).random(len(people))
    who = np.flatnonzero(able & (draw < world.rates["separation"] / 12 * poor))
    who = who[np.isin(people.household[who], _free(world, people.household[who]))]
    rng = world.rng("separated", month)
    stays = rng.random(len(who)) < 0.6
    day = world.days(month, "separation", len(who))
    old = people.household[who].copy()
    homes.strain[old] += 0.9
    homes.ties[old] -= 0.7
    world.life_events.append(("separation", old, day))
    _depart(world, who[~stays], LEFT, day[~stays], MOVE_OUT, 10)
    _start_over(world, who[stays], day[stays], month)


def _start_over(world: World, who: Ints, day: Days, month: int) -> None:
    people, homes = world.people, world.households
    flats = world.free_dwellings(world.rng("flat", month), len(who))
    who, day = who[: len(flats)], day[: len(flats)]
    old = people.household[who].copy()
    child = world.members(old) & (people.role == CHILD) & (world.ages(month) < 18)
    kids = np.flatnonzero(child & (people.household >= 0))
    first = len(homes)
    homes.add(type(homes)(**{name: values[old].copy() for name, values in vars(homes).items()}))
    new = np.arange(first, first + len(who))
    world.busy = np.concatenate([world.busy, np.ones(len(who), dtype=bool)])
    homes.dwelling[new], homes.kind[new] = flats, 8
    homes.base[new] -= 0.5
    homes.assisted[new] = False
    world.renumber(new)
    place = np.full(first, -1, dtype=np.int64)
    place[old] = new
    with_woman = np.zeros(first, dtype=bool)
    with_woman[old[people.sex[who] == 0]] = True
    kids = kids[with_woman[people.household[kids]]]
    days_of = np.zeros(first, dtype=np.int32)
    days_of[old] = day
    kid_days = days_of[people.household[kids]]
    for group, days in ((who, day), (kids, kid_days)):
        people.household[group] = place[people.household[group]]
        if group is who:
            people.role[group] = HEAD
            people.work[group] = np.where(people.work[group] == HOMEMAKER, 5, people.work[group])
        world.record(group, days, MOVE if group is kids else DIVORCE, 14)


def departures(world: World, month: int) -> None:
    """Households that leave the city, and grown children who leave home."""
    people, homes = world.people, world.households
    season = SEASON[world.months.calendar_month(month)]
    draw = world.rng("leaves", month).random(len(homes))
    gone = homes.alive & (draw < world.rates["household_leaves"] / 12 * season * LEAVING[homes.kind])
    rows = _free(world, np.flatnonzero(gone))
    persons = np.flatnonzero(world.members(rows))
    day = _days_of(world, month, "leaves", rows, persons)
    _depart(world, persons, LEFT, day, MOVE_OUT, 5)
    homes.alive[rows] = False
    age = world.ages(month)
    grown = world.present() & (people.role == CHILD) & (age > 18) & (age < 31)
    draw = world.rng("child leaves", month).random(len(people))
    who = np.flatnonzero(grown & (draw < world.rates["child_leaves"] / 12 * season))
    who = who[np.isin(people.household[who], _free(world, people.household[who]))]
    _depart(world, who, LEFT, world.days(month, "child leaves", len(who)), MOVE_OUT, 10)


def _days_of(world: World, month: int, purpose: str, rows: Ints, persons: Ints) -> Days:
    """One day per household, given to each of its persons."""
    days = np.zeros(len(world.households), dtype=np.int32)
    days[rows] = world.days(month, purpose, len(rows))
    return days[world.people.household[persons]]


def arrivals(world: World, month: int, wanted: int) -> None:
    """Households from elsewhere fill empty dwellings, up to the size the city had."""
    season = SEASON[world.months.calendar_month(month)]
    rng = world.rng("arrivals", month)
    short = wanted - int(world.households.alive.sum())
    n = int(np.clip(short, 0, wanted * 0.006 * season + 2))
    flats = world.free_dwellings(rng, n)
    kinds = draw_types(rng, len(flats), world.rates, newcomers=True)
    rows, persons = world.settle(kinds, flats, month, "newcomers")
    day = _days_of(world, month, "arrivals", rows, persons)
    world.people.since[persons] = day
    world.households.ties[rows] -= 0.4
    world.record(persons, np.maximum(day, world.people.birth[persons]), MOVE_IN, 14)


def moves_within(world: World, month: int) -> None:
    """転居: another dwelling, and for half of them another 世帯番号."""
    homes = world.households
    rng = world.rng("moves within", month)
    rate = world.rates["moves_within"] / 12 * SEASON[world.months.calendar_month(month)]
    rows = _free(world, np.flatnonzero(homes.alive & (rng.random(len(homes)) < rate)))
    flats = world.free_dwellings(rng, len(rows))
    rows = rows[: len(flats)]
    homes.dwelling[rows] = flats
    world.renumber(rows[rng.random(len(rows)) < 0.5])
    persons = np.flatnonzero(world.members(rows))
    world.life_events.append(("move", rows, world.days(month, "moves within", len(rows))))
    world.record(persons, _days_of(world, month, "moves within", rows, persons), MOVE, 14)


def splits(world: World, month: int) -> None:
    """世帯分離: parent and grown child become two households on paper, in the same dwelling."""
    people, homes = world.people, world.households
    draw = world.rng("split", month).random(len(homes))
    pool = np.isin(homes.kind, [6, 7]) & homes.alive & (draw < world.rates["splits_on_paper"] / 12)
    rows = _free(world, np.flatnonzero(pool))
    grown = np.flatnonzero(world.members(rows) & (people.role == CHILD) & (world.ages(month) > 30))
    _, first = np.unique(people.household[grown], return_index=True)
    who = grown[first]
    old = people.household[who].copy()
    start = len(homes)
    homes.add(type(homes)(**{name: values[old].copy() for name, values in vars(homes).items()}))
    new = np.arange(start, start + len(who))
    homes.kind[new], homes.kind[old] = 0, 1
    homes.base[new] -= 0.3
    world.busy = np.concatenate([world.busy, np.ones(len(who), dtype=bool)])
    world.renumber(new)
    people.household[who], people.role[who] = new, HEAD
    day = world.days(month, "split", len(who))
    world.life_events.append(("split", old, day))
    world.record(who, day, SPLIT, 3)


def succession(world: World, month: int) -> None:
    """A household without a head gets one; one without adults ceases, its children go to relatives elsewhere."""
    people, homes = world.people, world.households
    here = world.present()
    headed = np.zeros(len(homes), dtype=bool)
    headed[people.household[here & (people.role == HEAD)]] = True
    left = np.flatnonzero(here & ~headed[people.household])
    age = world.ages(month)
    adult = age[left] >= 18
    spouse = np.isin(people.role[left], [WIFE, HUSBAND])
    order = np.lexsort((-age[left], ~spouse, ~adult, people.household[left]))
    left, adult = left[order], adult[order]
    rows, first = np.unique(people.household[left], return_index=True)
    heir, fit = left[first], adult[first]
    last = int(world.months.firsts[month + 1]) - 1
    new_heads = heir[fit]
    _relate(people, left, rows[fit], new_heads)
    world.renumber(rows[fit][world.rng("renumber", month).random(int(fit.sum())) < 0.3])
    members = np.flatnonzero(world.members(rows[fit]))
    world.record(members, np.full(len(members), last, dtype=np.int32), NEW_HEAD, 0)
    orphans = np.flatnonzero(world.members(rows[~fit]))
    _depart(world, orphans, LEFT, np.full(len(orphans), last, dtype=np.int32), MOVE_OUT, 5)
    occupied = np.zeros(len(homes), dtype=bool)
    occupied[people.household[world.present()]] = True
    homes.alive &= occupied


def _relate(people: People, left: Ints, rows: Ints, heads: Ints) -> None:
    """続柄 of the others as seen from the new head."""
    head_role = np.full(int(people.household.max()) + 1, -1, dtype=np.int64)
    head_role[rows] = people.role[heads]
    others = left[np.isin(people.household[left], rows)]
    was = head_role[people.household[others]]
    role = people.role[others]
    by_child = was == CHILD
    sibling = np.where(people.sex[others] == 1, BROTHER, SISTER)
    role = np.where(by_child & (role == CHILD), sibling, role)
    role = np.where(by_child & (role == WIFE), MOTHER, role)
    role = np.where(by_child & (role == GRANDCHILD), CHILD, role)
    odd = ~by_child & ~np.isin(was, [WIFE, HUSBAND]) & (role != HEAD)
    people.role[others] = np.where(odd, RELATIVE, role)
    people.role[heads] = HEAD


def all_moves(world: World, month: int, wanted: int) -> None:
    """One month of the register, in a fixed order."""
    world.busy[:] = False
    deaths(world, month)
    births(world, month)
    marriages(world, month)
    separations(world, month)
    departures(world, month)
    moves_within(world, month)
    splits(world, month)
    succession(world, month)
    arrivals(world, month, wanted)
