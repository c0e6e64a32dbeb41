"""Measures: the few ways in which facts of a household become one figure.

A measure is a small frozen declaration. From it come what is counted (`parts`) and its formula (`value`), the facts
behind a reason (`behind`), its window and the sentences of the dictionary; the pure-Python double is in
`features.reference`. Parts are counts, sums of whole numbers, largest ones and earliest days (features.counting); the
rest is whole-number arithmetic in Arrow and, for a share, one division, last: so every engine gives the same bits
(DESIGN §5 «Determinism»).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from features.selections import BeganWithin, OpenNow, Selection

Kinds = tuple[str, ...]
How = Literal["count", "earliest", "largest", "quantity"]


@dataclass(frozen=True)
class Part:
    """One figure of each household: `how` over the facts of `kinds` that `where` selects.

    `source` narrows it to one source; None means every source of the feature.
    """

    where: Selection
    how: How
    kinds: Kinds
    source: str | None = None


class Measure(Protocol):
    """What a feature computes: whole-number parts, and one figure from them in Arrow."""

    @property
    def kinds(self) -> Kinds:
        """Every kind of episode that is looked at."""
        ...

    @property
    def window_days(self) -> int | None:
        """How far back a beginning may lie to count, in days; None = no window."""
        ...

    @property
    def grows(self) -> bool:
        """Whether one more fact can never make the value smaller; only such a figure may read several sources."""
        ...

    def parts(self) -> tuple[Part, ...]:
        """The figures that are counted."""
        ...

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:
        """int64 (a share: float64) per household from the parts (in the order of `parts()`, null = no fact)."""
        ...

    def behind(self) -> Part:
        """The facts that a reason from this measure rests on."""
        ...

    def sentence_ja(self) -> str:
        """The definition in one Japanese sentence.

        {kinds} stands for the names of `kinds`, {groups} for those of each part, {against} for kinds that take away.
        """
        ...


def whole(part: pa.ChunkedArray) -> pa.ChunkedArray:
    """A part as int64, no fact = 0."""
    return pc.fill_null(pc.cast(part, pa.int64()), 0)


def per_hundred(part: pa.ChunkedArray, of: pa.ChunkedArray) -> pa.ChunkedArray:
    """100 × part / of for int64 columns as float64, one division, last (DESIGN §5); 0 where `of` is 0."""
    share = pc.divide(
        pc.cast(pc.multiply(part, pa.scalar(100, pa.int64())), pa.float64()),
        pc.cast(pc.max_element_wise(of, pa.scalar(1, pa.int64())), pa.float64()),
    )
    return pc.if_else(pc.greater(of, 0), share, pa.scalar(0.0))


@dataclass(frozen=True)
class OneFigure(ABC):
    """A measure that is one part: a count unless it says otherwise."""

    kinds: Kinds
    grows: ClassVar[bool] = True

    def parts(self) -> tuple[Part, ...]:
        """How many of the facts behind it there are."""
        return (self.behind(),)

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The part."""
        return whole(parts[0])

    @abstractmethod
    def behind(self) -> Part:
        """See Measure."""


@dataclass(frozen=True)
class OfOpen(OneFigure, ABC):
    """One figure of the episodes open on the day, for at least `min_days_open` days."""

    min_days_open: int = 1
    window_days: ClassVar[None] = None

    def behind(self) -> Part:
        """The open episodes."""
        return Part(OpenNow(self.min_days_open), "count", self.kinds)


@dataclass(frozen=True)
class Within(OneFigure, ABC):
    """One figure of what began within `within_days` days, the day itself included; open or ended."""

    within_days: int

    @property
    def window_days(self) -> int:
        """The window."""
        return self.within_days

    def behind(self) -> Part:
        """What began in the window."""
        return Part(BeganWithin(self.within_days), "count", self.kinds)


@dataclass(frozen=True)
class OpenCount(OfOpen):
    """How many episodes are open on the day, for at least `min_days_open` days."""

    def sentence_ja(self) -> str:
        """See Measure."""
        since = f"(始まった日を1日目として{self.min_days_open}日目以降)" if self.min_days_open > 1 else ""
        return f"{{kinds}}のうち、基準日に続いているもの{since}の数。"


@dataclass(frozen=True)
class OnsetCount(Within):
    """How many episodes began within `within_days` days, the day itself included; open or ended."""

    def sentence_ja(self) -> str:
        """See Measure."""
        return f"{{kinds}}のうち、基準日までの{self.within_days}日間(基準日を含む)に始まったものの数。"


@dataclass(frozen=True)
class PointCount(OnsetCount):
    """How many events (episodes of one day) happened within `within_days` days, the day itself included."""

    def sentence_ja(self) -> str:
        """See Measure."""
        return f"{{kinds}}が、基準日までの{self.within_days}日間(基準日を含む)にあった回数。"


@dataclass(frozen=True)
class LongestOpenDays:
    """Days since the oldest episode open on the day began, the first day counted as 1; at most `cap`; none = 0.

    Only episodes open for at least `min_days_open` days count. `unless_open`: kinds that, open on the day,
    make it 0 (a supply closed on request says the dwelling may be empty).
    """

    kinds: Kinds
    cap: int
    min_days_open: int = 1
    unless_open: Kinds = ()
    window_days: ClassVar[None] = None

    @property
    def grows(self) -> bool:
        """Not where something can speak against it."""
        return not self.unless_open

    def parts(self) -> tuple[Part, ...]:
        """The earliest beginning, and whether something speaks against it."""
        longest = Part(OpenNow(self.min_days_open), "earliest", self.kinds)
        against = (Part(OpenNow(), "count", self.unless_open),) if self.unless_open else ()
        return (longest, *against)

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:
        """Whole days, capped."""
        began = pc.cast(pc.cast(parts[0], pa.int32()), pa.int64())
        today = (day - date(1970, 1, 1)).days
        days = pc.fill_null(pc.subtract(pa.scalar(today + 1, pa.int64()), began), 0)
        days = pc.min_element_wise(days, pa.scalar(self.cap, pa.int64()))
        if self.unless_open:
            days = pc.if_else(pc.greater(whole(parts[1]), 0), pa.scalar(0, pa.int64()), days)
        return days

    def behind(self) -> Part:
        """The open episodes."""
        return Part(OpenNow(self.min_days_open), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        least = f"{self.min_days_open}日目以降のものだけを数え、" if self.min_days_open > 1 else ""
        unless = "{against}が続いている間は0、" if self.unless_open else ""
        return (
            f"{{kinds}}のうち、基準日に続いている最も古いものの日数(初日を1日目とし、{least}{unless}上限{self.cap}日)。"
        )


@dataclass(frozen=True)
class Trend:
    """Beginnings in the last `days` days minus those in the `days` days that ended `ago` days before; may be negative.

    `ago` = `days` compares with the stretch just before, 365 with the same stretch a year ago: what comes round every
    year (the instalments of June) is then in both.
    """

    kinds: Kinds
    days: int
    ago: int
    grows: ClassVar[bool] = False

    @property
    def window_days(self) -> int:
        """From the beginning of the earlier stretch on."""
        return self.ago + self.days

    def parts(self) -> tuple[Part, ...]:
        """The two counts."""
        return (self.behind(), Part(BeganWithin(self.days, before=self.ago), "count", self.kinds))

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The difference."""
        return pc.subtract(whole(parts[0]), whole(parts[1]))

    def behind(self) -> Part:
        """What began in the later stretch."""
        return Part(BeganWithin(self.days), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        earlier = f"その前の{self.days}日間" if self.ago == self.days else f"{self.ago}日前の同じ{self.days}日間"
        return f"{{kinds}}が始まった数について、直近{self.days}日間(基準日を含む)から{earlier}を引いた差。"


@dataclass(frozen=True)
class OpenQuantity(OfOpen):
    """The sum of the quantities (in the kinds' declared unit) of the episodes open on the day; null counts 0."""

    def parts(self) -> tuple[Part, ...]:
        """One whole-number sum."""
        return (Part(OpenNow(self.min_days_open), "quantity", self.kinds),)

    def sentence_ja(self) -> str:
        """See Measure."""
        return "{kinds}のうち、基準日に続いているものの数量の合計。"
