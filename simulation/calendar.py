"""Days as integers since 1970-01-01, months, fiscal years and the days on which a city office is open."""

import datetime as dt
from dataclasses import dataclass

import jpholiday
import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int32]
Bools = NDArray[np.bool_]
EPOCH = dt.date(1970, 1, 1)
NONE = np.int32(-1_000_000)  # no such day
NEVER = np.int32(1_000_000)  # later than every day of a city


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def date_of(number: int) -> dt.date:
    """The calendar date of a day number."""
    return EPOCH + dt.timedelta(days=int(number))


def add_months(year: int, month: int, n: int) -> tuple[int, int]:
    """Year and month n months later (or earlier)."""
    total = year * 12 + month - 1 + n
    return total // 12, total % 12 + 1


def month_first(year: int, month: int) -> int:
    """Day number of the first of a month."""
    return day_number(dt.date(year, month, 1))


def fiscal_year(day: dt.date) -> int:
    """年度: April to March."""
    return day.year if day.month >= 4 else day.year - 1


def _closed(first: dt.date, last: dt.date) -> set[int]:
    closed = {day_number(day) for day, _ in jpholiday.between(first, last)}
    for year in range(first.year - 1, last.year + 1):
        # 12/29-1/3 are 閉庁日 (DOMAIN §3.4); jpholiday does not hold them.
        start = day_number(dt.date(year, 12, 29))
        closed.update(range(start, start + 6))
    return closed


@dataclass(frozen=True)
class OfficeCalendar:
    """Which days the offices are open, between two day numbers."""

    first: int
    last: int
    upcoming: Days  # for every day the first working day on or after it

    @classmethod
    def between(cls, first: int, last: int) -> "OfficeCalendar":
        """Calendar for [first, last + 40]; Saturdays, Sundays, holidays and 12/29-1/3 are closed."""
        end = last + 40
        days = np.arange(first, end + 1)
        closed = _closed(date_of(first), date_of(end))
        weekend = (days + 3) % 7 >= 5  # 1970-01-01 was a Thursday; Monday is 0
        is_open = ~weekend & ~np.isin(days, np.fromiter(closed, dtype=np.int64, count=len(closed)))
        upcoming = np.where(is_open, days, NEVER).astype(np.int32)
        return cls(first, end, np.minimum.accumulate(upcoming[::-1])[::-1])

    def on_or_after(self, days: Days) -> Days:
        """The first working day on or after each day; days outside the calendar are left as they are."""
        inside = (days >= self.first) & (days <= self.last)
        clipped = np.clip(days, self.first, self.last) - self.first
        return np.where(inside, self.upcoming[clipped], days).astype(np.int32)

    def after(self, days: Days) -> Days:
        """The first working day after each day: when yesterday's business is in the nightly file."""
        return np.where((days == NONE) | (days >= NEVER), days, self.on_or_after((days + 1).astype(np.int32))).astype(
            np.int32
        )

    def working_days(self, first: int, last: int) -> list[int]:
        """All working days in [first, last]."""
        days = np.arange(first, last + 1, dtype=np.int32)
        return [int(d) for d in days[self.on_or_after(days) == days]]


@dataclass(frozen=True)
class Months:
    """The months of a city's life: `lead` months of unrecorded past, then the months asked for."""

    start: int  # first day of the first month lived
    firsts: Days  # first day of each month, one more than there are months
    lead: int

    @classmethod
    def covering(cls, first: dt.date, last: dt.date, lead: int) -> "Months":
        """Months from `lead` months before the month of `first` through the month of `last`."""
        count = lead + (last.year - first.year) * 12 + last.month - first.month + 1
        firsts = [month_first(*add_months(first.year, first.month, i - lead)) for i in range(count + 1)]
        return cls(firsts[0], np.array(firsts, dtype=np.int32), lead)

    @property
    def count(self) -> int:
        """How many months are lived."""
        return len(self.firsts) - 1

    def index(self, days: Days) -> NDArray[np.int64]:
        """Month index of each day, held within the months lived."""
        return np.clip(np.searchsorted(self.firsts, days, side="right") - 1, 0, self.count - 1)

    def name(self, month: int) -> str:
        """2026-04."""
        return date_of(int(self.firsts[month])).strftime("%Y-%m")

    def calendar_month(self, month: int) -> int:
        """1 to 12."""
        return date_of(int(self.firsts[month])).month
