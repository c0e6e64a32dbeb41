"""Counting: from the facts of households to their features.

An engine finds which facts count for which household (features.scope); what they come to is counted here, in NumPy and
Arrow, one figure after the other. So it is the same after every engine, whole numbers are added as whole numbers
(DESIGN §5 «Determinism»), and a hundred figures of each household are never held at once, as an aggregation holds them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.inputs import Households, InputRefused, household_table
from features.wanted import Features, Wanted, reaches_of, sources_of, wanted_of

COLUMNS: Final = ("place", "source", "kind", "began_on", "ended_on", "quantity", "date_precision")
"""What is read of `features.scope.household_facts`."""

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
_EPOCH: Final = date(1970, 1, 1).toordinal()
_NEVER: Final = np.iinfo(np.int64)


class Days:
    """A column of days that may be missing, compared as in SQL: one that is missing is neither before nor after."""

    def __init__(self, numbers: NDArray[np.int32], there: Flags) -> None:
        self.numbers, self._there = numbers, there

    @classmethod
    def of(cls, column: pa.Array | pa.ChunkedArray) -> "Days":
        """A column of dates."""
        return cls(_filled(column.cast(pa.int32())), np.asarray(pc.is_valid(column)))

    def isnull(self) -> Flags:
        """Where there is none."""
        return ~self._there

    def __le__(self, day: date) -> Flags:
        return self._there & (self.numbers <= day.toordinal() - _EPOCH)

    def __lt__(self, day: date) -> Flags:
        return self._there & (self.numbers < day.toordinal() - _EPOCH)

    def __ge__(self, day: date) -> Flags:
        return self._there & (self.numbers >= day.toordinal() - _EPOCH)


class Words:
    """A column of a few different words, none missing."""

    def __init__(self, words: Sequence[str], which: NDArray[np.integer[Any]]) -> None:
        self._words, self._which = words, which

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "Words":
        """A column of text."""
        told = pc.fill_null(column, "unknown").combine_chunks().dictionary_encode()
        return cls(told.dictionary.to_pylist(), told.indices.to_numpy())

    def isin(self, words: Sequence[str]) -> Flags:
        """Where one of them stands."""
        return np.array([word in words for word in self._words], np.bool_)[self._which]


@dataclass(frozen=True)
class Facts:
    """Facts of one source and kind in the columns that selections look at (features.selections); households: the place
    of each one's household.
    """

    households: NDArray[np.int32]
    began_on: Days
    ended_on: Days
    date_precision: Words
    quantity: Whole
    has_quantity: Flags


class Counted:
    """The figures of so many `households`, in the order of their place. facts: COLUMNS, in any order."""

    def __init__(self, facts: Iterable[pa.RecordBatch], households: int, features: Features, day: date) -> None:
        self._size, self._day = households, day
        self._facts = _by_kind(facts, sources_of(features), sorted(reaches_of(features)))

    def part(self, wanted: Wanted) -> pa.ChunkedArray:
        """One figure per household: int64, a day for «earliest»; null = no fact.

        Raises InputRefused when quantities could add up to more than 64 bits hold.
        """
        part, sources = wanted
        figures = np.full(self._size, {"earliest": _NEVER.max, "largest": _NEVER.min}.get(part.how, 0), np.int64)
        known = np.zeros(self._size, np.bool_)
        added = 0.0
        for of in ((source, kind) for source in sources for kind in part.kinds):
            if (facts := self._facts.get(of)) is None:
                continue
            chosen = part.where.holds(facts, self._day)
            if part.how in ("quantity", "largest"):
                chosen &= facts.has_quantity
            places = facts.households[chosen]
            known[places] = True
            if part.how == "count":
                figures += np.bincount(places, minlength=self._size)
            elif part.how == "quantity":
                added += np.abs(facts.quantity[chosen].astype(np.float64)).sum()
                if added >= 2.0**62:
                    raise InputRefused(
                        f"{', '.join(part.kinds)}: quantities beyond any amount of money; correct the rows"
                    )
                np.add.at(figures, places, facts.quantity[chosen])
            elif part.how == "largest":
                np.maximum.at(figures, places, facts.quantity[chosen])
            else:
                np.minimum.at(figures, places, facts.began_on.numbers[chosen])
        made = pa.array(figures, mask=~known)
        return pa.chunked_array([made.cast(pa.int32()).cast(pa.date32()) if part.how == "earliest" else made])


def features_from(
    facts: Iterable[pa.RecordBatch], households: Households, visible: pa.Table, features: Features, day: date
) -> pa.Table:
    """The feature table of the wanted households from the facts that count for them: float32, sorted by key.

    facts: COLUMNS, in any order. Null where none of a feature's sources is visible for the household (visible:
    household_key, source).
    """
    keys = household_table(households)["household_key"].combine_chunks()
    counted = Counted(facts, len(keys), features, day)
    sees: dict[str, pa.BooleanArray] = {}
    columns: dict[str, pa.Array | pa.ChunkedArray] = {"household_key": keys}
    for name, feature in features.items():
        for source in feature.sources:
            if source not in sees:
                seeing = visible.filter(pc.equal(visible["source"], source))["household_key"]
                sees[source] = pc.is_in(keys, value_set=seeing.combine_chunks())
        seen = sees[feature.sources[0]]
        for source in feature.sources[1:]:
            seen = pc.or_(seen, sees[source])
        parts = [counted.part(wanted_of(feature, part)) for part in feature.measure.parts()]
        value = pc.cast(feature.measure.value(parts, day), pa.float32(), safe=False)
        columns[name] = pc.if_else(seen, value, pa.scalar(None, pa.float32()))
    return pa.table(columns)


def _by_kind(facts: Iterable[pa.RecordBatch], sources: list[str], kinds: list[str]) -> dict[tuple[str, str], Facts]:
    """The facts of each of some sources and kinds, in numbers: twenty-odd bytes each; their order means nothing."""
    precisions: dict[str, int] = {}
    parts = [_in_numbers(batch, pa.array(sources), pa.array(kinds), precisions) for batch in facts]
    if not parts:
        return {}
    which, *columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(which, kind="stable")
    found, starts = np.unique(which[order], return_index=True)
    ordered = [column[order] for column in columns]
    groups = {}
    for code, start, end in zip(found.tolist(), starts, [*starts[1:], len(order)], strict=False):
        places, began, has_begun, ended, has_ended, precision, quantity, has_quantity = (
            column[start:end] for column in ordered
        )
        days = Days(began, has_begun), Days(ended, has_ended)
        words = Words(list(precisions), precision)
        groups[sources[code // len(kinds)], kinds[code % len(kinds)]] = Facts(
            places, *days, words, quantity, has_quantity
        )
    return groups


def _in_numbers(
    batch: pa.RecordBatch, sources: pa.Array, kinds: pa.Array, precisions: dict[str, int]
) -> tuple[NDArray[Any], ...]:
    """Source and kind as one number, then the columns of Facts; words not met before go into `precisions`."""
    source, kind = pc.index_in(batch["source"], value_set=sources), pc.index_in(batch["kind"], value_set=kinds)
    which = pc.add(pc.multiply(source, len(kinds)), kind)
    if which.null_count:  # of no feature
        batch, which = batch.filter(pc.is_valid(which)), which.drop_null()
    words = pc.fill_null(batch["date_precision"], "unknown").dictionary_encode()
    numbers = [precisions.setdefault(word, len(precisions)) for word in words.dictionary.to_pylist()]
    columns = [which.to_numpy().astype(np.int16), batch["place"].to_numpy().astype(np.int32)]
    for name in ("began_on", "ended_on"):
        columns += [_filled(batch[name].cast(pa.int32())), np.asarray(pc.is_valid(batch[name]))]
    columns += [np.array(numbers, np.int8)[words.indices.to_numpy()]]
    return (*columns, _filled(batch["quantity"]), np.asarray(pc.is_valid(batch["quantity"])))


def _filled(column: pa.Array) -> NDArray[Any]:
    return pc.fill_null(column, 0).to_numpy(zero_copy_only=False)
