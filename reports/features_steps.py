"""How households stand on the steps of each feature, by as-of date: counts only, small ones joined or hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.disclosure import SMALL, rounded, told, told_steps
from reports.plots import intervals_of

Counts = NDArray[np.int64]


class Declared(Protocol):
    """What is needed of a feature here."""

    @property
    def name(self) -> str:
        """Column name."""
        ...

    @property
    def bins(self) -> tuple[float, ...]:
        """Declared cut points."""
        ...

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources it reads."""
        ...


@dataclass(frozen=True)
class DayCounts:
    """One feature on one day: households in all, per step, not visible, each to the nearest ten; None = hidden."""

    day: date
    total: int
    steps: tuple[int | None, ...]
    unseen: int | None

    @property
    def untold(self) -> int:
        """Households of whom the page does not say where they stand."""
        if None not in (*self.steps, self.unseen):
            return 0
        return max(0, self.total - sum(n for n in (*self.steps, self.unseen) if n is not None))


@dataclass(frozen=True)
class Stand:
    """One feature over the days: the names of its steps, the counts."""

    labels: tuple[str, ...]
    days: tuple[DayCounts, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "steps": list(self.labels),
            "days": [
                {"day": str(one.day), "households": list(one.steps), "not_visible": one.unseen} for one in self.days
            ],
        }


def stand(feature: Declared, tables: Mapping[date, pa.Table]) -> Stand:
    """The households of each day's feature table on the declared steps.

    A step that holds fewer than ten households on some day is joined with its neighbour on every day, 0 apart; what is
    still small is hidden, and what would give it away. The highest step has no upper end, so no single value is told.
    """
    per_day = {day: _count(table[feature.name], feature.bins) for day, table in tables.items()}
    edges = list(feature.bins)
    counts = np.array([steps for steps, _ in per_day.values()], dtype=np.int64)
    while (place := _next_join(edges, counts)) is not None:
        counts = np.delete(counts, place, axis=1) + _moved(counts, place)
        del edges[place]
    days = [_day(day, counts[i], per_day[day][1]) for i, day in enumerate(per_day)]
    return Stand(tuple(intervals_of(edges)), tuple(days))


def _count(column: pa.ChunkedArray, bins: Sequence[float]) -> tuple[Counts, int]:
    """Households per step, and those for whom it is not visible."""
    seen = np.asarray(pc.drop_null(column).cast(pa.float64()).combine_chunks())
    steps = np.bincount(np.searchsorted(np.asarray(bins), seen, side="left"), minlength=len(bins) + 1)
    return steps.astype(np.int64), column.null_count


def _next_join(edges: Sequence[float], counts: Counts) -> int | None:
    """The edge to take away next: between a small step and its smaller neighbour, never beside the step of 0."""
    zero = int(np.searchsorted(np.asarray(edges), 0.0, side="left"))
    looked = counts[counts.sum(axis=1) >= SMALL]
    if not len(looked):
        return None
    least = looked.min(axis=0)
    joins = [place for place in range(len(edges)) if place not in (zero - 1, zero)]
    small = [place for place in joins if min(least[place], least[place + 1]) < SMALL]
    return min(small, key=lambda place: (least[place] + least[place + 1], place), default=None)


def _moved(counts: Counts, place: int) -> Counts:
    """The counts of step `place`, to be added to the step that takes its place."""
    added = np.zeros((counts.shape[0], counts.shape[1] - 1), dtype=np.int64)
    added[:, place] = counts[:, place]
    return added


def _day(day: date, steps: Counts, unseen: int) -> DayCounts:
    shown = [_rounded(n) for n in told_steps([int(n) for n in steps], unseen)]
    return DayCounts(day, rounded(int(steps.sum()) + unseen), tuple(shown[:-1]), shown[-1])


def _rounded(n: int | None) -> int | None:
    return None if n is None else rounded(n)


def coverage(
    sources: Mapping[str, str], features: Sequence[Declared], tables: Mapping[date, pa.Table]
) -> list[dict[str, Any]]:
    """Per source (basis → title) and day: for how many households it is visible, as DayCounts are told.

    Read off a feature of that source alone: its value is null where the source is not visible.
    """
    alone = {feature.sources[0]: feature.name for feature in features if len(feature.sources) == 1}
    rows = []
    for source, title in sources.items():
        if source not in alone:
            continue
        counts = []
        for table in tables.values():
            unseen = table[alone[source]].null_count
            counts.append(_rounded(told([table.num_rows - unseen, unseen])[0]))
        rows.append({"source": source, "title": title, "households": counts})
    return rows
