"""Intervals: households resampled with all their weeks, scores and lists held fixed (METHODS §6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

DRAWS: Final = 1000
SEED: Final = 20_260_401
LEVEL: Final = 0.95
Z: Final = 1.959963984540054
CANNOT_TELL_BELOW: Final = 30
WILSON_BELOW: Final = 50
END_COUNT: Final = 10
# Fewer clusters than this say nothing about the spread between clusters.
FEWEST_CLUSTERS: Final = 10
MADE_UP: Final = "架空データ"


@dataclass(frozen=True)
class Figure:
    """The only form in which a number leaves the room: a value with its interval, its n and how both were made.

    `n`: what was counted (rows of the denominator, events …). Raises ValueError on a missing, empty or zero-width
    interval, on a value outside it, on n < 1 and on numbers that are not finite.
    """

    value: float
    low: float
    high: float
    n: int
    method: str
    made_up: bool

    def __post_init__(self) -> None:
        if not all(isfinite(x) for x in (self.value, self.low, self.high)):
            raise ValueError("a figure needs a finite value and a finite interval")
        if self.n < 1 or not self.method:
            raise ValueError("a figure needs its n and the method of its interval")
        if not self.low < self.high:
            raise ValueError("an interval of zero width is no interval: use the upper bound of 0/n")
        if not self.low - 1e-9 <= self.value <= self.high + 1e-9:
            raise ValueError("the value of a figure lies outside its interval")

    def as_dict(self) -> dict[str, object]:
        """JSON-able, rounded so that the last bits of a machine do not show."""
        numbers = {name: float(f"{getattr(self, name):.8g}") for name in ("value", "low", "high")}
        return {**numbers, "n": self.n, "method": self.method, **mark(self.made_up)}


@dataclass(frozen=True)
class CannotTell:
    """What stands in a figure's place when there are too few positives to say anything."""

    n: int
    positives: int
    made_up: bool
    reason: str = f"該当する世帯が{CANNOT_TELL_BELOW}に満たないため、判断できません"

    def as_dict(self) -> dict[str, object]:
        """JSON-able; `value` is null on purpose. Small counts are not printed."""
        n, positives = (count if count >= END_COUNT else None for count in (self.n, self.positives))
        return {"value": None, "cannot_tell": self.reason, "n": n, "positives": positives, **mark(self.made_up)}


Estimate = Figure | CannotTell


def mark(made_up: bool) -> dict[str, object]:
    """Every figure from a made-up city carries the words in its JSON (METHODS §11)."""
    return {"made_up": made_up, "note": MADE_UP} if made_up else {"made_up": made_up}


@lru_cache(maxsize=8)
def resamples(clusters: int, draws: int = DRAWS, seed: int = SEED) -> npt.NDArray[np.uint16]:
    """How often each cluster is in each resample: draws × clusters, every row sums to `clusters` (multinomial)."""
    rng = np.random.default_rng([seed, clusters, draws])
    picks = rng.integers(0, clusters, size=(draws, clusters))
    picks += np.arange(draws)[:, None] * clusters
    return np.bincount(picks.ravel(), minlength=draws * clusters).reshape(draws, clusters).astype(np.uint16)


def resampled_sums(values: Floats, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Sums of the columns of `values` (clusters × columns) in every resample: draws × columns."""
    weights = resamples(len(values), draws, seed)
    # einsum without BLAS: the same bits whatever the number of threads.
    sums: Floats = np.einsum("dc,cv->dv", weights.astype(np.float64), values, optimize=False)
    return sums


def by_cluster(codes: Codes, *columns: Floats) -> Floats:
    """Sums of each column per cluster (clusters with nothing in any column left out): clusters × columns."""
    _, dense = np.unique(codes, return_inverse=True)
    sums: Floats = np.stack([np.bincount(dense, weights=column) for column in columns], axis=1).astype(np.float64)
    return sums[np.any(sums != 0, axis=1)]


def wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of n (n may be an effective size, not whole)."""
    centre, spread = share + Z * Z / (2 * n), Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _effective_n(share: float, sums: Floats) -> float:
    """n over the design effect of clustering; with nothing to estimate it from, as if members of a household were one.

    sums: clusters × (numerator, denominator).
    """
    n = float(sums[:, 1].sum())
    fully_alike = n * n / float((sums[:, 1] ** 2).sum())
    residual = sums[:, 0] - share * sums[:, 1]
    variance = float((residual**2).sum()) / (n * n) * len(sums) / max(len(sums) - 1, 1)
    if variance <= 0 or not 0 < share < 1:
        return fully_alike
    return min(n, max(1.0, share * (1 - share) / variance))


def _alike(sums: Floats) -> bool:
    """Whether every cluster has the same ratio, but for the last bits."""
    return float(np.ptp(sums[:, 0] / np.maximum(sums[:, 1], 1e-12))) < 1e-9


def _bounds(sums: Floats, share: float, scale: float, use_wilson: bool, draws: int, seed: int) -> tuple[float, float]:
    # Resampling a handful of clusters, or clusters that are all alike, would give an interval too narrow or empty.
    if use_wilson or len(sums) < FEWEST_CLUSTERS or _alike(sums):
        low, high = wilson(min(max(share / scale, 0.0), 1.0), _effective_n(share / scale, sums * [1 / scale, 1]))
        return low * scale, high * scale
    drawn = resampled_sums(sums, draws, seed)
    drawn = drawn[drawn[:, 1] > 0]
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def ratio(
    numerator: Floats,
    denominator: Floats,
    clusters: Mapping[str, Codes],
    *,
    positives: int,
    made_up: bool,
    scale: float = 1.0,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Estimate:
    """Σ numerator / Σ denominator with the widest interval over the clusterings given (household, area, week).

    One entry per row (household-date, event, listed slot); rows with denominator 0 do not count; each ratio lies in
    [0, scale]. `positives` = positives of the cohort: under 30 nothing is said; under 50, or with an end count
    under 10, Wilson on the design-effect-adjusted n, which for 0/n is its upper bound. Source: METHODS §6.
    """
    n = round(float(denominator.sum()))
    if positives < CANNOT_TELL_BELOW or n < 1:
        return CannotTell(n, positives, made_up)
    share = float(numerator.sum() / denominator.sum())
    ends = min(float(numerator.sum()) / scale, float(denominator.sum()) - float(numerator.sum()) / scale)
    use_wilson = positives < WILSON_BELOW or ends < END_COUNT
    best: tuple[float, float, str] | None = None
    for name, codes in clusters.items():
        sums = by_cluster(codes, numerator, denominator)
        if best is not None and (len(sums) < FEWEST_CLUSTERS or _alike(sums)):
            continue
        low, high = _bounds(sums, share, scale, use_wilson, draws, seed)
        if best is None or high - low > best[1] - best[0]:
            best = (low, high, name)
    if best is None:
        raise ValueError("at least one clustering is needed")
    how = "Wilson on the design-effect-adjusted n" if use_wilson else f"cluster bootstrap, {draws} draws"
    return Figure(share, min(best[0], share), max(best[1], share), n, f"{how}, by {best[2]}", made_up)


def difference(
    first: Floats,
    second: Floats,
    denominator: Floats,
    clusters: Mapping[str, Codes],
    *,
    positives: int,
    made_up: bool,
    scale: float = 1.0,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Estimate:
    """Σ (first − second) / Σ denominator, paired by row, with the widest interval over the clusterings.

    Where no row differs, the interval is ± the upper bound of 0/n × scale, never zero width. Under 50 positives, or
    when fewer than 10 clusters differ, the bootstrap is too narrow, and Student's t on the cluster sums is used.
    """
    n = round(float(denominator.sum()))
    if positives < CANNOT_TELL_BELOW or n < 1:
        return CannotTell(n, positives, made_up)
    gap = first - second
    value = float(gap.sum() / denominator.sum())
    if not gap.any():
        # Nothing differs, so nothing differs between clusters either: the first clustering says it all.
        clusters = dict([next(iter(clusters.items()))])
    best: tuple[float, float, str] | None = None
    for name, codes in clusters.items():
        sums = by_cluster(codes, gap, denominator)
        if best is not None and len(sums) < FEWEST_CLUSTERS:
            continue
        low, high, how = _difference_bounds(sums, value, scale, positives, draws, seed)
        if best is None or high - low > best[1] - best[0]:
            best = (low, high, f"{how}, by {name}")
    if best is None:
        raise ValueError("at least one clustering is needed")
    return Figure(value, min(best[0], value), max(best[1], value), n, f"paired; {best[2]}", made_up)


def _difference_bounds(
    sums: Floats, value: float, scale: float, positives: int, draws: int, seed: int
) -> tuple[float, float, str]:
    from scipy.stats import t

    total, clusters = float(sums[:, 1].sum()), len(sums)
    differing = int((sums[:, 0] != 0).sum())
    if differing == 0:
        reach = scale * wilson(0.0, total * total / float((sums[:, 1] ** 2).sum()))[1]
        return -reach, reach, "no row differs: upper bound of 0/n"
    if positives >= WILSON_BELOW and differing >= END_COUNT:
        drawn = resampled_sums(sums, draws, seed)
        drawn = drawn[drawn[:, 1] > 0]
        low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        if low < high:
            return float(low), float(high), f"cluster bootstrap, {draws} draws"
    residual = sums[:, 0] - value * sums[:, 1]
    error = sqrt(float((residual**2).sum()) * clusters / max(clusters - 1, 1)) / total
    # Degrees of freedom of the clusters that carry the difference: a handful of them is a handful of observations.
    reach = float(t.ppf((1 + LEVEL) / 2, max(differing - 1, 1))) * error
    reach = max(reach, scale * wilson(0.0, total)[1] / 2)
    return value - reach, value + reach, "Student's t on clusters"
