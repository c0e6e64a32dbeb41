"""Selections: which facts of a household a measure looks at on a day, each one with its bounds in formulas.

Days are counted inclusively: an episode is open for 1 day on the day it begins.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

import ibis.expr.types as ir

# A state delivered without a date «begins» on the day it was first delivered: it can be open, never an onset.
DATED: Final = ("day", "batch")


class Selection(Protocol):
    """Which facts of a household a measure looks at on a day: written once, for an engine's table and for the columns
    that features.counting counts (`facts`; flags come back as either has them).
    """

    def holds(self, facts: ir.Table, day: date) -> ir.BooleanValue:
        """True for the facts selected on `day`."""
        ...

    def bounds(self) -> str:
        """The bounds in formulas, for the dictionary (D = the as-of date)."""
        ...

    @property
    def reach_days(self) -> int:
        """How many days before D a selected fact may have ended at the earliest."""
        ...


@dataclass(frozen=True)
class OpenNow:
    """Open on the day, and for at least `min_days` days, the first day included."""

    min_days: int = 1

    def holds(self, facts: ir.Table, day: date) -> ir.BooleanValue:
        """began_on ≤ D − (min_days − 1), and not ended before D."""
        return (facts.began_on <= day - timedelta(days=self.min_days - 1)) & (
            facts.ended_on.isnull() | (facts.ended_on >= day)
        )

    def bounds(self) -> str:
        """See Selection."""
        latest = "D" if self.min_days == 1 else f"D−{self.min_days - 1}"
        return f"began_on ≤ {latest}, D ≤ ended_on"

    @property
    def reach_days(self) -> int:
        """See Selection."""
        return 0


@dataclass(frozen=True)
class OpenBefore:
    """Open `days` days before the day, as known today."""

    days: int

    def holds(self, facts: ir.Table, day: date) -> ir.BooleanValue:
        """began_on ≤ D − days, and not ended before D − days."""
        then = day - timedelta(days=self.days)
        return (facts.began_on <= then) & (facts.ended_on.isnull() | (facts.ended_on >= then))

    def bounds(self) -> str:
        """See Selection."""
        return f"began_on ≤ D−{self.days}, D−{self.days} ≤ ended_on"

    @property
    def reach_days(self) -> int:
        """See Selection."""
        return self.days


@dataclass(frozen=True)
class OpenSince:
    """Open on at least one day from `days` days before the day on."""

    days: int

    def holds(self, facts: ir.Table, day: date) -> ir.BooleanValue:
        """began_on ≤ D, and not ended before D − days."""
        return (facts.began_on <= day) & (facts.ended_on.isnull() | (facts.ended_on >= day - timedelta(days=self.days)))

    def bounds(self) -> str:
        """See Selection."""
        return f"began_on ≤ D, D−{self.days} ≤ ended_on"

    @property
    def reach_days(self) -> int:
        """See Selection."""
        return self.days


@dataclass(frozen=True)
class BeganWithin:
    """Began within `days` days up to `before` days before the day; facts of unknown date never do."""

    days: int
    before: int = 0

    def holds(self, facts: ir.Table, day: date) -> ir.BooleanValue:
        """D − before − days < began_on ≤ D − before."""
        last = day - timedelta(days=self.before)
        first = last - timedelta(days=self.days - 1)
        return (facts.began_on >= first) & (facts.began_on <= last) & facts.date_precision.isin(DATED)

    def bounds(self) -> str:
        """See Selection."""
        last = "D" if self.before == 0 else f"D−{self.before}"
        return f"D−{self.before + self.days - 1} ≤ began_on ≤ {last}"

    @property
    def reach_days(self) -> int:
        """See Selection."""
        return self.before + self.days - 1


@dataclass(frozen=True)
class EndedWithin:
    """Ended on one of the `days` days before the day; facts of unknown date never do."""

    days: int

    def holds(self, facts: ir.Table, day: date) -> ir.BooleanValue:
        """D − days ≤ ended_on < D."""
        first = day - timedelta(days=self.days)
        return (facts.ended_on >= first) & (facts.ended_on < day) & facts.date_precision.isin(DATED)

    def bounds(self) -> str:
        """See Selection."""
        return f"D−{self.days} ≤ ended_on < D"

    @property
    def reach_days(self) -> int:
        """See Selection."""
        return self.days
