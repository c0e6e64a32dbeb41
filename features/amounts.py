"""Measures of amounts: what was billed, paid and left open.

Like `features.measures`, of which these are more: counts, sums of whole numbers or the largest one;
a share is one division of whole numbers in Arrow, last.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from features.measures import Kinds, OneFigure, Part, Within, per_hundred, whole
from features.selections import BeganWithin, EndedWithin, OpenNow


@dataclass(frozen=True)
class LargestOpen(OneFigure):
    """The largest quantity among the episodes open on the day; null counts 0."""

    window_days: ClassVar[None] = None

    def parts(self) -> tuple[Part, ...]:
        """One largest whole number."""
        return (Part(OpenNow(), "largest", self.kinds),)

    def behind(self) -> Part:
        """The open episodes."""
        return Part(OpenNow(), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return "{kinds}のうち、基準日に続いているもので最も大きい数量。"


@dataclass(frozen=True)
class LargestWithin(Within):
    """The largest quantity of what happened within `within_days` days, the day itself included; null counts 0."""

    def parts(self) -> tuple[Part, ...]:
        """One largest whole number."""
        return (Part(BeganWithin(self.within_days), "largest", self.kinds),)

    def sentence_ja(self) -> str:
        """See Measure."""
        return f"{{kinds}}のうち、基準日までの{self.within_days}日間(基準日を含む)にあったもので最も大きい数量。"


@dataclass(frozen=True)
class QuantityWithin(Within):
    """The sum of the quantities of what happened within `within_days` days, the day itself included; null counts 0."""

    def parts(self) -> tuple[Part, ...]:
        """One whole-number sum."""
        return (Part(BeganWithin(self.within_days), "quantity", self.kinds),)

    def sentence_ja(self) -> str:
        """See Measure."""
        return f"{{kinds}}のうち、基準日までの{self.within_days}日間(基準日を含む)にあったものの数量の合計。"


@dataclass(frozen=True)
class UnpaidShare:
    """Of every hundred yen that fell due in the `days` days before D, how many no payment came for (−100 … 100).

    `billed`: episodes that end on the day they fall due; `paid`: payments (whatever they were for, those in advance on
    the day they fell due). Below 0: more was paid than fell due, older arrears are being caught up. Not rounded; 0
    where nothing fell due. A bill of the last weeks may only wait for its payment to be posted, so a reason rests on
    `overdue` alone.
    """

    billed: Kinds
    paid: Kinds
    overdue: Kinds
    days: int
    grows: ClassVar[bool] = False

    @property
    def kinds(self) -> Kinds:
        """Bills, payments, arrears."""
        return self.billed + self.paid + self.overdue

    @property
    def window_days(self) -> int:
        """The window."""
        return self.days

    def parts(self) -> tuple[Part, ...]:
        """What fell due, and what was paid."""
        return (
            Part(EndedWithin(self.days), "quantity", self.billed),
            Part(EndedWithin(self.days), "quantity", self.paid),
        )

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """100 × max(billed − paid, −billed) / billed."""
        billed, paid = (whole(part) for part in parts)
        return per_hundred(pc.max_element_wise(pc.subtract(billed, paid), pc.negate(billed)), billed)

    def behind(self) -> Part:
        """The arrears open on the day."""
        return Part(OpenNow(), "count", self.overdue)

    def sentence_ja(self) -> str:
        """See Measure."""
        return (
            f"{{kinds}}について、基準日の前{self.days}日間に納期が来た額100円あたり、同じ{self.days}日間の納付で"
            "埋まっていない額(納期が来た額より多く納めていれば負で、−100まで。納期が来たものがなければ0)。"
            "きっかけとして述べるのは、基準日に続いている遅れがあるときだけ。"
        )
