"""Lines that only the raw file can draw, from the published validation rows, by the project's own metrics."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.real.baltimore_bills import Listings, resident_ids
from benchmarks.real.home import household_of
from models.intervals import difference
from models.metrics import auc, auc_difference, expected_inclusion, precision_at_k

Floats = npt.NDArray[np.float64]
SIZES = (100, 250, 500, 1000)
SIZE = 500


@dataclass(frozen=True)
class Year:
    """The judged households of one as-of date: margin and label as published, and their rows in the listings."""

    day: str
    margin: Floats
    label: npt.NDArray[np.bool_]
    at: npt.NDArray[np.int64]

    @property
    def who(self) -> npt.NDArray[np.int64]:
        """A number per household, for the intervals: each stands once."""
        return np.arange(len(self.at))


@dataclass(frozen=True)
class Rows:
    """The published validation rows of a home, and the file they come from."""

    home: Path
    validation: pa.Table
    listings: Listings

    def years(self) -> Iterator[Year]:
        """Each test year by itself."""
        of_home = self.listings.homestead
        people = resident_ids(self.listings.account)
        keys = household_of(self.home, sorted({people[row] for row in np.nonzero(of_home)[0]}))
        for day in sorted(set(self.validation["as_of"].to_pylist())):
            yield self._year(day, people, keys)

    def _year(self, day: date, people: list[str], keys: dict[str, str]) -> Year:
        here = self.validation.filter(pc.equal(self.validation["as_of"], pa.scalar(day)))
        here = here.filter(here["judged"])
        rows = np.nonzero((self.listings.year == day.year) & self.listings.homestead)[0]
        place = {keys[people[row]]: int(row) for row in rows if people[row] in keys}
        at = np.array([place[key] for key in here["household_key"].to_pylist()], dtype=np.int64)
        label = np.asarray(here["label"].to_pylist(), dtype=bool)
        return Year(day.isoformat(), here["margin"].to_numpy(), label, at)


def _earlier(listings: Listings) -> npt.NDArray[np.int64]:
    """Per listing how often its account had been listed before (in these data)."""
    order = np.lexsort((listings.year, listings.account))
    first = np.r_[True, np.diff(listings.account[order]) != 0]
    start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    count = np.zeros(len(order), dtype=np.int64)
    count[order] = np.arange(len(order)) - start
    return count


def first_listed(rows: Rows) -> dict[str, Any]:
    """Per as-of date: the accounts that never stood on a list before, ranked among themselves."""
    earlier, out = _earlier(rows.listings), {}
    for year in rows.years():
        new = earlier[year.at] == 0
        margin, label, lien = year.margin[new], year.label[new], rows.listings.lien[year.at][new].astype(np.float64)
        who, everyone = year.who[new], np.ones(int(new.sum()), dtype=bool)
        listed = expected_inclusion(margin, SIZE)
        found = {
            "AUC": auc(margin, label, who, made_up=False),
            "AUC minus amount": auc_difference(margin, lien, label, who, made_up=False),
            f"precision at {SIZE}": precision_at_k(listed, label, everyone, {"household": who}, made_up=False),
        }
        out[year.day] = {name: figure.as_dict() for name, figure in found.items()}
    return out


def with_late(rows: Rows) -> dict[str, Any]:
    """Per as-of date: the shipped table against labels in which leaving after the sale counts as sold too."""
    counted, out = rows.listings.with_late_as_sold().sold, {}
    for year in rows.years():
        if not np.array_equal(year.label, rows.listings.sold[year.at]):
            raise ValueError(f"{year.day}: the published labels are not the sales of the file")
        out[year.day] = {"AUC": auc(year.margin, counted[year.at], year.who, made_up=False).as_dict()}
    return out


def prior_listings(rows: Rows) -> dict[str, Any]:
    """Per as-of date: the shipped table minus ranking by the number of earlier listings, paired by account."""
    earlier, out = _earlier(rows.listings), {}
    for year in rows.years():
        rule, n = earlier[year.at].astype(np.float64), len(year.at)
        found = {"AUC": auc_difference(year.margin, rule, year.label, year.who, made_up=False)}
        for size in SIZES:
            one, other = (expected_inclusion(score, size) * year.label for score in (year.margin, rule))
            found[f"precision at {size}"] = difference(
                one, other, np.full(n, size / n), {"household": year.who},
                positives=int(year.label.sum()), made_up=False,
            )  # fmt: skip
        out[year.day] = {name: figure.as_dict() for name, figure in found.items()}
    return out
