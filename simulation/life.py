"""The hidden life: money, ties and health, and what shakes them. Signals and crises both come from here."""

import numpy as np

from simulation.calendar import Months
from simulation.moves import all_moves
from simulation.people import CASUAL, EMPLOYED, HEAD, JOBLESS, PENSION, PUPIL, SELF_EMPLOYED, Floats
from simulation.places import Dwellings, Towns
from simulation.rates import Rates
from simulation.world import World, found

HITS = {JOBLESS: 0.9, CASUAL: 0.25}  # what a member's lack of work costs the household's money


def work_life(world: World, month: int) -> None:
    """Job loss, business failure, new work, leaving school, retirement."""
    people, age = world.people, world.ages(month)
    here = world.present()
    draw = world.rng("work", month).random(len(people))
    loses = here & (people.work == EMPLOYED) & (draw < world.rates["job_loss"] / 12 * np.where(people.ill, 3.0, 1.0))
    fails = here & (people.work == SELF_EMPLOYED) & (draw < world.rates["business_failure"] / 12)
    slow = np.where(age > 50, 0.5, 1.0) * np.where(people.ill, 0.3, 1.0)
    finds = here & (people.work == JOBLESS) & (draw < world.rates["new_job_month"] * slow) & (age < 66)
    homes = world.households
    np.add.at(homes.strain, people.household[loses], 0.7)
    np.add.at(homes.strain, people.household[fails], 1.4)
    np.add.at(homes.ties, people.household[loses | fails], -0.2)
    for kind, mask in (("job loss", loses), ("business failure", fails)):
        rows = people.household[mask]
        world.life_events.append((kind, rows, world.days(month, kind, len(rows))))
    people.work[loses | fails] = JOBLESS
    kind_of_work = np.where(world.rng("job", month).random(len(people)) < 0.7, EMPLOYED, CASUAL)
    people.work = np.where(finds, kind_of_work, people.work)
    people.work = np.where(here & (people.work == PUPIL) & (age >= 19), kind_of_work, people.work)
    people.work = np.where(here & (age >= 66) & np.isin(people.work, [JOBLESS, CASUAL]), PENSION, people.work)


def health(world: World, month: int) -> None:
    """Illness, recovery, and a parent who comes to need care."""
    people, age, homes = world.people, world.ages(month), world.households
    here = world.present()
    draw = world.rng("health", month).random(len(people))
    pull = 1 + 0.6 * (homes.money < -1) + 0.4 * (homes.ties < -1)
    hazard = world.rates["illness"] / 12 * np.maximum(age - 15, 3) / 30 * pull[people.household]
    falls = here & ~people.ill & (draw < hazard)
    heals = here & people.ill & (draw < world.rates["recovery_month"])
    people.ill = (people.ill | falls) & ~heals
    grown = falls & (age > 18)
    np.add.at(homes.strain, people.household[grown], 0.4)
    needs = (
        here
        & ~people.care
        & (age > 75)
        & (world.rng("care", month).random(len(people)) < world.rates["care_onset"] / 12)
    )
    people.care |= needs
    np.add.at(homes.strain, people.household[needs], 0.2)
    for kind, mask in (("illness", grown), ("care", needs)):
        rows = people.household[mask]
        world.life_events.append((kind, rows, world.days(month, kind, len(rows))))


def _burden(world: World) -> Floats:
    people = world.people
    cost = np.zeros(len(world.households))
    here = world.present()
    for work, hit in HITS.items():
        mask = here & (people.work == work) & (world.households.kind[people.household] != 6)
        np.add.at(cost, people.household[mask], hit)
    np.add.at(cost, people.household[here & people.ill & (people.role == HEAD)], 0.4)
    return np.minimum(cost, 2.0)


def drift(world: World, month: int) -> None:
    """Money settles towards its base less the burdens; ties heal slowly; strain wears off."""
    homes, rng = world.households, world.rng("drift", month)
    n = len(homes)
    target = homes.base - _burden(world) - homes.strain
    homes.money += 0.18 * (target - homes.money) + 0.16 * rng.standard_normal(n)
    lonely = np.where(np.isin(homes.kind, [0, 1]), -0.4, 0.2)
    homes.ties += 0.06 * (lonely + 0.25 * homes.base - homes.ties) + 0.25 * rng.standard_normal(n)
    homes.strain *= 0.93
    homes.money[homes.assisted] = np.maximum(homes.money[homes.assisted], -0.9)


def crises(world: World, month: int) -> None:
    """Applications for public assistance and emergencies; need alone does not decide who applies."""
    homes, people = world.households, world.people
    n = len(homes)
    heads = np.full(n, -1, dtype=np.int64)
    rows = np.flatnonzero((people.role == HEAD) & world.present())
    heads[people.household[rows]] = rows
    seeking = np.where(heads >= 0, people.seeking[np.maximum(heads, 0)], 0.0)
    open_to = homes.alive & (heads >= 0) & ~homes.assisted
    ill = np.where(heads >= 0, people.ill[np.maximum(heads, 0)], False)
    want = np.exp(np.clip(-1.3 * (homes.money + 1.0), -6, 4) + 0.5 * seeking)
    danger = np.exp(np.clip(-0.8 * homes.ties + 0.8 * ill, -4, 4))
    if month <= 12:  # so that the settled city as a whole has the rate of the source
        world.norms = {"want": float(want[open_to].mean()), "danger": float(danger[open_to].mean())}
    want *= world.rates["assistance_month"] / world.norms["want"]
    danger *= world.rates["emergency_month"] / world.norms["danger"]
    rng = world.rng("crises", month)
    for kind, hazard in enumerate((want, danger)):
        hit = np.flatnonzero(open_to & (rng.random(n) < np.minimum(hazard, 0.5)))
        day = world.days(month, f"crisis {kind}", len(hit))
        world.crises.append((hit, heads[hit], day, kind))
        if kind == 0:
            granted = hit[rng.random(len(hit)) < 0.75]
            homes.assisted[granted] = True
    ends = homes.assisted & (rng.random(n) < 0.008) & (homes.base > -1.2)
    homes.assisted &= ~ends


def live(seed: int, rates: Rates, months: Months, towns: Towns, dwellings: Dwellings, households: int) -> World:
    """The whole life of a city, month by month; every step is an array over all people or all households."""
    world = found(seed, rates, months, towns, dwellings, households)
    for month in range(months.count):
        work_life(world, month)
        health(world, month)
        all_moves(world, month, households)
        drift(world, month)
        crises(world, month)
        world.remember()
    return world
