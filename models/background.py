"""Measure a model against a cohort: the background means that turn look-ups into contributions.

Means are counts × values added exactly (`math.fsum`), so the order of households cannot matter.
"""

import math
from dataclasses import replace

import numpy as np

from models.matrix import Matrix
from models.scoring import cells_of
from models.table import Background, Model, ModelRefused, Pair, Term


def with_background(model: Model, cohort: Matrix) -> Model:
    """The same model with means over `cohort` (unweighted, every row once) and its digest.

    Refits are compared with `with_background(refit, cohort_of_the_shipped_model)`, so every
    explanation has the same background.
    """
    if cohort.rows == 0:
        raise ModelRefused("背景の世帯が0件です。学習期間を確かめてください。")
    return replace(
        model,
        terms=tuple(_term(term, cohort) for term in model.terms),
        pairs=tuple(_pair(pair, cohort) for pair in model.pairs),
        background=Background(cohort.rows, cohort.digest),
    )


def _term(term: Term, cohort: Matrix) -> Term:
    cells = cells_of(term.edges, cohort.column(term.feature))
    counts = np.bincount(cells, minlength=len(term.cells))
    return replace(term, mean=_mean(term.cells, counts))


def _pair(pair: Pair, cohort: Matrix) -> Pair:
    rows, columns = pair.cells.shape
    a = cells_of(pair.edges_a, cohort.column(pair.a))
    b = cells_of(pair.edges_b, cohort.column(pair.b))
    counts_a, counts_b = np.bincount(a, minlength=rows), np.bincount(b, minlength=columns)
    together = np.bincount(a * columns + b, minlength=rows * columns)
    return replace(
        pair,
        mean=_mean(pair.cells.ravel(), together),
        given_a=tuple(_mean(row, counts_b) for row in pair.cells),
        given_b=tuple(_mean(column, counts_a) for column in pair.cells.T),
    )


def _mean(values: np.ndarray, counts: np.ndarray) -> float:
    total = math.fsum(float(v) * int(n) for v, n in zip(values, counts, strict=True) if n)
    return total / int(counts.sum()) + 0.0
