"""The numbers looked up are Shapley values: enumerated, compared with shap, shared out over pairs."""

import itertools
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from learning_data import NAMES, SPECS, made_up

from models import shap_check
from models.background import with_background
from models.ceiling import CeilingSettings, explain_ceiling, fit_ceiling
from models.learners import boosting, ebm
from models.matrix import Floats, Matrix, Spec
from models.players import domain_values, shapley
from models.scoring import SumCheckFailed, contribution_arrays, margins
from models.shap_check import ShapDisagrees, disagreement, interventional, path_dependent
from models.table import Model, Pair, closed_grid, term

DOMAINS = {"bills": "money", "kept": "ties", "days": "money", "flags": "ties", "never": "home"}


def enumerated(model: Model, row: Floats, cohort: Matrix) -> list[float]:
    """Interventional Shapley values by their definition: all coalitions, all background rows."""
    k = len(NAMES)
    worth: dict[frozenset[int], float] = {}
    for size in range(k + 1):
        for known in itertools.combinations(range(k), size):
            mixed = cohort.values.copy()
            mixed[:, list(known)] = row[list(known)]
            worth[frozenset(known)] = math.fsum(margins(model, Matrix(cohort.keys, NAMES, mixed))) / cohort.rows
    values = []
    for j in range(k):
        others = [i for i in range(k) if i != j]
        total = 0.0
        for size in range(k):
            weight = math.factorial(size) * math.factorial(k - size - 1) / math.factorial(k)
            total += weight * sum(
                worth[frozenset(s) | {j}] - worth[frozenset(s)]
                for s in map(frozenset, itertools.combinations(others, size))
            )
        values.append(total)
    return values


@pytest.fixture(scope="module")
def data() -> Any:
    """Training data, a model with pairs, a small cohort."""
    x, y, weight = made_up(1200)
    model = ebm.fit(x, y, weight, SPECS, ebm.EbmSettings(bags=2, rounds=200))
    return x, y, model


def test_values_are_the_enumerated_shapley_values(data: tuple[Matrix, Any, Model]) -> None:
    """To 1e-9, hidden values included; a feature nobody uses gets exactly 0."""
    x, _, model = data
    assert model.pairs
    cohort = x.take(np.arange(40))
    measured = with_background(model, cohort)
    rows = x.take(np.arange(100, 112))
    assert np.isnan(rows.values).any()
    ours = shapley(measured, rows)
    for i in range(rows.rows):
        expected = enumerated(measured, rows.values[i], cohort)
        assert [ours[name][i] for name in NAMES] == pytest.approx(expected, abs=1e-9)
    assert not ours["never"].any()


def test_an_additive_model_needs_no_sharing_out(data: tuple[Matrix, Any, Model]) -> None:
    """Without pairs, contributions are the Shapley values themselves."""
    x, y, _ = data
    model = boosting.fit(x, y, None, SPECS, boosting.BoostingSettings(trees=30))
    for name, values in contribution_arrays(model, x).items():
        assert np.array_equal(values, shapley(model, x)[name])


def test_twins_get_the_same() -> None:
    """Two features with the same function, background and value; also through a symmetric pair."""
    terms = tuple(term(name, 1, (0.5,), (0.0, 0.7)) for name in ("a", "b"))
    grid = closed_grid(((0.0, 0.0), (0.0, 0.5)))
    model = Model(0.0, terms, (Pair("a", "b", (0.5,), (0.5,), grid),), {"a": "h", "b": "h"}, None, None)
    rng = np.random.default_rng(0)
    column = rng.integers(0, 2, 50).astype(np.float64)
    cohort = Matrix(
        pa.array([str(i) for i in range(100)]), ("a", "b"), np.column_stack([np.r_[column, 1 - column]] * 2)
    )
    values = shapley(with_background(model, cohort), cohort)
    assert np.array_equal(values["a"], values["b"])


def test_domains_add_up_and_the_domain_as_one_player_is_enumerated(data: tuple[Matrix, Any, Model]) -> None:
    """Σ value and Σ as_player are both margin - base; as_player is the Shapley value of the merged player."""
    x, _, model = data
    found = domain_values(model, x.take(np.arange(0, 200, 2)), DOMAINS).to_pylist()
    margin = dict(zip(x.keys.to_pylist()[0:200:2], margins(model, x)[0:200:2], strict=True))
    for key, expected in margin.items():
        mine = [row for row in found if row["household_key"] == key]
        assert sum(row["value"] for row in mine) == pytest.approx(expected - model.base, abs=1e-9)
        assert sum(row["as_player"] or 0.0 for row in mine) == pytest.approx(expected - model.base, abs=1e-9)
    across = {pair.name for pair in model.pairs if DOMAINS[pair.a] != DOMAINS[pair.b]}
    assert across and across <= {row["domain"] for row in found}
    assert all(row["as_player"] is None for row in found if row["domain"] in across)
    signs = {row["differs"] for row in found if row["as_player"] is not None}
    assert all(
        row["differs"] == (np.sign(row["value"]) != np.sign(row["as_player"]))
        for row in found
        if row["as_player"] is not None
    )
    assert signs <= {True, False}


def test_shap_agrees_with_the_table(data: tuple[Matrix, Any, Model]) -> None:
    """On the fitted boosting, interventional with all of the same background: within 1e-5."""
    x, y, _ = data
    settings = boosting.BoostingSettings(trees=60)
    fitted = boosting.estimate(x, y, None, SPECS, settings)
    model = boosting.fit(x, y, None, SPECS, settings)
    background, rows = x.take(np.arange(300)), x.take(np.arange(300, 500))
    assert disagreement(model, fitted, rows, background, SPECS) < 1e-6
    other = boosting.fit(x, 1 - y, None, SPECS, settings)
    with pytest.raises(ShapDisagrees):
        disagreement(other, fitted, rows, background, SPECS)


def test_path_dependent_agrees_on_an_unweighted_fit(data: tuple[Matrix, Any, Model]) -> None:
    """Centred on the training rows both ways of shap are the table's contributions."""
    x, y, _ = data
    visible = Matrix(x.keys, x.names, np.nan_to_num(x.values, nan=0.0))
    fitted = boosting.estimate(visible, y, None, SPECS, boosting.BoostingSettings(trees=60))
    model = boosting.fit(visible, y, None, SPECS, boosting.BoostingSettings(trees=60))
    found = path_dependent(fitted.estimator, visible.values)
    ours = contribution_arrays(model, visible)
    assert np.abs(np.column_stack([ours[name] for name in NAMES]) - found.phi).max() < 1e-5
    assert found.base == pytest.approx(model.base, abs=1e-5)


def test_shap_with_values_it_cannot_hold_is_caught() -> None:
    """float64 features that float32 rounds over a threshold: the sum check stops, shap itself does not."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(800, 2))
    y = (values.sum(axis=1) > 0).astype(np.int64)
    from sklearn.ensemble import HistGradientBoostingClassifier

    estimator = HistGradientBoostingClassifier(max_iter=60, max_bins=255, min_samples_leaf=2).fit(values, y)
    with pytest.raises(SumCheckFailed):
        interventional(estimator, values, values[:100])


def test_the_ceiling_is_explained_both_ways_and_compared(data: tuple[Matrix, Any, Model]) -> None:
    """It sees filled values, its sums hold to 1e-6, and the rows that disagree are counted."""
    x, y, model = data
    ceiling = fit_ceiling(x, y, None, SPECS, CeilingSettings(trees=40))
    rows, background = x.take(np.arange(200)), x.take(np.arange(200, 300))
    explained = explain_ceiling(ceiling, rows, background, contribution_arrays(model, rows))
    margin = ceiling.margins(rows)
    for found in (explained.interventional, explained.path_dependent):
        assert np.abs(found.base + found.phi.sum(axis=1) - margin).max() <= 1e-6
    assert explained.rows == 200
    assert 0 <= explained.methods_differ <= 200 and 0 < explained.tables_differ < 200
    assert not isinstance(ceiling, Model)
    for at in np.flatnonzero(np.isnan(x.column("kept"))):  # alone as among others
        assert ceiling.margins(x.take(np.array([at])))[0] == ceiling.margins(x)[at]


def test_shap_is_given_the_whole_background() -> None:
    """A bare array would silently be cut to 100 rows."""
    rng = np.random.default_rng(0)
    x, y, _ = made_up(600, seed=3)
    fitted = boosting.estimate(x, y, None, SPECS, boosting.BoostingSettings(trees=10))
    values = np.nan_to_num(x.values)
    base = interventional(fitted.estimator, values[:5], values[rng.permutation(600)]).base
    assert base == pytest.approx(fitted.decision(values).mean(), abs=1e-6)


def test_specs_come_from_declared_features() -> None:
    """Name, direction, bins and definition hash."""
    from features.definitions import FEATURES

    feature = next(iter(FEATURES.values()))
    assert Spec.of(feature) == Spec(feature.name, feature.direction, feature.bins, feature.hash)
    assert shap_check.AGREEMENT == 1e-5
