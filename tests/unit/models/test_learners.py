"""Each way of learning ends in a table that says exactly what its estimator says."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from learning_data import NAMES, SPECS, everywhere, made_up

from models.learners import boosting, ebm, logistic
from models.learners.assembly import (
    CannotLearn,
    ConversionFailed,
    Parts,
    assemble,
    conversion_error,
    households,
)
from models.learners.grids import monotone_grid
from models.matrix import Matrix
from models.scoring import margins
from models.table import Model, canonical_json, model_hash

LEARNERS = [
    (logistic, logistic.LogisticSettings()),
    (boosting, boosting.BoostingSettings(trees=60)),
    (ebm, ebm.EbmSettings(bags=2, rounds=300)),
    (ebm, ebm.EbmSettings(bags=2, rounds=300, pairs=0)),
]
IDS = ["logistic", "boosting", "ebm with pairs", "ebm"]


@pytest.fixture(scope="module")
def data() -> Any:
    """One training table for all."""
    return made_up()


@pytest.fixture(scope="module")
def learned(data: Any) -> dict[str, Model]:
    """Every learner's model, fitted once with weights."""
    x, y, weight = data
    return {name: m.fit(x, y, weight, SPECS, s, "cfg") for name, (m, s) in zip(IDS, LEARNERS, strict=True)}


@pytest.mark.parametrize(("module", "settings"), LEARNERS, ids=IDS)
def test_the_table_is_the_estimator_everywhere(module: ModuleType, settings: Any, data: Any) -> None:
    """To 1e-9 on wide random values, on every edge and one float beside it."""
    x, y, weight = data
    fitted = module.estimate(x, y, weight, SPECS, settings)
    model = assemble(fitted, x, y, weight, SPECS, {}, "")
    edges = sorted(
        {e for t in model.terms for e in t.edges} | {e for p in model.pairs for e in (*p.edges_a, *p.edges_b)}
    )
    assert edges
    assert conversion_error(model, fitted, everywhere(edges, 3000, len(SPECS))) <= 1e-9


@pytest.mark.parametrize("name", IDS)
def test_fitting_twice_gives_the_same_bytes(name: str, data: Any, learned: dict[str, Model]) -> None:
    """Same inputs, same canonical JSON, same hash."""
    x, y, weight = data
    module, settings = dict(zip(IDS, LEARNERS, strict=True))[name]
    again = module.fit(x, y, weight, SPECS, settings, "cfg")
    assert canonical_json(again) == canonical_json(learned[name])
    other = module.fit(x, 1 - y, weight, SPECS, settings, "cfg")
    assert model_hash(other) != model_hash(again)


@pytest.mark.parametrize("name", IDS)
def test_what_is_learnt_obeys_the_directions_and_finds_the_signal(
    name: str, data: Any, learned: dict[str, Model]
) -> None:
    """More hardship never lowers, a protective fact never raises; events score higher on average."""
    x, y, _ = data
    model = learned[name]
    for spec in SPECS:
        worse = x.values.copy()
        worse[:, NAMES.index(spec.name)] += spec.direction
        up = margins(model, Matrix(x.keys, x.names, worse)) - margins(model, x)
        assert up[~np.isnan(x.column(spec.name))].min() >= -1e-12
    margin = margins(model, x)
    assert margin[y == 1].mean() > margin[y == 0].mean() + 0.3
    never = next(term for term in model.terms if term.feature == "never")
    assert never.values == (0.0,) or len(never.values) == 1


def test_the_interaction_is_found_by_the_pairs(learned: dict[str, Model]) -> None:
    """Bills and flags act together in the made-up city; the pair is among the eight."""
    assert "bills×flags" in {pair.name for pair in learned["ebm with pairs"].pairs}
    assert learned["ebm"].pairs == ()


def test_weights_count(data: Any) -> None:
    """A row with weight 2 is the same as the row given twice (logistic, to lbfgs tolerance)."""
    x, y, _ = data
    rows = np.arange(x.rows)
    twice = np.concatenate([rows, rows[: x.rows // 2]])
    weight = np.where(rows < x.rows // 2, 2.0, 1.0)
    a = logistic.fit(x, y, weight, SPECS)
    b = logistic.fit(x.take(twice), y[twice], None, SPECS)
    assert np.allclose(margins(a, x), margins(b, x), atol=1e-4)
    assert not np.allclose(margins(logistic.fit(x, y, None, SPECS), x), margins(a, x), atol=1e-4)


@pytest.mark.parametrize(("module", "settings"), LEARNERS, ids=IDS)
def test_every_learner_uses_the_weights(module: ModuleType, settings: Any, data: Any) -> None:
    """Rows with events made heavy raise the mean margin."""
    x, y, _ = data
    plain, heavy = (module.fit(x, y, w, SPECS, settings) for w in (None, np.where(y == 1, 5.0, 1.0)))
    assert margins(heavy, x).mean() > margins(plain, x).mean() + 0.5


@pytest.mark.parametrize(("module", "settings"), LEARNERS, ids=IDS)
def test_hiding_is_learnt_as_the_minimum(module: ModuleType, settings: Any, data: Any) -> None:
    """Wherever a value is hidden, estimators get the mildest observed value instead."""
    x, y, weight = data
    hidden = x.values.copy()
    hidden[np.isnan(hidden[:, 0]), 0] = np.nanmin(hidden[:, 0])
    hidden[np.isnan(hidden[:, 1]), 1] = np.nanmax(hidden[:, 1])
    one = module.fit(x, y, weight, SPECS, settings)
    two = module.fit(Matrix(x.keys, x.names, hidden), y, weight, SPECS, settings)
    assert (one.intercept, [t.values for t in one.terms]) == (two.intercept, [t.values for t in two.terms])


def test_one_class_or_wrong_lengths_are_refused(data: Any) -> None:
    """Without both outcomes nothing is learnt; the scorecard remains."""
    x, y, _ = data
    for wrong in (np.zeros_like(y), y[:-1]):
        with pytest.raises(CannotLearn):
            logistic.fit(x, wrong, None, SPECS)
    with pytest.raises(CannotLearn):
        logistic.fit(x, y, np.ones(3), SPECS)


def test_a_table_that_says_something_else_is_not_shipped(data: Any) -> None:
    """A conversion that is off by 1e-6 stops the fit."""
    x, y, weight = data
    fitted = logistic.estimate(x, y, weight, SPECS, logistic.LogisticSettings())

    class Off:
        def decision(self, values: Any) -> Any:
            return fitted.decision(values) + 1e-6

        def parts(self, specs: Any) -> Parts:
            return fitted.parts(specs)

    with pytest.raises(ConversionFailed):
        assemble(Off(), x, y, weight, SPECS, {}, "")


def test_a_household_is_never_in_both_train_and_validation(data: Any) -> None:
    """EBM's bags split by household, not by row."""
    household = households(data[0].keys)
    bags = ebm._bags(household, ebm.EbmSettings())
    for b in range(bags.shape[1]):
        assert not set(household[bags[:, b] == 1]) & set(household[bags[:, b] == -1])
        assert 0.1 < (bags[:, b] == -1).mean() < 0.2


def test_monotone_grid_is_the_nearest_one() -> None:
    """Obeys both directions, leaves a monotone grid alone, and no other monotone grid is nearer."""
    rng = np.random.default_rng(0)
    grid, weights = rng.normal(size=(4, 5)), rng.random((4, 5)) + 0.1
    nearest = monotone_grid(grid, weights, 1, -1)
    assert (np.diff(nearest, axis=0) >= 0).all() and (np.diff(nearest, axis=1) <= 0).all()
    assert np.allclose(monotone_grid(nearest, weights, 1, -1), nearest)
    best = (weights * (nearest - grid) ** 2).sum()
    for _ in range(200):
        other = nearest + 0.05 * monotone_grid(rng.normal(size=(4, 5)), weights, 1, -1)
        assert (weights * (other - grid) ** 2).sum() >= best - 1e-6


def test_seed_and_settings_are_part_of_the_model(data: Any) -> None:
    """How it was learnt is in the hash."""
    x, y, weight = data
    settings = boosting.BoostingSettings(trees=20)
    one = boosting.fit(x, y, weight, SPECS, settings)
    two = boosting.fit(x, y, weight, SPECS, replace(settings, seed=1))
    assert [t.values for t in one.terms] == [t.values for t in two.terms]
    assert model_hash(one) != model_hash(two)
    assert one.learned["rows"] == x.rows and one.learned["positives"] == int(y.sum())
