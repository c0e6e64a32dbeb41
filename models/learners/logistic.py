"""Logistic regression on the declared bins, learnt as a table.

Thermometer coding: one 0/1 column per edge, «x is above it», so a coefficient is the height of
one step. A step against the declared direction is dropped and the rest refitted until none is
left (active set), so what remains is monotone and still a maximum of its likelihood.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.learners.assembly import Labels, Parts, assemble, check_labels, one_thread, versions
from models.matrix import Floats, Matrix, Spec, filled
from models.table import Model, term


@dataclass(frozen=True)
class LogisticSettings:
    """`strength`: inverse of the L2 penalty; iterations and tolerance of lbfgs."""

    strength: float = 1.0
    iterations: int = 1000
    tolerance: float = 1e-8


@dataclass(frozen=True)
class FittedLogistic:
    """The estimator over `steps`: (feature number, edge), one design column each."""

    estimator: Any
    steps: tuple[tuple[int, float], ...]

    def decision(self, values: Floats) -> Floats:
        """sklearn's decision_function on the thermometer columns."""
        return np.asarray(self.estimator.decision_function(thermometer(values, self.steps)), dtype=np.float64)

    def parts(self, specs: Sequence[Spec]) -> Parts:
        """Heights of the steps, added up from the left."""
        heights = self.estimator.coef_[0][: len(self.steps)]  # without steps: one column of zeros
        terms = []
        for j, spec in enumerate(specs):
            mine = [(edge, float(h)) for (i, edge), h in zip(self.steps, heights, strict=True) if i == j]
            values = [0.0]
            for _, height in mine:
                values.append(values[-1] + height)
            terms.append(term(spec.name, spec.direction, tuple(edge for edge, _ in mine), tuple(values)))
        return Parts(float(self.estimator.intercept_[0]), tuple(terms))


def thermometer(values: Floats, steps: Sequence[tuple[int, float]]) -> Floats:
    """float64[n, steps]: 1 where the value is above the edge, else 0; one zero column without steps."""
    columns = [(values[:, j] > edge).astype(np.float64) for j, edge in steps]
    return np.column_stack(columns) if columns else np.zeros((len(values), 1))


def estimate(
    x: Matrix, y: Labels, weight: Floats | None, specs: Sequence[Spec], settings: LogisticSettings
) -> FittedLogistic:
    """Fit and refit without the steps that went against their direction."""
    from sklearn.linear_model import LogisticRegression

    values = filled(x, specs)
    steps = [(j, edge) for j, spec in enumerate(specs) for edge in spec.bins if _splits(values[:, j], edge)]
    estimator = LogisticRegression(
        C=settings.strength, solver="lbfgs", max_iter=settings.iterations, tol=settings.tolerance
    )
    with one_thread():
        while True:
            estimator.fit(thermometer(values, steps), y, sample_weight=weight)
            signs = [specs[j].direction for j, _ in steps]
            kept = [s for s, sign, h in zip(steps, signs, estimator.coef_[0], strict=False) if sign * h >= 0]
            if len(kept) == len(steps):
                return FittedLogistic(estimator, tuple(steps))
            steps = kept


def fit(
    x: Matrix,
    y: Labels,
    weight: Floats | None,
    specs: Sequence[Spec],
    settings: LogisticSettings | None = None,
    config_digest: str = "",
) -> Model:
    """Learn the table (see the package's docstring). Raises `CannotLearn` with one class only."""
    check_labels(x, y, weight)
    chosen = settings or LogisticSettings()
    fitted = estimate(x, y, weight, specs, chosen)
    learned = {"learner": "logistic", "settings": asdict(chosen), "libraries": versions("scikit-learn", "numpy")}
    return assemble(fitted, x, y, weight, specs, learned, config_digest)


def _splits(column: Floats, edge: float) -> bool:
    above = int(np.count_nonzero(column > edge))
    return 0 < above < len(column)
