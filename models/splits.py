"""Which as-of dates train, select, calibrate and test (METHODS §2)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

PERIODS = ("train", "selection", "calibration", "test")
FOLDS = 5


@dataclass(frozen=True)
class Split:
    """As-of dates per period, all sorted, and what the split may and may not show.

    `test`: weekly as-of dates whose horizon is mature: precision, recall, calibration. `replay`: the weekly freezes
    of the replay; it begins with the test and goes on until the training day less the posting lag, because a lead
    needs no horizon, only that the event itself has been posted.
    """

    kind: str
    known_on: date
    horizon_days: int
    lag_days: int
    train: tuple[date, ...] = ()
    selection: tuple[date, ...] = ()
    calibration: tuple[date, ...] = ()
    test: tuple[date, ...] = ()
    replay: tuple[date, ...] = ()
    notes: tuple[str, ...] = ()
    too_new: Mapping[str, date] = field(default_factory=dict, hash=False)
    """Sources that came too late to be learned from, with their first day: no feature that reads one, and no crisis
    that one tells, is used."""

    @property
    def enough(self) -> bool:
        """Whether anything beyond the scorecard may be chosen. A yearly split has no period of its own to calibrate."""
        calibrated = bool(self.calibration) or self.kind == "yearly"
        return bool(self.train and self.selection and calibrated and self.test)

    @property
    def signable(self) -> bool:
        """What shows no lead (a single cohort, a yearly split) can never be signed for lists."""
        return self.kind == "temporal"

    @property
    def learnt(self) -> tuple[date, ...]:
        """Days from which the shipped model is learnt: a yearly choice is learnt again with its selection years."""
        return (*self.train, *self.selection) if self.kind == "yearly" else self.train

    @property
    def label_days(self) -> tuple[date, ...]:
        """Days that need a feature table and a label table."""
        return tuple(sorted({*self.train, *self.selection, *self.calibration, *self.test}))

    @property
    def feature_days(self) -> tuple[date, ...]:
        """Days that need a feature table."""
        return tuple(sorted({*self.label_days, *self.replay}))

    @property
    def test_windows(self) -> int:
        """Number of test as-of dates that can be picked so that their horizons do not overlap."""
        count, free_from = 0, date.min
        for day in self.test:
            if day >= free_from:
                count, free_from = count + 1, day + timedelta(days=self.horizon_days)
        return count

    @property
    def stability_shown(self) -> bool:
        """Below two non-overlapping windows temporal stability is not shown."""
        return self.test_windows >= 2

    def as_dict(self) -> dict[str, object]:
        """JSON-able, for the report."""
        periods = {name: [day.isoformat() for day in getattr(self, name)] for name in (*PERIODS, "replay")}
        return {
            "kind": self.kind,
            "known_on": self.known_on.isoformat(),
            "horizon_days": self.horizon_days,
            "lag_days": self.lag_days,
            **periods,
            "enough": self.enough,
            "signable": self.signable,
            "test_windows": self.test_windows,
            "stability": None if self.stability_shown else "時間的な安定性は示されていません",
            "notes": list(self.notes),
            "too_new": {source: day.isoformat() for source, day in self.too_new.items()},
        }


@dataclass(frozen=True)
class Wanted:
    """How much of each period is wanted; the plan takes what there is room for (config/training.yaml)."""

    step_days: int = 28
    train_dates: int = 12
    minimum_train_dates: int = 3
    selection_weeks: int = 13
    calibration_dates: int = 3
    test_weeks: int = 26
    replay_weeks: int = 60
    history_days: int = 90


def plan(first_day: date, known_on: date, horizon_days: int, lag_days: int, wanted: Wanted | None = None) -> Split:
    """Lay the periods backwards from the training day.

    `first_day`: first day with data of every source used. Out: a Split with (1) last train + H + lag ≤ first selection
    as-of; (2) last selection and last calibration + H + lag ≤ first test as-of, so the model, its choice and its
    calibration could all have existed on the first test day; (3) last test + H + lag ≤ training day; the three later
    periods are disjoint. Selection, test and replay are weekly Mondays, the rest every `step_days`. Without room for
    training only test and replay are laid (for the scorecard); without room for these either, nothing is.
    """
    wanted = wanted or Wanted()
    gap = timedelta(days=horizon_days + lag_days)
    step = timedelta(days=wanted.step_days)
    earliest = first_day + timedelta(days=wanted.history_days)
    last_test = _monday(known_on - gap)
    first_test = last_test - timedelta(weeks=wanted.test_weeks - 1)
    calibration = _backwards(first_test - gap, step, wanted.calibration_dates)
    last_selection = _monday(calibration[0] - timedelta(days=1))
    selection = _weekly(last_selection - timedelta(weeks=wanted.selection_weeks - 1), last_selection, 10_000)
    train = [day for day in _backwards(selection[0] - gap, step, wanted.train_dates) if day >= earliest]
    room = len(train) >= wanted.minimum_train_dates
    if not room:
        first_test = max(first_test, _monday(earliest + timedelta(days=6)))
    short = (
        f"データが足りません:{first_day}から{known_on}までの間に、学習・選択・較正・検証の期間"
        f"(見通し{horizon_days}日、反映の遅れ{lag_days}日)を重ならずに置けません。点数表だけを使えます。"
    )
    return Split(
        "temporal",
        known_on,
        horizon_days,
        lag_days,
        train=tuple(train) if room else (),
        selection=selection if room else (),
        calibration=tuple(calibration) if room else (),
        test=_weekly(first_test, last_test, wanted.test_weeks),
        replay=_weekly(first_test, known_on - timedelta(days=lag_days), wanted.replay_weeks),
        notes=() if room else (short,),
    )


def ready_on(first_day: date, lag_days: int, wanted: Wanted | None = None) -> date:
    """The first training day for which `plan` lays anything: a week to replay, with its history and its posting lag."""
    history = timedelta(days=(wanted or Wanted()).history_days + 6)
    return _monday(first_day + history) + timedelta(days=lag_days)


def with_history(since: Mapping[str, date], lay: Callable[[date], Split]) -> Split:
    """The split of the most sources that have been delivered long enough to learn from; the others are left out.

    In: source → the day on which it was first taken in; `lay`: the split when the first day is this one. Where no set
    of sources leaves room for training, the split is that of all of them: a scorecard needs no history of a source.
    """
    for first in sorted(set(since.values()), reverse=True):
        laid = lay(first)
        if laid.enough:
            return without_new(laid, since, first)
    return lay(max(since.values()))


def without_new(laid: Split, since: Mapping[str, date], first: date) -> Split:
    """The split without the sources that were first taken in after `first`."""
    return replace(laid, too_new={source: day for source, day in sorted(since.items()) if day > first})


def single_cohort(as_of: date, known_on: date, horizon_days: int, lag_days: int) -> Split:
    """One as-of date, validated by declared 5-fold household cross-validation; never signable for lists."""
    note = f"単一時点のデータです:世帯単位の{FOLDS}分割交差検証のみで、名簿用には署名できません。"
    return Split("single_cohort", known_on, horizon_days, lag_days, train=(as_of,), notes=(note,))


@dataclass(frozen=True)
class Yearly:
    """One as-of date a year: the day (month, day), and how many of the newest years test and select
    (config/training.yaml)."""

    month: int = 6
    day: int = 1
    tests: int = 3
    selections: int = 1
    history_days: int = 730


def yearly(first_day: date, known_on: date, horizon_days: int, lag_days: int, wanted: Yearly | None = None) -> Split:
    """One as-of date a year, for bills and campaigns that come once a year.

    `first_day`: first day with data of every source used; the first as-of date has `history_days` behind it. The newest
    mature years test, the years before them select (learnt from the years before these), and the chosen learner is
    learnt again from training and selection years together. Before each period lies H + lag, as in `plan`. Without room
    for a training year nothing is trained. No leads, no calibration: it orders a yearly campaign and nothing else.
    """
    wanted = wanted or Yearly()
    gap = timedelta(days=horizon_days + lag_days)
    earliest = first_day + timedelta(days=wanted.history_days)
    days = [date(year, wanted.month, wanted.day) for year in range(earliest.year, known_on.year + 1)]
    days = [day for day in days if earliest <= day and day + gap <= known_on]
    test = days[-wanted.tests :]
    before = [day for day in days if test and day + gap <= test[0]]
    selection = before[-wanted.selections :]
    train = [day for day in before if selection and day + gap <= selection[0]]
    note = "年に一度の基準日です:早さは測れず、較正もしていません。訪問リスト用には署名できません。"
    short = (
        f"データが足りません:{first_day}から{known_on}までに、学習・選択・検証の年を置けません。点数表だけを使えます。"
    )
    return Split(
        "yearly",
        known_on,
        horizon_days,
        lag_days,
        train=tuple(train),
        selection=tuple(selection) if train else (),
        test=tuple(test),
        notes=(note,) if train else (note, short),
    )


def folds(groups: Sequence[str], seed: int, count: int = FOLDS) -> npt.NDArray[np.int64]:
    """The declared fold (0 … count−1) of each row, by hash of its group (the household_key, or the key that identical
    rows share), so that rows of one group never part. Same seed, same folds, whatever the order of rows."""
    prefix = f"fold|{seed}|".encode()
    return np.array(
        [int.from_bytes(hashlib.sha256(prefix + group.encode()).digest()[:8], "big") % count for group in groups],
        dtype=np.int64,
    )


def duplicate_groups(keys: Sequence[str], rows: npt.NDArray[np.float32]) -> list[str]:
    """Per row the smallest key among the rows with identical features, so that duplicates stay in one fold."""
    first: dict[bytes, str] = {}
    packed = [row.tobytes() for row in np.ascontiguousarray(rows)]
    for key, row in zip(keys, packed, strict=True):
        first[row] = min(key, first.get(row, key))
    return [first[row] for row in packed]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _backwards(last: date, step: timedelta, count: int) -> list[date]:
    return sorted(last - step * index for index in range(count))


def _weekly(first: date, last: date, at_most: int) -> tuple[date, ...]:
    weeks = min(at_most, (last - first).days // 7 + 1)
    return tuple(first + timedelta(weeks=index) for index in range(max(weeks, 0)))
