"""The week of a list: its Monday and its working days."""

from __future__ import annotations

from datetime import date, timedelta

import jpholiday

WEEK = timedelta(days=7)


def monday_of(day: date) -> date:
    """Return the Monday of the week that holds ``day``: a list is frozen under this date (PRACTICE)."""
    return day - timedelta(days=day.weekday())


def is_working_day(day: date) -> bool:
    """Say whether a Japanese city office is open: no weekend, no public holiday, not 12-29 … 01-03.

    Source: 地方自治法4条の2 and the usual ordinance on 休日.
    """
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not year_end and not jpholiday.is_holiday(day)


def working_days(monday: date) -> list[date]:
    """Return the working days of the week that begins on ``monday``, in order (possibly none).

    Raises ValueError when the date is no Monday.
    """
    if monday.weekday() != 0:
        raise ValueError(f"{monday} は月曜日ではありません。monday_of(日付) を渡してください")
    return [day for day in (monday + timedelta(days=n) for n in range(7)) if is_working_day(day)]


def last_working_day(day: date) -> date:
    """Return ``day`` itself when the office is open, else the last working day before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day
