"""Measures of amounts and of months: what was billed and paid, and how long arrears have been part of life.

Like `features.measures`, of which these are more: an engine counts, sums whole numbers or takes the largest one;
the rest is whole-number arithmetic in Arrow.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Final

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from features.measures import DATED, BeganWithin, Kinds, OpenNow, Part, whole

# Six days, 30 days apart, stand for six months: D, D−30 … D−150.
MONTHS: Final = 6
MONTH_DAYS: Final = 30


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
        then = "D" if self.days == 0 else f"D−{self.days}"
        return f"began_on ≤ {then}, {then} ≤ ended_on (none = open)"


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


@dataclass(frozen=True)
class OpenMonths:
    """On six days, 30 days apart, the last of them D: the number of open episodes, added up.

    One instalment that has been open for half a year counts 6, three new ones count 3.
    """

    kinds: Kinds
    window_days: ClassVar[None] = None

    def parts(self) -> tuple[Part, ...]:
        """One count per day looked at."""
        return tuple(Part(OpenBefore(MONTH_DAYS * i), "count", self.kinds) for i in range(MONTHS))

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The sum."""
        total = whole(parts[0])
        for part in parts[1:]:
            total = pc.add(total, whole(part))
        return total

    def behind(self) -> Part:
        """What was open since the first of the days."""
        return Part(EverOpenSince(MONTH_DAYS * (MONTHS - 1)), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return f"基準日から{MONTH_DAYS}日おきにさかのぼる{MONTHS}時点のそれぞれで、続いていた{{kinds}}の数の合計。"


@dataclass(frozen=True)
class EverOpenSince:
    """Open on at least one day from `days` days before the day on."""

    days: int

    def holds(self, facts: ir.Table, day: date) -> ir.BooleanValue:
        """began_on ≤ D, and not ended before D − days."""
        return (facts.began_on <= day) & (facts.ended_on.isnull() | (facts.ended_on >= day - timedelta(days=self.days)))

    def bounds(self) -> str:
        """See Selection."""
        return f"began_on ≤ D, D−{self.days} ≤ ended_on (none = open)"


@dataclass(frozen=True)
class LargestOpen:
    """The largest quantity among the episodes open on the day; null counts 0."""

    kinds: Kinds
    window_days: ClassVar[None] = None

    def parts(self) -> tuple[Part, ...]:
        """One largest whole number."""
        return (Part(OpenNow(), "largest", self.kinds),)

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The quantity."""
        return whole(parts[0])

    def behind(self) -> Part:
        """The open episodes."""
        return Part(OpenNow(), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return "{kinds}のうち、基準日に続いているもので最も大きい数量。"


@dataclass(frozen=True)
class QuantityWithin:
    """The sum of the quantities of what happened within `within_days` days, the day itself included; null counts 0."""

    kinds: Kinds
    within_days: int

    @property
    def window_days(self) -> int:
        """The window."""
        return self.within_days

    def parts(self) -> tuple[Part, ...]:
        """One whole-number sum."""
        return (Part(BeganWithin(self.within_days), "quantity", self.kinds),)

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The sum."""
        return whole(parts[0])

    def behind(self) -> Part:
        """What happened in the window."""
        return Part(BeganWithin(self.within_days), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return f"{{kinds}}のうち、基準日までの{self.within_days}日間(基準日を含む)にあったものの数量の合計。"


@dataclass(frozen=True)
class UnpaidShare:
    """Of every hundred yen that fell due in the `days` days before D, how many no payment came for (0 … 100).

    `billed`: episodes that end on the day they fall due; `paid`: payments (whatever they were for). Whole per cent,
    the paid part rounded down; 0 where nothing fell due.
    """

    billed: Kinds
    paid: Kinds
    days: int

    @property
    def kinds(self) -> Kinds:
        """Bills and payments."""
        return self.billed + self.paid

    @property
    def window_days(self) -> int:
        """The window."""
        return self.days

    def parts(self) -> tuple[Part, ...]:
        """What fell due, and what was paid."""
        return (
            Part(EndedWithin(self.days), "quantity", self.billed),
            Part(BeganWithin(self.days), "quantity", self.paid),
        )

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """100 − min(100, ⌊100 × paid / billed⌋): a whole-number division."""
        billed, paid = (whole(part) for part in parts)
        hundred = pa.scalar(100, pa.int64())
        share = pc.divide(pc.multiply(paid, hundred), pc.max_element_wise(billed, pa.scalar(1, pa.int64())))
        unpaid = pc.subtract(hundred, pc.min_element_wise(share, hundred))
        return pc.if_else(pc.greater(billed, 0), unpaid, pa.scalar(0, pa.int64()))

    def behind(self) -> Part:
        """The bills that fell due."""
        return Part(EndedWithin(self.days), "count", self.billed)

    def sentence_ja(self) -> str:
        """See Measure."""
        return (
            f"{{kinds}}について、基準日の前{self.days}日間に納期が来た額100円あたり、"
            f"この{self.days}日間(基準日を含む)の納付で埋まっていない額(納期が来たものがなければ0)。"
        )
