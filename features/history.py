"""Measures of a household's own history: what ended, how an amount has grown, and how it stands to a year's bills.

Like `features.measures`, of which these are more: counts and sums of whole numbers, the rest is arithmetic in Arrow.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc

from features.measures import Kinds, OneFigure, Part, per_hundred, whole
from features.selections import BeganWithin, EndedWithin, OpenNow

YEAR: Final = 365
# A share beyond this says no more: a hundred years of bills.
MOST: Final = 10_000


@dataclass(frozen=True)
class EndedCount(OneFigure):
    """How many episodes ended on one of the `within_days` days before the day; an end of unknown date never counts."""

    within_days: int

    @property
    def window_days(self) -> int:
        """The window."""
        return self.within_days

    def behind(self) -> Part:
        """What ended in the window."""
        return Part(EndedWithin(self.within_days), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return f"{{kinds}}のうち、基準日の前{self.within_days}日間に終わったものの数(終わりの日が不明なら除く)。"


@dataclass(frozen=True)
class YearlyGrowth:
    """The quantities that began in the last 365 days minus those of the 365 days before; may be negative.

    0 where nothing began in the year before: growth needs something to grow from.
    """

    kinds: Kinds
    grows: ClassVar[bool] = False

    @property
    def window_days(self) -> int:
        """Both years together."""
        return 2 * YEAR

    def parts(self) -> tuple[Part, ...]:
        """The two sums."""
        return (Part(BeganWithin(YEAR), "quantity", self.kinds), Part(BeganWithin(YEAR, YEAR), "quantity", self.kinds))

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The difference, or 0."""
        now, before = (whole(part) for part in parts)
        return pc.if_else(pc.greater(before, 0), pc.subtract(now, before), pa.scalar(0, pa.int64()))

    def behind(self) -> Part:
        """What began in the last year."""
        return Part(BeganWithin(YEAR), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return (
            f"{{kinds}}の数量について、直近{YEAR}日間(基準日を含む)に始まったものの合計から、"
            f"その前の{YEAR}日間に始まったものの合計を引いた差(その前の{YEAR}日間になければ0)。"
        )


@dataclass(frozen=True)
class OpenOfBilled:
    """Of every hundred yen billed that fell due in the 365 days before the day, how many yen are open (not rounded).

    `open_kinds`: arrears open on the day, whenever they began, so it may exceed 100; at most 10,000; 0 where nothing
    fell due. `billed`: episodes that end on the day they fall due.
    """

    open_kinds: Kinds
    billed: Kinds
    window_days: ClassVar[None] = None
    grows: ClassVar[bool] = False

    @property
    def kinds(self) -> Kinds:
        """What is open, and the bills."""
        return self.open_kinds + self.billed

    def parts(self) -> tuple[Part, ...]:
        """What is open, and what fell due."""
        return (
            Part(OpenNow(), "quantity", self.open_kinds),
            Part(EndedWithin(YEAR), "quantity", self.billed),
        )

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """100 × open / billed, capped."""
        owed, billed = (whole(part) for part in parts)
        return pc.min_element_wise(per_hundred(owed, billed), pa.scalar(float(MOST)))

    def behind(self) -> Part:
        """The open episodes."""
        return Part(OpenNow(), "count", self.open_kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return (
            f"{{kinds}}について、基準日の前{YEAR}日間に納期が来た請求の額100円あたり、基準日に続いている遅れの額"
            f"(上限{MOST:,}。納期が来たものがなければ0)。"
        )
