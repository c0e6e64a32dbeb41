"""One made-up city from arguments to files."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulation.assessment import assess
from simulation.billfiles import INSURANCE, TAX, bill_feed
from simulation.calendar import Days, Months, OfficeCalendar, date_of, day_number
from simulation.collection import Collection, collect
from simulation.consents import consent_feed, ledger
from simulation.habits import Habits
from simulation.home import write_home
from simulation.housing import rents, suit_crises
from simulation.housingfiles import rent_feed
from simulation.life import live
from simulation.people import Ints
from simulation.places import counts, make_dwellings, make_towns
from simulation.protection import measures, protection_feed
from simulation.rates import Rates
from simulation.register import register_feed
from simulation.school import school_feed, school_flags
from simulation.slips import slip_feed
from simulation.support import support
from simulation.supportfiles import support_feed
from simulation.teams import team_feed
from simulation.truth import write_truth
from simulation.water import customers, steps, stop_crises
from simulation.waterfiles import water_feed
from simulation.world import World
from simulation.writing import Feed, Inbox, write_feed

LEAD_MONTHS = 24  # unrecorded past, so that the first files already hold a history
PUNCTUAL = {"protected_persons", "local_protection", "teams", "consents"}  # their files are never late


class NoWorkingDay(Exception):
    """The period holds no day on which an office delivers."""


@dataclass(frozen=True)
class Plan:
    """The arguments of `kizuki simulate`."""

    home: Path
    households: int
    first: dt.date
    last: dt.date
    seed: int
    truth: Path | None = None
    visit_effect: tuple[float, float] = (0.0, 0.0)
    rates: Rates = field(default_factory=Rates)


def _firsts_of_month(days: list[int]) -> list[int]:
    """The first working day of each month among the days."""
    found: dict[tuple[int, int], int] = {}
    for day in days:
        date = date_of(day)
        found.setdefault((date.year, date.month), day)
    return list(found.values())


def _yearly(days: list[int]) -> list[int]:
    return sorted({days[0]} | {day for day in _firsts_of_month(days) if date_of(day).month == 4})


def _deliver(inbox: Inbox, habits: Habits, feed: Feed) -> None:
    folders = {} if feed.source in PUNCTUAL else habits.late(feed.source, inbox.days, set(feed.full_days))

    def twice(day: int, n: int) -> NDArray[np.int64]:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing if feed.source in PUNCTUAL else habits.twice(feed.source, day, n)

    habits.count("duplicate_rows", write_feed(inbox, feed, folders, twice))


def _acts(run: Collection) -> list[tuple[Ints, Ints, Days, str]]:
    """Crises that the offices bring about: seizures and suspensions for hardship."""
    seized = [(*item, "seized") for item in run.seizures]
    return seized + [(*item, "suspended_hardship") for item in run.suspensions]


def _silent(text: str) -> None:
    """Say nothing."""
    del text


def build(plan: Plan, say: Callable[[str], None] = _silent) -> World:
    """Live the city and write its files; returns the world that was lived.

    Raises NoWorkingDay when the period holds no working day.
    """
    first, last = day_number(plan.first), day_number(plan.last)
    months = Months.covering(plan.first, plan.last, LEAD_MONTHS)
    office = OfficeCalendar.between(months.start - 400, last + 800)
    days = office.working_days(first, last)
    if not days:
        raise NoWorkingDay
    towns = make_towns(plan.households)
    owned = (plan.rates["owned_houses"], plan.rates["owned_flats"])
    dwellings = make_dwellings(plan.seed, plan.households, plan.rates["flats"], owned)
    world = live(plan.seed, plan.rates, months, towns, dwellings, plan.households)
    size = f"{int(world.present().sum())} people in {int(world.households.alive.sum())} households"
    say(f"lived {months.count} months: {size}")
    habits = Habits(plan.seed, plan.rates)
    habits.count("gaiji_persons", int((world.people.gaiji > 0).sum()))
    inbox = Inbox(plan.home, days)
    write_home(plan.home, plan.seed, plan.last)
    monthly = _firsts_of_month(days)
    bills = assess(world, office)
    run = collect(world, bills)
    users = customers(world)
    done, stops = steps(world, users, office)
    tenants = rents(world)
    forms = ledger(world)
    protected = {
        "protected_persons": measures(world, "protected_persons", plan.rates["protected"], 3),
        "local_protection": measures(world, "local_protection", plan.rates["locally_protected"], 1),
    }
    makers: list[Callable[[], Feed]] = [
        lambda: register_feed(world, office, monthly),
        lambda: consent_feed(forms, office),
        lambda: protection_feed(protected["protected_persons"], "protected_persons", "shien", office, days),
        lambda: protection_feed(protected["local_protection"], "local_protection", "hairyo", office, days),
        lambda: bill_feed(TAX, bills, run.course, office, habits, (days[0], days[-1]), monthly),
        lambda: bill_feed(INSURANCE, bills, run.course, office, habits, (days[0], days[-1]), monthly),
        lambda: water_feed(world, users, done, office, habits, (days[0], days[-1])),
        lambda: school_feed(world, school_flags(world), office, habits),
        lambda: rent_feed(world, tenants, office, habits, (days[0], days[-1])),
        lambda: support_feed(world, support(world), office),
        lambda: slip_feed(world, office, habits),
        lambda: team_feed(plan.households, counts(plan.households)["wards"], _yearly(days)),
    ]
    for make in makers:
        feed = make()
        _deliver(inbox, habits, feed)
        say(f"{feed.source}: {len(feed.day)} versions of rows")
    if plan.truth is not None:
        signs = np.zeros(len(world.people), dtype=bool)
        signs[forms.subject] = True
        write_truth(
            plan.truth,
            world,
            protected,
            [*_acts(run), stop_crises(users, stops), suit_crises(tenants)],
            signs,
            habits.planted,
            plan.visit_effect,
        )
    return world
