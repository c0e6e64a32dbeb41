"""The ceiling: boosting without restrictions, trained beside the tables and never shipped.

It shows the price of being explainable. It is free in shape (no directions, any interaction),
but sees the same filled values as the others: using visibility as a predictor is not a freedom
that is up for a price (METHODS §3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.learners.assembly import Labels, check_labels, one_thread
from models.matrix import Floats, Matrix, Spec, filled, least_values
from models.shap_check import Attribution, interventional, path_dependent


@dataclass(frozen=True)
class CeilingSettings:
    """Trees, learning rate, leaves per tree, rows per leaf, seed of the unrestricted boosting."""

    trees: int = 150
    learning_rate: float = 0.05
    leaves: int = 31
    rows_per_leaf: int = 20
    seed: int = 0


@dataclass(frozen=True)
class Ceiling:
    """The fitted estimator; there is no way from here to a `Model`."""

    estimator: Any
    specs: tuple[Spec, ...]
    least: Floats
    settings: Mapping[str, Any]

    def margins(self, x: Matrix) -> Floats:
        """Log-odds, float64[n]."""
        return np.asarray(self.estimator.decision_function(self.sees(x)), dtype=np.float64)

    def sees(self, x: Matrix) -> Floats:
        """The values it was given for `x`: what is not visible as at its fit."""
        return filled(x, self.specs, self.least)


@dataclass(frozen=True)
class CeilingExplained:
    """Both ways of explaining the ceiling, float64[n, k], and where their top reasons differ.

    `methods_differ`: rows whose top reason (largest phi) differs between the two ways;
    `tables_differ`: rows whose interventional top reason differs from the table's; of `rows`.
    """

    interventional: Attribution
    path_dependent: Attribution
    rows: int
    methods_differ: int
    tables_differ: int


def fit_ceiling(
    x: Matrix, y: Labels, weight: Floats | None, specs: Sequence[Spec], settings: CeilingSettings | None = None
) -> Ceiling:
    """Fit the unrestricted boosting on one thread. Raises `CannotLearn` with one class only."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    check_labels(x, y, weight)
    chosen = settings or CeilingSettings()
    estimator = HistGradientBoostingClassifier(
        max_iter=chosen.trees,
        learning_rate=chosen.learning_rate,
        max_leaf_nodes=chosen.leaves,
        min_samples_leaf=chosen.rows_per_leaf,
        early_stopping=False,
        random_state=chosen.seed,
    )
    with one_thread():
        estimator.fit(filled(x, specs), y, sample_weight=weight)
    return Ceiling(estimator, tuple(specs), least_values(x, specs), asdict(chosen))


def explain_ceiling(
    ceiling: Ceiling, x: Matrix, background: Matrix, table_contributions: Mapping[str, Floats]
) -> CeilingExplained:
    """Explain rows of `x` both ways and compare top reasons with a table's.

    `table_contributions`: `scoring.contribution_arrays(model, x)`; its pairs are left out, as the
    ceiling's interactions have no column either. Cost grows with rows × background rows.
    """
    rows = ceiling.sees(x)
    one = interventional(ceiling.estimator, rows, ceiling.sees(background))
    other = path_dependent(ceiling.estimator, rows)
    table = np.column_stack([table_contributions[spec.name] for spec in ceiling.specs])
    top = one.phi.argmax(axis=1)
    return CeilingExplained(
        interventional=one,
        path_dependent=other,
        rows=x.rows,
        methods_differ=int(np.count_nonzero(top != other.phi.argmax(axis=1))),
        tables_differ=int(np.count_nonzero(top != table.argmax(axis=1))),
    )
