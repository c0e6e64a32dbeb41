"""Ranking and calibration figures, with expected values over ties (METHODS §4, §5).

Whether there is enough to tell anything is decided by distinct households with a crisis, not by their dates: a
household in crisis is positive on each of the dates before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.intervals import (
    CANNOT_TELL_BELOW,
    SEED,
    CannotTell,
    Codes,
    Estimate,
    Figure,
    Floats,
    Z,
    by_cluster,
    ratio,
    resamples,
    wilson,
)

__all__ = [
    "CannotTell", "Estimate", "Figure", "auc", "average_precision", "calibration_error", "calibration_line", "distinct",
    "expected_inclusion", "fewest", "inclusion_by_date", "observed_to_expected", "precision_at_k", "recall_at_k",
]  # fmt: skip

Mask = npt.NDArray[np.bool_]
BINS = 10


def distinct(households: Codes, rows: Mask) -> int:
    """Distinct households among the rows: one household's many dates are one case (METHODS §6)."""
    return len(np.unique(households[rows]))


def fewest(households: Codes, label: Mask) -> int:
    """Distinct households with a crisis, or with a row without one, whichever are fewer: what learning, calibrating and
    ordering rest on."""
    return min(distinct(households, label), distinct(households, ~label))


def expected_inclusion(score: Floats, slots: int) -> Floats:
    """The probability that each row is among the `slots` highest scores when ties are broken by lot."""
    n = len(score)
    if slots >= n:
        return np.ones(n)
    if slots <= 0:
        return np.zeros(n)
    cut = np.partition(score, n - slots)[n - slots]
    above, tied = score > cut, score == cut
    return above + tied * ((slots - above.sum()) / tied.sum())


def inclusion_by_date(score: Floats, dates: Codes, slots: int) -> Floats:
    """`expected_inclusion` for each as-of date by itself."""
    out = np.zeros(len(score))
    for day in np.unique(dates):
        here = dates == day
        out[here] = expected_inclusion(score[here], slots)
    return out


def precision_at_k(
    inclusion: Floats, label: Mask, judged: Mask, clusters: Mapping[str, Codes], *, made_up: bool
) -> Estimate:
    """Positives among the listed rows that can be judged (n = such rows, expected over ties)."""
    listed = inclusion * judged
    positives = distinct(clusters["household"], label & judged)
    return ratio(listed * label, listed, clusters, positives=positives, made_up=made_up)


def recall_at_k(
    inclusion: Floats, label: Mask, judged: Mask, clusters: Mapping[str, Codes], *, made_up: bool
) -> Estimate:
    """Share of the positives that can be judged which are listed (n = positive household-dates)."""
    positive = (label & judged).astype(np.float64)
    positives = distinct(clusters["household"], label & judged)
    return ratio(inclusion * positive, positive, clusters, positives=positives, made_up=made_up)


def _placements(score: Floats, label: Mask) -> tuple[Floats, Floats]:
    """Per positive the share of negatives below it, per negative the share of positives above it; ties count half."""

    def below(sorted_values: Floats, x: Floats) -> Floats:
        left, right = np.searchsorted(sorted_values, x, "left"), np.searchsorted(sorted_values, x, "right")
        return (left + right) / (2.0 * len(sorted_values))

    positive, negative = np.sort(score[label]), np.sort(score[~label])
    return below(negative, score[label]), 1.0 - below(positive, score[~label])


def auc(score: Floats, label: Mask, households: Codes, *, made_up: bool) -> Estimate:
    """Area under the ROC curve with Obuchowski's interval for clustered rows, on the logit scale."""
    cases = fewest(households, label)
    if cases < CANNOT_TELL_BELOW:
        return CannotTell(len(label), cases, made_up)
    value, error = _area(_placements(score, label), label, households)
    if min(value, 1 - value) < 1e-9:
        # With as few households as can be told at all: the interval of the real number would say what that is.
        low, high = wilson(round(value), CANNOT_TELL_BELOW)
        return Figure(value, min(low, value), max(high, value), len(label),
                      f"Wilson on {CANNOT_TELL_BELOW} households (no pair in the other order)", made_up)  # fmt: skip
    inside = min(max(value, 1e-6), 1 - 1e-6)
    centre, reach = np.log(inside / (1 - inside)), Z * error / (inside * (1 - inside))
    low, high = (1 / (1 + np.exp(-x)) for x in (centre - min(reach, 20), centre + min(reach, 20)))
    return Figure(
        value, min(float(low), value), max(float(high), value), len(label), "Obuchowski, by household", made_up
    )


def auc_difference(first: Floats, second: Floats, label: Mask, households: Codes, *, made_up: bool) -> Estimate:
    """AUC of `first` minus AUC of `second` on the same rows, with Obuchowski's interval for the paired difference.

    Source: DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44; clustered as in Obuchowski (1997), Biometrics 53.
    """
    cases = fewest(households, label)
    if cases < CANNOT_TELL_BELOW:
        return CannotTell(len(label), cases, made_up)
    one, other = _placements(first, label), _placements(second, label)
    value, error = _area((one[0] - other[0], one[1] - other[1]), label, households)
    return Figure(value, value - Z * error, value + Z * error, len(label), "paired; Obuchowski, by household", made_up)


def _area(placed: tuple[Floats, Floats], label: Mask, households: Codes) -> tuple[float, float]:
    """Mean placement and its clustered standard error; `placed`: of positives and of negatives (or differences)."""
    of_positive, of_negative = placed
    value = float(of_positive.mean())
    influence = np.zeros(len(label))
    influence[label] = (of_positive - value) / len(of_positive)
    influence[~label] = (of_negative - value) / len(of_negative)
    sums = by_cluster(households, influence)[:, 0]
    return value, max(float(np.sqrt((sums**2).sum())), 1.0 / (2.0 * len(label)))


def average_precision(
    score: Floats, label: Mask, households: Codes, *, made_up: bool, draws: int = 200, seed: int = SEED
) -> Estimate:
    """Σ (recall step × precision), tied scores taken as one step; household bootstrap."""
    positives = distinct(households, label)
    if positives < CANNOT_TELL_BELOW:
        return CannotTell(len(label), positives, made_up)
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.nonzero(np.diff(score[order]))[0], len(order) - 1)
    _, codes = np.unique(households, return_inverse=True)
    codes, hit = codes[order], label[order].astype(np.float64)

    def precision_area(weight: Floats) -> float:
        listed, hits = np.cumsum(weight)[ends], np.cumsum(weight * hit)[ends]
        precision = np.divide(hits, listed, out=np.zeros_like(hits), where=listed > 0)
        return float((np.diff(hits, prepend=0.0) * precision).sum() / hits[-1]) if hits[-1] else 0.0

    value = precision_area(np.ones(len(order)))
    drawn = [precision_area(row[codes].astype(np.float64)) for row in resamples(int(codes.max()) + 1, draws, seed)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Figure(value, min(float(low), value), max(float(high), value), len(label),
                  f"household bootstrap, {draws} draws", made_up)  # fmt: skip


def observed_to_expected(probability: Floats, label: Mask, clusters: Mapping[str, Codes], *, made_up: bool) -> Estimate:
    """Observed over expected positives; 1 = right on average."""
    positives = distinct(clusters["household"], label)
    if positives < CANNOT_TELL_BELOW:
        return CannotTell(len(label), positives, made_up)
    value = float(label.sum() / probability.sum())
    spread = (np.inf, -np.inf, "")
    for name, codes in clusters.items():
        sums = by_cluster(codes, label.astype(np.float64), probability)
        residual = sums[:, 0] - value * sums[:, 1]
        error = float(np.sqrt((residual**2).sum() * len(sums) / max(len(sums) - 1, 1)) / sums[:, 0].sum())
        low, high = value * np.exp(-Z * error), value * np.exp(Z * error)
        if high - low > spread[1] - spread[0]:
            spread = (float(low), float(high), name)
    return Figure(value, spread[0], spread[1], len(label), f"log scale, cluster-robust, by {spread[2]}", made_up)


@dataclass(frozen=True)
class Line:
    """A fitted logistic line: P(y) = 1 / (1 + exp(-(slope · x + intercept)))."""

    slope: float
    intercept: float
    x: Floats
    fitted: Floats
    information: Floats


def logistic_line(x: Floats, y: Floats, weight: Floats) -> Line:
    """The weighted maximum-likelihood line of y (0, 1 or a share between) on x, by Newton from slope 0.

    A ridge of 1e-6 keeps separable data finite. Deterministic: element-wise sums, no matrix product over rows.
    """
    centre, spread = float(np.average(x, weights=weight)), max(float(x.std()), 1e-12)
    design = np.stack([(x - centre) / spread, np.ones(len(x))], axis=1)
    mean = min(max(float(np.average(y, weights=weight)), 1e-9), 1 - 1e-9)
    beta = np.array([0.0, np.log(mean / (1 - mean))])
    for _ in range(100):
        fitted = 1 / (1 + np.exp(-np.clip((design * beta).sum(axis=1), -500, 500)))
        curvature = np.einsum("ni,n,nj->ij", design, weight * fitted * (1 - fitted), design, optimize=False)
        gradient = (design * (weight * (y - fitted))[:, None]).sum(axis=0) - 1e-6 * beta * [1, 0]
        step = np.linalg.solve(curvature + 1e-6 * np.eye(2), gradient)
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-12:
            break
    # Back to the scale of x; the information matrix is that of (slope, intercept) on that scale.
    slope = float(beta[0]) / spread
    plain = np.stack([x, np.ones(len(x))], axis=1)
    information = np.einsum("ni,n,nj->ij", plain, weight * fitted * (1 - fitted), plain, optimize=False)
    return Line(slope, float(beta[1]) - slope * centre, x, fitted, information + 1e-9 * np.eye(2))


def calibration_line(
    probability: Floats, label: Mask, households: Codes, *, made_up: bool
) -> tuple[Estimate, Estimate]:
    """(slope, intercept) of the labels on the logit of the probability; 1 and 0 = right. Household-robust intervals."""
    positives = distinct(households, label)
    if positives < CANNOT_TELL_BELOW or len(np.unique(probability)) < 2:
        nothing = CannotTell(len(label), positives, made_up)
        return nothing, nothing
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    y = label.astype(np.float64)
    fit = logistic_line(np.log(inside / (1 - inside)), y, np.ones(len(y)))
    design = np.stack([fit.x, np.ones(len(y))], axis=1)
    scores = by_cluster(households, *((design * (y - fit.fitted)[:, None]).T))
    bread = np.linalg.inv(fit.information)
    error = np.sqrt(np.diag(bread @ np.einsum("ci,cj->ij", scores, scores) @ bread))
    slope, intercept = (
        Figure(float(b), float(b - Z * e), float(b + Z * e), len(label), "household-robust sandwich", made_up)
        for b, e in zip((fit.slope, fit.intercept), np.maximum(error, 1e-6), strict=True)
    )
    return slope, intercept


def calibration_error(
    probability: Floats, label: Mask, households: Codes, *, made_up: bool, draws: int = 200, seed: int = SEED
) -> tuple[Estimate, Estimate]:
    """(ECE over ten bins of equal size, its no-miscalibration floor).

    The floor is what the same ECE would be if the probabilities were right: labels drawn from them. An ECE inside the
    floor's interval is no sign of miscalibration.
    """
    positives = distinct(households, label)
    if positives < CANNOT_TELL_BELOW:
        nothing = CannotTell(len(label), positives, made_up)
        return nothing, nothing
    order = np.argsort(probability, kind="stable")
    bins = np.empty(len(order), dtype=np.int64)
    bins[order] = np.arange(len(order)) * BINS // len(order)
    _, codes = np.unique(households, return_inverse=True)

    def error(weight: Floats, y: Floats) -> float:
        return float(np.abs(np.bincount(bins, weights=weight * (y - probability), minlength=BINS)).sum() / weight.sum())

    ones, y = np.ones(len(label)), label.astype(np.float64)
    rng = np.random.default_rng(seed)
    drawn = [error(row[codes].astype(np.float64), y) for row in resamples(int(codes.max()) + 1, draws, seed)]
    floor = [error(ones, (rng.random(len(y)) < probability).astype(np.float64)) for _ in range(draws)]
    value, middle = error(ones, y), float(np.median(floor))
    low, high = np.quantile(drawn, [0.025, 0.975])
    f_low, f_high = np.quantile(floor, [0.025, 0.975])
    return (
        Figure(value, min(float(low), value), max(float(high), value), len(y), "household bootstrap", made_up),
        Figure(
            middle,
            float(f_low),
            float(f_high),
            len(y),
            "labels drawn from the probabilities",
            made_up,
        ),
    )
