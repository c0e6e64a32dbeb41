"""The arguments of a city, its days, and the windows of news that each file holds."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from simulation.calendar import OfficeCalendar, add_months, date_of, day_number

LAST_DAY = date(2026, 10, 21)  # a Wednesday in the middle of a month
DAILY = 10  # so many last working days have a folder each; before them a folder a month
LEAVING = 0.13  # share of all households ever seen that leave


@dataclass(frozen=True)
class Window:
    """News of the days `after < day <= upto`, in the folder of `upto`. Days since 1970-01-01."""

    after: int
    upto: int

    @property
    def folder(self) -> str:
        """Folder name in the inbox."""
        return date_of(self.upto).isoformat()


@dataclass(frozen=True)
class Plan:
    """The arguments of `python -m benchmarks.city`."""

    home: Path
    households: int
    months: int
    last: date
    seed: int
    threads: int = 2

    @cached_property
    def first(self) -> int:
        """The first working day of the first month."""
        year, month = add_months(self.last.year, self.last.month, -self.months + 1)
        return int(self.office.on_or_after_day(day_number(date(year, month, 1))))

    @cached_property
    def office(self) -> "Office":
        """Which days the offices are open."""
        return Office(self.last, self.months)

    @cached_property
    def working_days(self) -> list[int]:
        """Every day on which the protection file is delivered."""
        return self.office.calendar.working_days(self.first, day_number(self.last))

    @property
    def ever(self) -> int:
        """Households ever seen, so that about `households` live there at the end."""
        return round(self.households / (1 - LEAVING))

    @cached_property
    def windows(self) -> list[Window]:
        """A window a month on the first working day, then one for each of the last working days but the quiet one."""
        days = [d for d in self.working_days[-DAILY:] if d != self.quiet_day]
        monthly: dict[tuple[int, int], int] = {}
        for day in self.working_days:
            monthly.setdefault((date_of(day).year, date_of(day).month), day)
        ends = [day for day in monthly.values() if day < days[0] - 1]
        ends += [self.working_days[-DAILY - 1], *days]  # the rest of the month in one file, then a file a day
        starts = [self.first - 4000, *ends[:-1]]
        return [Window(a, b) for a, b in zip(starts, ends, strict=True)]

    @cached_property
    def quiet_day(self) -> int:
        """The last working day but one: only the protection file comes."""
        return self.working_days[-2]


class Office:
    """The calendar of the city's offices."""

    def __init__(self, last: date, months: int) -> None:
        until = day_number(last)
        self.calendar = OfficeCalendar.between(until - 31 * months - 400, until + 400)

    def on_or_after_day(self, day: int) -> int:
        """The first working day on or after a day."""
        return self.calendar.working_days(day, day + 20)[0]


def fiscal_years(plan: Plan) -> range:
    """相当年度 whose instalments can fall into the period."""
    start, end = date_of(plan.first) - timedelta(days=365), plan.last
    return range(start.year, end.year + 1)
