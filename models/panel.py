"""Feature tables, labels and permissions lined up as rows: one per household and as-of date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.cohort import censoring_weights, column, usable
from models.intervals import Codes, Floats
from models.labels import Known
from models.matrix import Matrix
from models.metrics import Mask


@dataclass(frozen=True)
class Panel:
    """Rows of several as-of dates under each other.

    label: the crisis; judged: permitted, eligible, followed to the end, untouched; weight: stands for the censored;
    day: ordinal; household, area: numbers in the city's sorted lists.
    """

    x: Matrix
    label: Mask
    judged: Mask
    weight: Floats
    day: Codes
    household: Codes
    area: Codes

    def take(self, rows: Mask) -> "Panel":
        """The rows of a mask."""
        return Panel(
            self.x.take(rows),
            self.label[rows],
            self.judged[rows],
            self.weight[rows],
            self.day[rows],
            self.household[rows],
            self.area[rows],
        )

    @property
    def clusters(self) -> dict[str, Codes]:
        """Clusterings for the intervals."""
        return {"household": self.household, "area": self.area, "week": self.day // 7}


@dataclass(frozen=True)
class City:
    """The households ever seen (sorted keys) and the area of each (0 = unknown)."""

    keys: pa.Array
    area: Codes
    area_names: tuple[str, ...]

    @classmethod
    def of(cls, features: Mapping[date, pa.Table], area: pa.Table) -> "City":
        """In: feature tables per day; area: household_key, ward."""
        keys = pc.unique(pa.chunked_array([chunk for t in features.values() for chunk in t["household_key"].chunks]))
        keys = keys.take(pc.sort_indices(keys))
        spot = pc.index_in(keys, value_set=area["household_key"].combine_chunks())
        wards = pc.fill_null(area["ward"].combine_chunks().take(spot), "").dictionary_encode()
        names = sorted(set(wards.dictionary.to_pylist()) | {""})
        number = np.array([names.index(name) for name in wards.dictionary.to_pylist()], dtype=np.int64)
        return cls(keys, number[wards.indices.to_numpy()], tuple(names))

    def numbers(self, keys: pa.Array | pa.ChunkedArray) -> Codes:
        """The number of each household; −1 = never seen."""
        found = pc.fill_null(pc.index_in(keys, value_set=self.keys), -1)
        found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
        return np.asarray(found, dtype=np.int64)


def panel(
    days: Sequence[date],
    features: Mapping[date, pa.Table],
    labels: Mapping[date, pa.Table],
    permitted: Mapping[date, pa.Array],
    names: Sequence[str],
    target: str,
    city: City,
) -> Panel:
    """The rows of the given days. permitted: household_keys that may be trained on (or counted) on each day."""
    parts = [_day(day, features[day], labels[day], permitted[day], names, target, city) for day in days]
    return Panel(
        Matrix.stacked([part.x for part in parts]),
        *(np.concatenate([getattr(part, what) for part in parts]) for what in _COLUMNS),
    )


_COLUMNS = ("label", "judged", "weight", "day", "household", "area")


def _day(
    day: date, table: pa.Table, labels: pa.Table, permitted: pa.Array, names: Sequence[str], target: str, city: City
) -> Panel:
    x = Matrix.from_table(table, names)
    spot = pc.index_in(x.keys, value_set=labels["household_key"].combine_chunks())
    known, at = np.asarray(spot.is_valid()), np.asarray(pc.fill_null(spot, 0), dtype=np.int64)
    may = np.asarray(pc.is_in(x.keys, value_set=permitted))
    judged = known & may & usable(labels, target)[at] if labels.num_rows else np.zeros(x.rows, dtype=bool)
    label = judged & column(labels, target)[at] if labels.num_rows else judged
    weight = np.where(judged, censoring_weights(labels, target)[at], 0.0) if labels.num_rows else np.zeros(x.rows)
    household = city.numbers(x.keys)
    return Panel(x, label, judged, weight, np.full(x.rows, day.toordinal()), household, city.area[household])


def covered(stretches: pa.Table, keys: pa.Array, days: Codes) -> Mask:
    """days × keys: whether a stretch (household_key, from, until inclusive, null = open) of the key holds that day."""
    spot = pc.fill_null(pc.index_in(stretches["household_key"], value_set=keys), -1)
    who = np.asarray(spot.combine_chunks(), dtype=np.int64)
    first = _ordinals(stretches["from"], -1)
    last = _ordinals(stretches["until"], 10_000_000)
    found = np.zeros((len(days), len(keys)), dtype=bool)
    for row in np.nonzero(who >= 0)[0]:
        found[:, who[row]] |= (days >= first[row]) & (days <= last[row])
    return found


def in_sight(known: Known, sources: Sequence[str], keys: pa.Array, days: Codes) -> Mask:
    """days × keys: whether every one of the sources of the household was followed on the day."""
    found = np.ones((len(days), len(keys)), dtype=bool)
    for source in sources:
        found &= covered(known.follow_up.filter(pc.equal(known.follow_up["source"], source)), keys, days)
    return found


def _ordinals(dates: pa.ChunkedArray, missing: int) -> Codes:
    """Proleptic ordinals (date.toordinal) of a date32 column."""
    numbers = pc.add(dates.cast(pa.int32()), date(1970, 1, 1).toordinal())
    return np.asarray(pc.fill_null(numbers, missing).combine_chunks(), dtype=np.int64)


def ordinals(dates: pa.ChunkedArray) -> Codes:
    """Proleptic ordinals of a date32 column without nulls."""
    return _ordinals(dates, -1)
