"""Measures of amounts: what was billed, paid and left open.

Like `features.measures`, of which these are more: an engine counts, sums whole numbers or takes the largest one;
the rest is whole-number arithmetic in Arrow.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from features.measures import Kinds, Part, whole
from features.selections import BeganWithin, EndedWithin, OpenNow


@dataclass(frozen=True)
class LargestOpen:
    """The largest quantity among the episodes open on the day; null counts 0."""

    kinds: Kinds
    window_days: ClassVar[None] = None
    grows: ClassVar[bool] = True

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
class LargestWithin:
    """The largest quantity of what happened within `within_days` days, the day itself included; null counts 0."""

    kinds: Kinds
    within_days: int
    grows: ClassVar[bool] = True

    @property
    def window_days(self) -> int:
        """The window."""
        return self.within_days

    def parts(self) -> tuple[Part, ...]:
        """One largest whole number."""
        return (Part(BeganWithin(self.within_days), "largest", self.kinds),)

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The quantity."""
        return whole(parts[0])

    def behind(self) -> Part:
        """What happened in the window."""
        return Part(BeganWithin(self.within_days), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return f"{{kinds}}のうち、基準日までの{self.within_days}日間(基準日を含む)にあったもので最も大きい数量。"


@dataclass(frozen=True)
class QuantityWithin:
    """The sum of the quantities of what happened within `within_days` days, the day itself included; null counts 0."""

    kinds: Kinds
    within_days: int
    grows: ClassVar[bool] = True

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
    grows: ClassVar[bool] = False

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
