"""Measures of patterns: arrears month after month, what comes together, from how many sides, for the first time.

Like `features.measures`, of which these are more: counts, the rest is whole-number arithmetic in Arrow.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc

from features.measures import Kinds, Part, whole
from features.selections import BeganWithin, OpenBefore, OpenNow, OpenSince, Selection

# Days 30 apart stand for months: D, D−30, D−60 …
MONTH_DAYS: Final = 30
MONTHS: Final = 6

# (source, kinds) pairs, each one side that is looked at.
Groups = tuple[tuple[str, Kinds], ...]


def _months(kinds: Kinds, count: int) -> tuple[Part, ...]:
    """One count of open episodes per month looked at, D first."""
    looks: tuple[Selection, ...] = (OpenNow(), *(OpenBefore(MONTH_DAYS * i) for i in range(1, count)))
    return tuple(Part(where, "count", kinds) for where in looks)


def _any(part: pa.ChunkedArray) -> pa.ChunkedArray:
    """1 where a count is above 0, else 0."""
    return pc.cast(pc.greater(whole(part), 0), pa.int64())


@dataclass(frozen=True)
class OpenMonths:
    """On six days, 30 days apart, the last of them D: the number of open episodes, added up.

    One instalment that has been open for half a year counts 6, three new ones count 3.
    """

    kinds: Kinds
    window_days: ClassVar[None] = None
    grows: ClassVar[bool] = True

    def parts(self) -> tuple[Part, ...]:
        """One count per day looked at."""
        return _months(self.kinds, MONTHS)

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The sum."""
        total = whole(parts[0])
        for part in parts[1:]:
            total = pc.add(total, whole(part))
        return total

    def behind(self) -> Part:
        """What was open since the first of the days."""
        return Part(OpenSince(MONTH_DAYS * (MONTHS - 1)), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return f"基準日から{MONTH_DAYS}日おきにさかのぼる{MONTHS}時点のそれぞれで、続いていた{{kinds}}の数の合計。"


@dataclass(frozen=True)
class Streak:
    """For how many months in a row, counted back from D, something was open; at most `months`, nothing open on D = 0.

    It may be another episode every month: a household that pays the old bill with what the new one would have needed
    has a long streak and never an old bill.
    """

    kinds: Kinds
    months: int
    window_days: ClassVar[None] = None
    grows: ClassVar[bool] = True

    def parts(self) -> tuple[Part, ...]:
        """One count per month looked at."""
        return _months(self.kinds, self.months)

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """Months up to the first one in which nothing was open."""
        total = still = _any(parts[0])
        for part in parts[1:]:
            still = pc.multiply(still, _any(part))
            total = pc.add(total, still)
        return total

    def behind(self) -> Part:
        """The open episodes."""
        return Part(OpenNow(), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return (
            f"基準日から{MONTH_DAYS}日おきにさかのぼり、どの時点でも{{kinds}}のどれかが続いていた時点の数"
            f"(基準日になければ0、上限{self.months})。"
        )


@dataclass(frozen=True)
class Breadth:
    """On how many sides something is open for at least `min_days` days; with `seen_days`, was open since D − so many.

    One event (an episode of one day) counts as open on its day, so `seen_days` counts events of that time as well.
    """

    groups: Groups
    min_days: int = 1
    seen_days: int | None = None
    window_days: ClassVar[None] = None
    grows: ClassVar[bool] = True

    @property
    def kinds(self) -> Kinds:
        """The kinds of all sides."""
        return _kinds(self.groups)

    @property
    def where(self) -> Selection:
        """What counts."""
        return OpenNow(self.min_days) if self.seen_days is None else OpenSince(self.seen_days)

    def parts(self) -> tuple[Part, ...]:
        """One count per side."""
        return tuple(Part(self.where, "count", kinds, source) for source, kinds in self.groups)

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The number of counts above 0."""
        total = _any(parts[0])
        for part in parts[1:]:
            total = pc.add(total, _any(part))
        return total

    def behind(self) -> Part:
        """What counts on any side."""
        return Part(self.where, "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        since = f"(始まった日を1日目として{self.min_days}日目以降)" if self.min_days > 1 else ""
        when = f"基準日に続いている{since}" if self.seen_days is None else f"基準日までの{self.seen_days}日間に見られた"
        return f"次の{len(self.groups)}つのうち、{when}ものがある数: {{groups}}。"


@dataclass(frozen=True)
class Together:
    """1 when something of every side is open on the day, else 0."""

    groups: Groups
    window_days: ClassVar[None] = None
    grows: ClassVar[bool] = True

    @property
    def kinds(self) -> Kinds:
        """The kinds of all sides."""
        return _kinds(self.groups)

    def parts(self) -> tuple[Part, ...]:
        """One count per side."""
        return tuple(Part(OpenNow(), "count", kinds, source) for source, kinds in self.groups)

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The product of 0 and 1."""
        both = _any(parts[0])
        for part in parts[1:]:
            both = pc.multiply(both, _any(part))
        return both

    def behind(self) -> Part:
        """The open episodes of every side."""
        return Part(OpenNow(), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return "次のどれもが基準日に続いていれば1、そうでなければ0: {groups}。"


@dataclass(frozen=True)
class NewWithin:
    """How many episodes began within `within_days` days, if none did in the `quiet_days` days before; else 0.

    What is renewed every year is new in its first year only.
    """

    kinds: Kinds
    within_days: int
    quiet_days: int
    grows: ClassVar[bool] = False

    @property
    def window_days(self) -> int:
        """The window; the quiet stretch before it takes away, it does not count."""
        return self.within_days

    def parts(self) -> tuple[Part, ...]:
        """The two counts."""
        return (self.behind(), Part(BeganWithin(self.quiet_days, before=self.within_days), "count", self.kinds))

    def value(self, parts: list[pa.ChunkedArray], day: date) -> pa.ChunkedArray:  # noqa: ARG002 (same for all)
        """The count, or 0."""
        quiet = pc.equal(whole(parts[1]), 0)
        return pc.if_else(quiet, whole(parts[0]), pa.scalar(0, pa.int64()))

    def behind(self) -> Part:
        """What began in the window."""
        return Part(BeganWithin(self.within_days), "count", self.kinds)

    def sentence_ja(self) -> str:
        """See Measure."""
        return (
            f"{{kinds}}のうち、基準日までの{self.within_days}日間(基準日を含む)に始まったものの数。"
            f"その前の{self.quiet_days}日間にも始まったものがあれば0(毎年の更新は数えない)。"
        )


def _kinds(groups: Groups) -> Kinds:
    return tuple(kind for _, kinds in groups for kind in kinds)
