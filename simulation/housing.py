"""Municipal housing: who rents from the city, which months are paid late, and the way to the court.

A tenancy is a household's stay in a let flat; poorer households are more often tenants of the city. Flats of one
building may have other landlords (借上型市営住宅), so that the towns need not be built anew.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulation.calendar import NEVER, NONE, Bools, Days
from simulation.collection import liquidity
from simulation.people import Floats, Ints
from simulation.streams import stream
from simulation.world import World

OWNERS = ("市", "県", "UR")
CLAIM_AT = 6  # months overdue at which offices usually claim; the law allows three (公営住宅法32条1項2号)
WAIT = 3  # months between claim and suit, and between suit and eviction, at least


@dataclass(frozen=True)
class Tenancies:
    """One row per tenancy, in order of household and first month; months are indices of the city's life."""

    household: Ints
    dwelling: Ints
    person: Ints
    owner: Ints
    first: Ints
    last: Ints
    vacated: Days  # the day the tenant left, NEVER if still there


@dataclass(frozen=True)
class Rents:
    """Tenancies × months. `overdue` counts the unpaid months at the end of each; days are NONE until they are so."""

    tenancies: Tenancies
    lived: Bools
    rent: Ints
    overdue: Ints
    paid_in: Ints  # month in which this month's rent was paid in full; one past the last month if never
    reduced: Bools
    unreported: Bools
    claim: NDArray[np.int32]
    suit: NDArray[np.int32]
    suits: tuple[Ints, Days]  # tenancy and day of every suit, for the truth


def tenancies(world: World) -> Tenancies:
    """Stays of tenants: let flats, taken by the poorer with a chance that gives the city's share of municipal homes."""
    lived = world.history.matrix("dwelling", -1).astype(np.int64)
    months, homes = lived.shape
    changed = np.vstack([np.ones((1, homes), dtype=bool), lived[1:] != lived[:-1]])
    ends = np.vstack([changed[1:], np.ones((1, homes), dtype=bool)])
    home, first = np.nonzero((changed & (lived >= 0)).T)
    _, last = np.nonzero((ends & (lived >= 0)).T)
    place = lived[first, home]
    let = (world.dwellings.building[place] >= 0) & ~world.dwellings.owned[place]
    want = np.exp(-np.clip(world.households.base[home] + 0.8, -2, 2))
    share = world.rates["municipal_housing"] * len(home) / max(float(want[let].sum()), 1.0)
    trait = stream(world.seed, "municipal housing").random(int(homes))[home]
    chosen = np.flatnonzero(let & (trait < share * want))
    home, first, last, place = home[chosen], first[chosen], last[chosen], place[chosen]
    rng = stream(world.seed, "tenancies")
    owner = rng.choice(3, len(home), p=[0.85, 0.12, 0.03])
    left = np.where(last == months - 1, NEVER, world.months.firsts[last + 1] - rng.integers(1, 20, len(home)))
    return Tenancies(home, place, _tenant(world, home, first), owner, first, last, left.astype(np.int32))


def _tenant(world: World, home: Ints, month: Ints) -> Ints:
    """The person who came first into the household: the name in the contract stays."""
    lived = world.history.household
    tenant = np.full(len(home), -1, dtype=np.int64)
    for m in np.unique(month):
        here = np.flatnonzero(lived[m] >= 0)[::-1]
        first = np.full(len(world.households), -1, dtype=np.int64)
        first[lived[m][here]] = here
        rows = month == m
        tenant[rows] = first[home[rows]]
    return tenant


def rents(world: World) -> Rents:
    """Every tenancy's months: rent, what is overdue, claim and suit; a month's step is an array over all tenancies."""
    held = tenancies(world)
    n, months = len(held.household), world.months.count
    index = np.arange(months)[None, :]
    lived = (index >= held.first[:, None]) & (index <= held.last[:, None])
    unreported, reduced = _yearly(world, held, lived)
    rent = _rent(world, held, reduced, unreported)
    late = _late(world, held, lived)
    overdue = np.zeros((n, months), dtype=np.int64)
    claim, suit = (np.full((n, months), NONE, dtype=np.int32) for _ in range(2))
    owed = np.zeros(n, dtype=np.int64)
    claimed, sued = (np.full(n, NONE, dtype=np.int32) for _ in range(2))
    acts: list[tuple[Ints, Days]] = []
    for month in range(months):
        here = lived[:, month]
        owed = np.where(here, np.where(late[:, month] > 0, owed + 1, np.maximum(owed + late[:, month], 0)), 0)
        claimed[owed == 0] = NONE
        sued[owed == 0] = NONE
        _claim(world, month, here & (owed >= CLAIM_AT), claimed)
        acts.append(_sue(world, month, here & (owed >= CLAIM_AT), claimed, sued))
        overdue[:, month], claim[:, month], suit[:, month] = owed, claimed, sued
    lived, vacated = _evicted(world, lived, suit, held)
    held = replace(held, vacated=vacated)
    suits = tuple(np.concatenate(parts) for parts in zip(*acts, strict=True))
    return Rents(
        held, lived, rent, overdue, _paid_in(overdue, lived), reduced, unreported, claim, suit, (suits[0], suits[1])
    )


def _yearly(world: World, held: Tenancies, lived: Bools) -> tuple[Bools, Bools]:
    """収入未申告 from October to September, likelier where ties are few; 減免 by fiscal year, where money is short."""
    months, n = world.months.count, len(held.household)
    unreported, reduced = (np.zeros((n, months), dtype=bool) for _ in range(2))
    money, ties = (world.history.matrix(name, 0.0) for name in ("money", "ties"))
    for month in range(months):
        calendar = world.months.calendar_month(month)
        if month == 0 or calendar in (4, 10):
            rng = stream(world.seed, "tenants", month)
            draw, other = rng.random(n), rng.random(n)
            poor = np.exp(np.clip(-money[month, held.household] - 1.0, -3, 2))
            lonely = np.exp(np.clip(-0.8 * ties[month, held.household], -2, 2))
            if month == 0 or calendar == 10:
                missing = draw < world.rates["income_unreported"] * lonely
            if month == 0 or calendar == 4:
                asks = other < world.rates["rent_reduced"] * poor
        unreported[:, month], reduced[:, month] = missing, asks & ~missing
    return unreported & lived, reduced & lived


def _rent(world: World, held: Tenancies, reduced: Bools, unreported: Bools) -> Ints:
    """By means; half when reduced; from April on 2.5-fold without a declared income (近傍同種家賃, 公営住宅法16条)."""
    rng = stream(world.seed, "rent")
    base = (
        21_000
        * np.exp(0.25 * np.clip(world.households.base[held.household], -2, 2))
        * (0.7 + 0.6 * rng.random(len(held.household)))
    )
    april = np.array([world.months.calendar_month(m) in (4, 5, 6, 7, 8, 9) for m in range(world.months.count)])
    factor = np.where(reduced, 0.5, np.where(unreported & april[None, :], 2.5, 1.0))
    return (base[:, None] * factor // 100 * 100).astype(np.int64)


def _late(world: World, held: Tenancies, lived: Bools) -> Ints:
    """Per month 1 = this rent is not paid, 0 = it is, −1 or −2 = it is, with months from before."""
    liquid = liquidity(world)[:, held.household].T
    rng = stream(world.seed, "rent paid")
    at_hand = liquid + 0.2 * rng.standard_normal(liquid.shape)
    bar = np.quantile(at_hand[lived], world.rates["late_rent"]) if lived.any() else 0.0
    slips = rng.random(at_hand.shape) < np.where(world.households.forgetful[held.household], 0.10, 0.004)[:, None]
    more = np.where(at_hand > bar + 0.8, -2, np.where(at_hand > bar + 0.2, -1, 0))
    return np.where((at_hand < bar) | slips, 1, more).astype(np.int64)


def _within(world: World, month: int, purpose: str, n: int) -> tuple[Floats, Days]:
    rng = stream(world.seed, "tenants", purpose, month)
    firsts = world.months.firsts
    return rng.random(n), rng.integers(firsts[month] + 9, firsts[month + 1], n).astype(np.int32)


def _claim(world: World, month: int, due: Bools, claimed: Days) -> None:
    draw, day = _within(world, month, "claim", len(due))
    now = due & (claimed == NONE) & (draw < world.rates["rent_claim_month"])
    claimed[now] = day[now]


def _sue(world: World, month: int, due: Bools, claimed: Days, sued: Days) -> tuple[Ints, Days]:
    draw, day = _within(world, month, "suit", len(due))
    waited = (claimed != NONE) & (claimed < world.months.firsts[max(month - WAIT + 1, 0)])
    now = np.flatnonzero(due & waited & (sued == NONE) & (draw < world.rates["rent_suit_month"]))
    sued[now] = day[now]
    return now, day[now]


def _evicted(world: World, lived: Bools, suit: NDArray[np.int32], held: Tenancies) -> tuple[Bools, Days]:
    """Some tenancies end by eviction; the register often goes on showing the household there for a while."""
    vacated, lived = held.vacated.copy(), lived.copy()
    out = np.zeros(len(vacated), dtype=bool)
    for month in range(world.months.count):
        draw, day = _within(world, month, "eviction", len(out))
        sued = suit[:, month]
        ripe = (sued != NONE) & (sued < world.months.firsts[max(month - WAIT + 1, 0)]) & lived[:, month] & ~out
        now = ripe & (draw < world.rates["eviction_month"])
        vacated[now] = np.minimum(day, vacated)[now]
        out |= now
        lived[now, month + 1 :] = False
    return lived, vacated


def _paid_in(overdue: Ints, lived: Bools) -> Ints:
    """The oldest rent is paid first, so a month is paid once no more than the later months are overdue."""
    n, months = overdue.shape
    paid = np.full((n, months), months, dtype=np.int64)
    index = np.arange(months)[None, :]
    for month in range(months):
        clear = lived & (index <= month - overdue[:, month][:, None]) & lived[:, month][:, None]
        paid = np.where(clear & (paid == months), month, paid)
    return np.where(lived, np.maximum(paid, index), months)


def suit_crises(found: Rents) -> tuple[Ints, Ints, Days, str]:
    """Suits for eviction as crises: household, person, day."""
    who, day = found.suits
    return found.tenancies.household[who], found.tenancies.person[who], day, "housing_suit"
