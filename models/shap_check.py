"""`shap` as the independent check of the tables.

shap's TreeExplainer works in float32 and does not check boosting by itself: estimators must be
fitted on values exact in float32 (`matrix.filled`), and every sum is checked here.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from models.background import with_background
from models.learners.boosting import FittedBoosting
from models.matrix import Floats, Matrix, Spec, filled
from models.scoring import TOLERANCE, SumCheckFailed, contribution_arrays
from models.table import Model

AGREEMENT = 1e-5


class ShapDisagrees(ArithmeticError):
    """The table's contributions are not what shap finds on its estimator."""


class Attribution(NamedTuple):
    """base + phi.sum(axis=1) = the estimator's margin (log-odds); phi float64[n, k]."""

    base: float
    phi: Floats


def interventional(estimator: Any, values: Floats, background: Floats) -> Attribution:
    """shap's interventional values of a boosting for filled values against all background rows."""
    import shap

    # Given a bare array, shap silently keeps 100 of its rows.
    masker = shap.maskers.Independent(background, max_samples=len(background))
    explainer = shap.TreeExplainer(estimator, masker, feature_perturbation="interventional")
    return _checked(estimator, explainer, values)


def path_dependent(estimator: Any, values: Floats) -> Attribution:
    """shap's path-dependent values (covers count rows: sample weights are not in them)."""
    import shap

    return _checked(estimator, shap.TreeExplainer(estimator, feature_perturbation="tree_path_dependent"), values)


def disagreement(model: Model, fitted: FittedBoosting, x: Matrix, background: Matrix, specs: Sequence[Spec]) -> float:
    """The largest |table contribution - shap| over rows and features, same background.

    `model`: the table of `fitted`. Raises `ShapDisagrees` above 1e-5. Rows must be seen through
    the same eyes as the fit, so not-visible values are filled in from `background` and `x` together.
    """
    whole = Matrix.stacked([background, x])
    values = filled(whole, specs)
    seen = Matrix(whole.keys, whole.names, values)
    cohort = seen.take(np.arange(background.rows))
    rows = seen.take(np.arange(background.rows, whole.rows))
    found = interventional(fitted.estimator, rows.values, cohort.values)
    columns = contribution_arrays(with_background(model, cohort), rows)
    ours = np.column_stack([columns[spec.name] for spec in specs])
    error = float(np.abs(ours - found.phi).max())
    if not error <= AGREEMENT:
        raise ShapDisagrees(f"shap と表の説明が一致しません(最大の差 {error:.1e}、許容 {AGREEMENT:.0e})。")
    return error


def _checked(estimator: Any, explainer: Any, values: Floats) -> Attribution:
    phi = np.asarray(explainer.shap_values(values, check_additivity=False), dtype=np.float64)
    base = float(np.ravel(explainer.expected_value)[-1])
    error = float(np.abs(base + phi.sum(axis=1) - estimator.decision_function(values)).max())
    if not error <= TOLERANCE:
        raise SumCheckFailed(
            f"shap の合計がスコアと一致しません(最大の差 {error:.1e})。入力を float32 にそろえてください。"
        )
    return Attribution(base, phi)
