"""The state of the city while it lives, its history by month, and the log of what was told to the register."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.calendar import NEVER, NONE, Bools, Days, Months
from simulation.people import PRESENT, Floats, Households, Ints, People, draw_types, make_households
from simulation.places import Dwellings, Towns
from simulation.rates import Rates
from simulation.streams import stream

REASONS = (
    "転入", "転出", "転居", "出生", "死亡", "婚姻", "離婚", "世帯分離", "世帯主変更", "職権修正", "転出予定",
)  # fmt: skip
MOVE_IN, MOVE_OUT, MOVE, BIRTH, DEATH, MARRIAGE, DIVORCE, SPLIT, NEW_HEAD, CORRECTION, MOVE_PLANNED = range(11)
LOG_COLUMNS = ("person", "household", "event_on", "told_on", "reason", "number", "role", "dwelling", "status")
CRISES = ("public_assistance_application", "emergency")


@dataclass
class History:
    """Hidden states and belongings, one entry per month; entries grow with the city."""

    money: list[NDArray[np.float32]] = field(default_factory=list)
    ties: list[NDArray[np.float32]] = field(default_factory=list)
    health: list[NDArray[np.int8]] = field(default_factory=list)
    assisted: list[Bools] = field(default_factory=list)
    dwelling: list[NDArray[np.int32]] = field(default_factory=list)  # of each household, -1 when it has gone
    household: list[NDArray[np.int32]] = field(default_factory=list)  # of each person, -1 when not in the city
    work: list[NDArray[np.int8]] = field(default_factory=list)

    def matrix(self, name: str, fill: float) -> NDArray[Any]:
        """Months × rows, with `fill` before a row came to be."""
        rows = getattr(self, name)
        out = np.full((len(rows), len(rows[-1])), fill, dtype=rows[-1].dtype)
        for month, values in enumerate(rows):
            out[month, : len(values)] = values
        return out


@dataclass
class World:
    """Everything that is so on a day of the city's life."""

    seed: int
    rates: Rates
    months: Months
    towns: Towns
    dwellings: Dwellings
    people: People
    households: Households
    next_number: int
    busy: Bools  # households to which something already happened this month
    log: dict[str, list[NDArray[Any]]] = field(default_factory=lambda: {name: [] for name in LOG_COLUMNS})
    crises: list[tuple[Ints, Ints, Days, int]] = field(default_factory=list)  # household, person, day, kind
    life_events: list[tuple[str, Ints, Days]] = field(default_factory=list)  # kind, household, day
    history: History = field(default_factory=History)
    norms: dict[str, float] = field(default_factory=dict)

    def rng(self, *purpose: str | int) -> np.random.Generator:
        """The stream for one purpose."""
        return stream(self.seed, "life", *purpose)

    def days(self, month: int, purpose: str, n: int) -> Days:
        """A random day of the month for each row."""
        first, after = int(self.months.firsts[month]), int(self.months.firsts[month + 1])
        return self.rng(purpose, "day", month).integers(first, after, n).astype(np.int32)

    def ages(self, month: int) -> Floats:
        """Age in years of every person at the start of a month."""
        return (int(self.months.firsts[month]) - self.people.birth) / 365.25

    def present(self) -> Bools:
        """Who lives in the city."""
        return self.people.status == PRESENT

    def members(self, households: Ints) -> Bools:
        """Who lives in one of these households."""
        mask = np.zeros(len(self.households), dtype=bool)
        mask[households] = True
        return mask[self.people.household] & self.present()

    def free_dwellings(self, rng: np.random.Generator, n: int) -> Ints:
        """Up to n empty dwellings."""
        taken = np.zeros(len(self.dwellings), dtype=bool)
        taken[self.households.dwelling[self.households.alive]] = True
        free = np.flatnonzero(~taken)
        return rng.permutation(free)[:n]

    def renumber(self, households: Ints) -> None:
        """Give households a new 世帯番号, as offices do when they move or get another head."""
        self.households.number[households] = self.next_number + np.arange(len(households))
        self.next_number += len(households)

    def record(self, persons: Ints, event_on: Days, reason: int, lag: int) -> None:
        """Note for the register what is so of these persons now; `lag` = days within which people report it."""
        people, homes = self.people, self.households
        row = people.household[persons]
        lags = self.rng("told", len(self.log["person"])).integers(0, lag + 1, len(persons))
        values = {
            "person": persons, "household": row, "event_on": event_on, "told_on": event_on + lags,
            "reason": np.full(len(persons), reason), "number": homes.number[row], "role": people.role[persons],
            "dwelling": homes.dwelling[row], "status": people.status[persons],
        }  # fmt: skip
        for name in LOG_COLUMNS:
            self.log[name].append(np.asarray(values[name]).astype(np.int64))

    def settle(self, kinds: Ints, dwellings: Ints, month: int, purpose: str) -> tuple[Ints, Ints]:
        """New households in empty dwellings; returns the rows of the households and of their people."""
        first = (len(self.households), self.next_number)
        rng = self.rng(purpose, month)
        homes, people = make_households(rng, kinds, dwellings, int(self.months.firsts[month]), first, self.rates)
        before = len(self.people)
        self.households.add(homes)
        self.people.add(people)
        self.next_number += len(homes)
        self.busy = np.concatenate([self.busy, np.ones(len(homes), dtype=bool)])
        return np.arange(first[0], len(self.households)), np.arange(before, len(self.people))

    def remember(self) -> None:
        """Keep this month's hidden states."""
        homes, people, kept = self.households, self.people, self.history
        here = self.present()
        worst = np.zeros(len(homes), dtype=np.int8)
        np.maximum.at(worst, people.household[here], people.ill[here].astype(np.int8))
        kept.money.append(homes.money.astype(np.float32))
        kept.ties.append(homes.ties.astype(np.float32))
        kept.health.append(worst)
        kept.assisted.append(homes.assisted.copy())
        kept.dwelling.append(np.where(homes.alive, homes.dwelling, -1).astype(np.int32))
        kept.household.append(np.where(here, people.household, -1).astype(np.int32))
        kept.work.append(people.work.astype(np.int8))


def found(seed: int, rates: Rates, months: Months, towns: Towns, dwellings: Dwellings, n: int) -> World:
    """The city on the first day of its unrecorded past."""
    rng = stream(seed, "founding")
    kinds = draw_types(rng, n, rates)
    homes = rng.permutation(len(dwellings))[:n]
    households, people = make_households(
        stream(seed, "founders"), kinds, homes.astype(np.int64), months.start, (0, 100), rates
    )
    world = World(seed, rates, months, towns, dwellings, people, households, 100 + n, busy=np.zeros(n, dtype=bool))
    world.record(np.arange(len(people)), np.maximum(people.since, people.birth), MOVE_IN, 0)
    return world


def log_table(world: World) -> dict[str, Ints]:
    """The register's log in the order in which the office learnt of things; told_on never falls within a person."""
    log = {name: np.concatenate(parts) for name, parts in world.log.items()}
    order = np.lexsort((np.arange(len(log["person"])), log["person"]))
    log = {name: column[order] for name, column in log.items()}
    starts = np.r_[True, log["person"][1:] != log["person"][:-1]]
    offset = np.cumsum(starts) * int(2 * NEVER)  # a running maximum that starts afresh with each person
    log["told_on"] = np.maximum.accumulate(log["told_on"] + offset) - offset
    first = np.flatnonzero(starts)
    log["nth"] = np.arange(len(starts)) - first[np.cumsum(starts) - 1]
    assert log["told_on"].min() > NONE
    return log
