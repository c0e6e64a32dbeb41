"""Would the reasons be the same had we learnt from other households?

The model is refitted on household-bootstrap samples; each refit is measured against the shipped
model's own background, so its contributions answer the same question.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.background import with_background
from models.learners.assembly import households
from models.matrix import Floats, Matrix
from models.scoring import contribution_arrays
from models.table import Model, ModelRefused

TOP_SIGN = 5  # a reason must be among so many largest |contributions| of a refit
TOP_JACCARD = 3


@dataclass(frozen=True)
class Stability:
    """`table`: household_key, feature, refits, positive, top5 (counts of refits, int64), of features that were among
    the top five of any refit.

    `jaccard`: household_key, jaccard (mean over refits of |∩|/|∪| of the top 3), baseline (two
    random top 3), above_baseline. `refits`: how many.
    """

    table: pa.Table
    jaccard: pa.Table
    refits: int


def bootstrap_rows(keys: pa.Array, seed: int) -> NDArray[np.int64]:
    """Row numbers of one household bootstrap: as many households as there are, with all their rows."""
    household = households(keys)
    n = int(household.max()) + 1
    drawn = np.bincount(np.random.default_rng(seed).integers(0, n, n), minlength=n)
    return np.repeat(np.arange(len(household)), drawn[household])


def stability(
    model: Model, refit: Callable[[int], Model], x: Matrix, background: Matrix | None, refits: int = 100
) -> Stability:
    """Refit `refits` times (`refit(seed)`, seeds 0, 1, …) and count what stays, per household of x.

    `background`: the cohort the shipped model was measured against; None when model and refits were measured against
    it already (as they are published). A refit that fails raises.
    """
    names = list(model.names)
    positive = np.zeros((x.rows, len(names)), dtype=np.int64)
    top5 = np.zeros_like(positive)
    overlaps = np.zeros((x.rows, TOP_JACCARD + 1), dtype=np.int64)

    def measured(one: Model) -> Model:
        if background is not None:
            return with_background(one, background)
        if one.background is None or one.background != model.background:
            raise ModelRefused("モデルと再学習の背景が違います。同じ世帯の集まりに合わせてから比べてください。")
        return one

    ours = contribution_arrays(measured(model), x)
    for seed in range(refits):
        theirs = contribution_arrays(measured(refit(seed)), x)
        universe = list(dict.fromkeys([*names, *ours, *theirs]))
        phi = _wide(theirs, universe)
        positive += phi[:, : len(names)] > 0
        top5 += _top(phi, TOP_SIGN)[:, : len(names)]
        common = (_top(phi, TOP_JACCARD) & _top(_wide(ours, universe), TOP_JACCARD)).sum(axis=1)
        overlaps[np.arange(x.rows), common] += 1
    table = _table(x, names, refits, positive, top5)
    return Stability(table, _jaccard(x, overlaps, refits, len(model.columns)), refits)


def certain(model: Model, x: Matrix) -> Stability:
    """For the scorecard: its points are given, not learnt, so stability is 1 by construction."""
    ours = contribution_arrays(model, x)
    positive = np.column_stack([ours[name] > 0 for name in model.names]).astype(np.int64)
    overlaps = np.zeros((x.rows, TOP_JACCARD + 1), dtype=np.int64)
    overlaps[:, min(TOP_JACCARD, len(model.columns))] = 1
    table = _table(x, list(model.names), 1, positive, np.ones_like(positive))
    return Stability(table, _jaccard(x, overlaps, 1, len(model.columns)), 1)


def random_jaccard(columns: int, top: int = TOP_JACCARD) -> float:
    """Expected |∩|/|∪| of two random sets of `top` out of `columns`."""
    size = min(top, columns)
    ways = [math.comb(size, i) * math.comb(columns - size, size - i) for i in range(size + 1)]
    return sum(w * i / (2 * size - i) for i, w in enumerate(ways)) / sum(ways)


def _wide(columns: Mapping[str, Floats], universe: list[str]) -> Floats:
    rows = len(next(iter(columns.values())))
    return np.column_stack([columns.get(name, np.zeros(rows)) for name in universe])


def _top(phi: Floats, k: int) -> NDArray[np.bool_]:
    # Stable: equal sizes keep declared order, so ties do not hang on the machine.
    order = np.argsort(-np.abs(phi), axis=1, kind="stable")[:, :k]
    mask = np.zeros(phi.shape, dtype=bool)
    np.put_along_axis(mask, order, True, axis=1)
    return mask


def _table(x: Matrix, names: list[str], refits: int, positive: NDArray[np.int64], top5: NDArray[np.int64]) -> pa.Table:
    row, column = np.nonzero(top5)
    return pa.table(
        {
            "household_key": x.keys.take(pa.array(row)),
            "feature": pa.array(names).take(pa.array(column)),
            "refits": pa.array(np.full(len(row), refits)),
            "positive": pa.array(positive[row, column]),
            "top5": pa.array(top5[row, column]),
        }
    )


def _jaccard(x: Matrix, overlaps: NDArray[np.int64], refits: int, columns: int) -> pa.Table:
    size = min(TOP_JACCARD, columns)
    total = np.zeros(x.rows)
    for common in range(1, size + 1):
        total += overlaps[:, common] * (common / (2 * size - common))
    baseline = random_jaccard(columns)
    mean = total / refits
    return pa.table(
        {
            "household_key": x.keys,
            "jaccard": pa.array(mean),
            "baseline": pa.array(np.full(x.rows, baseline)),
            "above_baseline": pa.array(mean - baseline),
        }
    )
