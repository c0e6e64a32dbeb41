"""School flags: absence, school aid, unpaid meals, support by the school social worker. Coded, weekly."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from simulation.calendar import NEVER, NONE, Days, OfficeCalendar, day_number
from simulation.habits import Habits
from simulation.names import spell
from simulation.people import CHILD, GRANDCHILD, HEAD, HUSBAND, WIFE, Floats, Ints
from simulation.places import CP932_HYPHENS, HYPHENS, address_variant
from simulation.register import school_names
from simulation.streams import stream
from simulation.texts import choose, constant, dates, numbers, padded, pick
from simulation.world import World
from simulation.writing import Feed, edition

HEADER = "学校名,児童生徒番号,氏名,氏名カナ,生年月日,住所,保護者カナ,区分,開始日,終了日,欠席日数,提出者区分"
FLAGS = (
    "欠席30日",
    "就学援助申請",
    "就学援助認定",
    "就学援助却下",
    "給食費未納",
    "別室・フリースクール",
    "SSW支援",
    "家庭訪問要",
)
ABSENT, APPLIED, GRANTED, REFUSED, MEAL, SEPARATE, SSW, VISIT = range(8)
SENDERS = ("学校", "教委", "教委", "教委", "学校", "学校", "SSW", "学校")


@dataclass(frozen=True)
class Flags:
    """One row per flag."""

    child: Ints
    dwelling: Ints
    guardian: Ints
    flag: Ints
    opened: Days
    closed: Days  # NEVER while open
    absent: Ints  # days absent when opened, -1 for other flags


def _day(year: int, month: int, day: int) -> int:
    return day_number(dt.date(year if month >= 4 else year + 1, month, day))


@dataclass(frozen=True)
class _SchoolYear:
    world: World
    year: int
    month: int
    child: Ints
    home: Ints

    def draw(self, purpose: str) -> Floats:
        """One number per child, of its own."""
        return stream(self.world.seed, "school", self.year, purpose).random(len(self.world.people))[self.child]

    def days(self, purpose: str, first: int, last: int) -> Days:
        return (first + self.draw(purpose) * (last - first)).astype(np.int32)


def _pupils(world: World, year: int) -> _SchoolYear | None:
    start, months = _day(year, 4, 1), world.months
    if start >= months.firsts[-1] or _day(year, 3, 31) < months.firsts[months.lead]:
        return None
    month = int(months.index(np.array([max(start, int(months.start))]))[0])
    lived = world.history.household[month].astype(np.int64)
    age = (start - world.people.birth[: len(lived)]) / 365.25
    role = world.people.role[: len(lived)]
    child = np.flatnonzero((lived >= 0) & (age >= 6) & (age < 15) & np.isin(role, [CHILD, GRANDCHILD]))
    return _SchoolYear(world, year, month, child, lived[child])


def _year_flags(at: _SchoolYear, guardian: Ints) -> list[Flags]:
    world, year = at.world, at.year
    rates = world.rates
    money = world.history.money[at.month][at.home]
    ties = world.history.ties[at.month][at.home]
    ill = world.history.health[at.month][at.home] > 0
    place = world.history.dwelling[at.month][at.home].astype(np.int64)
    end = _day(year, 3, 31)
    trait = stream(world.seed, "school trait").random(len(world.people))[at.child]
    strain = np.exp(np.clip(-0.5 * ties - 0.35 * money + 0.5 * ill, -2, 2.5))
    strain = strain / strain.mean() if len(strain) else strain
    out: list[Flags] = []

    def put(mask: np.ndarray, flag: int, opened: Days, closed: Days | int, absent: Ints | None = None) -> None:
        rows = np.flatnonzero(mask & (place >= 0))
        ends = np.broadcast_to(np.asarray(closed), len(at.child))[rows].astype(np.int32)
        days = np.full(len(rows), -1) if absent is None else absent[rows]
        out.append(
            Flags(
                at.child[rows], place[rows], guardian[at.home[rows]], np.full(len(rows), flag), opened[rows], ends, days
            )
        )

    absent = (0.5 * trait + 0.5 * at.draw("absent")) < np.sqrt(rates["absence_30"] * strain / 2)
    begins = at.days("absent on", _day(year, 6, 1), _day(year, 3, 1))
    put(absent, ABSENT, begins, end, 30 + (at.draw("days") * 4).astype(np.int64))
    poor = money < (np.quantile(money, min(rates["school_aid"] / 0.8, 1.0)) if len(money) else 0.0)
    applies = (poor & (at.draw("applies") < 0.78)) | (at.draw("applies") < 0.02)
    applied = at.days("applied", _day(year, 4, 8), _day(year, 6, 10))
    decided = np.full(len(at.child), _day(year, 7, 1), dtype=np.int32)
    accepted = applies & (at.draw("accepted") < np.where(poor, 0.97, 0.4))
    put(applies, APPLIED, applied, decided)
    put(accepted, GRANTED, decided, end)
    put(applies & ~accepted, REFUSED, decided, end)
    meal = at.draw("meal") < rates["meal_unpaid"] * np.exp(np.clip(-0.9 * (money + 0.5), -2, 2.5))
    begins = at.days("meal on", _day(year, 5, 20), _day(year, 3, 1))
    put(meal, MEAL, begins, np.minimum(begins + 30 + (90 * at.draw("meal off")).astype(np.int32), end))
    put(
        absent & (at.draw("separate") < 0.3), SEPARATE, at.days("separate on", _day(year, 6, 20), _day(year, 3, 1)), end
    )
    ssw = at.draw("ssw") < 0.008 * strain + 0.15 * absent
    put(ssw, SSW, at.days("ssw on", _day(year, 5, 1), _day(year, 3, 1)), end)
    visit = at.draw("visit") < 0.006 * strain + 0.10 * absent
    begins = at.days("visit on", _day(year, 5, 1), _day(year, 3, 1))
    put(visit, VISIT, begins, np.minimum(begins + 60, end))
    return out


def _guardians(world: World) -> Ints:
    """One grown member of each household who signs for the children."""
    people = world.people
    guardian = np.full(len(world.households), -1, dtype=np.int64)
    for roles in ([WIFE, HUSBAND], [HEAD]):
        rows = np.flatnonzero(np.isin(people.role, roles))
        guardian[people.household[rows]] = rows
    return guardian


def school_flags(world: World) -> Flags:
    """All flags of all school years that the files can show."""
    guardian = _guardians(world)
    first = dt.date(1970, 1, 1) + dt.timedelta(days=int(world.months.start))
    parts: list[Flags] = []
    for year in range(first.year - 1, first.year + world.months.count // 12 + 2):
        at = _pupils(world, year)
        if at is not None:
            parts += _year_flags(at, guardian)
    return Flags(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in Flags.__dataclass_fields__})


def _weekly(office: OfficeCalendar, day: Days) -> Days:
    """The delivery on the first working day on or after the coming Friday."""
    following = day + 1
    return office.on_or_after((following + (4 - (following + 3) % 7) % 7).astype(np.int32))


def school_feed(world: World, flags: Flags, office: OfficeCalendar, habits: Habits) -> Feed:
    """A delta a week: new flags, and closed ones again with their end; counts of absence once brought up to date."""
    n = len(flags.child)
    opened = _weekly(office, flags.opened)
    grown = np.flatnonzero((flags.flag == ABSENT) & (flags.opened + 60 < flags.closed))
    shut = np.flatnonzero(flags.closed < NEVER)
    row = np.concatenate([np.arange(n), grown, shut])
    news = np.concatenate([np.zeros(n), np.ones(len(grown)), np.full(len(shut), 2)]).astype(np.int64)
    day = np.concatenate([opened, _weekly(office, flags.opened[grown] + 45), _weekly(office, flags.closed[shut])])
    order = np.lexsort((news, day))
    row, news, day = row[order], news[order], day[order]
    child, people = flags.child[row], world.people
    place = flags.dwelling[row]
    names = spell(people.surname[child], people.given[child], people.sex[child], people.gaiji[child])
    guardian = np.where(flags.guardian[row] >= 0, flags.guardian[row], child)
    adult = spell(people.surname[guardian], people.given[guardian], people.sex[guardian], people.gaiji[guardian])
    school = world.towns.school[world.dwellings.town[place]]
    absent = flags.absent[row] + np.where(news == 1, 22, np.where(news == 2, 31, 0))
    closed = np.where(news == 2, flags.closed[row], NONE).astype(np.int32)
    columns = [
        school_names(school, int(world.towns.school.max()) + 1),
        padded(child * 11 + 10_007, 7),
        names.name_plain,
        habits.kana(names.kana, child, "school"),
        dates(people.birth[child], "era_dotted"),
        address_variant(world.towns, world.dwellings, place, child * 5 + place, HYPHENS[:CP932_HYPHENS]),
        habits.kana(adult.kana, guardian, "guardian"),
        pick(FLAGS, flags.flag[row]),
        dates(flags.opened[row], "era_dotted"),
        dates(closed, "era_dotted"),
        choose(flags.flag[row] == ABSENT, numbers(absent), constant("", len(row))),
        pick(SENDERS, flags.flag[row]),
    ]
    return Feed("school_flags", "gakko", row, day.astype(np.int32), [edition(HEADER, columns, "cp932")])
