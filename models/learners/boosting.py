"""Boosting without interactions, collapsed to one step function per feature.

With `interaction_cst="no_interactions"` every tree splits on one feature, and with two leaves (a
stump) only once, so each step is chosen among all features anew. A feature's trees together are a
step function whose edges are all their thresholds (x ≤ threshold goes left, as in the table).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.learners.assembly import Labels, Parts, assemble, check_labels, one_thread, versions
from models.matrix import Floats, Matrix, Spec, filled
from models.table import Model, term


@dataclass(frozen=True)
class BoostingSettings:
    """Trees, learning rate, leaves per tree, rows per leaf, L2 penalty, seed."""

    trees: int = 600
    learning_rate: float = 0.05
    leaves: int = 2
    rows_per_leaf: int = 20
    penalty: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class FittedBoosting:
    """scikit-learn's HistGradientBoostingClassifier after its fit."""

    estimator: Any

    def decision(self, values: Floats) -> Floats:
        """Its own decision_function (log-odds)."""
        return np.asarray(self.estimator.decision_function(values), dtype=np.float64)

    def parts(self, specs: Sequence[Spec]) -> Parts:
        """Every tree evaluated once per interval of its feature, added in the order of the trees."""
        intercept = float(self.estimator._baseline_prediction.ravel()[0])
        trees: list[list[Any]] = [[] for _ in specs]
        for (predictor,) in self.estimator._predictors:
            splits = predictor.nodes[predictor.nodes["is_leaf"] == 0]
            features = set(splits["feature_idx"].tolist())
            if not features:
                intercept += float(predictor.nodes["value"][0])
            else:
                (feature,) = features  # two features in a tree would be an interaction
                trees[feature].append(predictor.nodes)
        return Parts(intercept, tuple(_collapse(spec, nodes) for spec, nodes in zip(specs, trees, strict=True)))


def _collapse(spec: Spec, trees: Sequence[Any]) -> Any:
    thresholds = [nodes["num_threshold"][nodes["is_leaf"] == 0] for nodes in trees]
    edges = np.unique(np.concatenate(thresholds)) if thresholds else np.empty(0)
    # An interval's right end belongs to it, so it can stand for it; beyond the last edge, infinity.
    stands_for = np.append(edges, np.inf)
    values = np.zeros(len(stands_for))
    for nodes in trees:
        values += _evaluate(nodes, stands_for)
    return term(spec.name, spec.direction, tuple(map(float, edges)), tuple(map(float, values)))


def _evaluate(nodes: Any, x: Floats) -> Floats:
    at = np.zeros(len(x), dtype=np.int64)
    for _ in range(int(nodes["depth"].max())):
        here = nodes[at]
        down = np.where(x <= here["num_threshold"], here["left"], here["right"]).astype(np.int64)
        at = np.where(here["is_leaf"] == 1, at, down)
    return np.asarray(nodes["value"][at], dtype=np.float64)


def estimate(
    x: Matrix, y: Labels, weight: Floats | None, specs: Sequence[Spec], settings: BoostingSettings
) -> FittedBoosting:
    """Fit with monotone directions and no interactions, on one thread, without early stopping."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    estimator = HistGradientBoostingClassifier(
        max_iter=settings.trees,
        learning_rate=settings.learning_rate,
        max_leaf_nodes=settings.leaves,
        min_samples_leaf=settings.rows_per_leaf,
        l2_regularization=settings.penalty,
        monotonic_cst=[spec.direction for spec in specs],
        interaction_cst="no_interactions",
        early_stopping=False,
        random_state=settings.seed,
    )
    with one_thread():
        estimator.fit(filled(x, specs), y, sample_weight=weight)
    return FittedBoosting(estimator)


def fit(
    x: Matrix,
    y: Labels,
    weight: Floats | None,
    specs: Sequence[Spec],
    settings: BoostingSettings | None = None,
    config_digest: str = "",
) -> Model:
    """Learn the table (see the package's docstring). Raises `CannotLearn` with one class only."""
    check_labels(x, y, weight)
    chosen = settings or BoostingSettings()
    fitted = estimate(x, y, weight, specs, chosen)
    learned = {"learner": "boosting", "settings": asdict(chosen), "libraries": versions("scikit-learn", "numpy")}
    return assemble(fitted, x, y, weight, specs, learned, config_digest)
