"""For every table: hiding never raises, sums hold, the order of rows is nothing, text is the model."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from models.background import with_background
from models.matrix import Matrix
from models.players import shapley
from models.scoring import check_sum, contribution_arrays, margins
from models.table import Model, Pair, canonical_json, closed_grid, from_json, term

NAMES = ("a", "b", "c")
numbers = st.floats(-4, 4, allow_nan=False).map(lambda v: v + 0.0)
edges = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.5, 2.0]), unique=True, max_size=3).map(sorted).map(tuple)


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Three monotone terms in drawn directions and up to three monotone pairs."""
    directions = {name: draw(st.sampled_from((1, -1))) for name in NAMES}
    terms = []
    for name in NAMES:
        cuts = draw(edges)
        values = sorted(draw(st.lists(numbers, min_size=len(cuts) + 1, max_size=len(cuts) + 1)))
        terms.append(term(name, directions[name], cuts, tuple(values[:: directions[name]])))
    pairs = []
    for a, b in draw(st.lists(st.sampled_from((("a", "b"), ("a", "c"), ("b", "c"))), unique=True)):
        cuts_a, cuts_b = draw(edges), draw(edges)
        size = (len(cuts_a) + 1, len(cuts_b) + 1)
        grid = np.array(draw(st.lists(numbers, min_size=size[0] * size[1], max_size=size[0] * size[1])))
        grid = np.maximum.accumulate(np.maximum.accumulate(grid.reshape(size), axis=0), axis=1)
        grid = grid[:: directions[a], :: directions[b]]
        pairs.append(Pair(a, b, cuts_a, cuts_b, closed_grid(tuple(tuple(map(float, row)) for row in grid))))
    return Model(draw(numbers), tuple(terms), tuple(pairs), dict.fromkeys(NAMES, "h"), None, None)


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    """A few households with values on, beside and between edges, or not visible."""
    cell = st.one_of(st.just(float("nan")), st.sampled_from([-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0]), numbers)
    rows = draw(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=8))
    return Matrix(pa.array([f"k{i}" for i in range(len(rows))]), NAMES, np.array(rows, dtype=np.float64))


@settings(derandomize=True, deadline=None, max_examples=150)
@given(models(), matrices(), st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))
def test_hiding_features_never_raises_a_margin(model: Model, x: Matrix, some: set[str], more: set[str]) -> None:
    """Hide any set of features, then more: each time the margin stays or falls, exactly."""

    def hide(names: set[str]) -> np.ndarray:
        values = x.values.copy()
        values[:, [NAMES.index(name) for name in names]] = np.nan
        return margins(model, Matrix(x.keys, x.names, values))

    assert (hide(some) <= margins(model, x)).all()
    assert (hide(some | more) <= hide(some)).all()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(models(), matrices(), matrices())
def test_sums_hold_and_text_is_the_model(model: Model, cohort: Matrix, x: Matrix) -> None:
    """base + Σ contributions = margin; so do the shared-out values; JSON reads back to the same."""
    measured = with_background(model, cohort)
    margin = margins(measured, x)
    assert check_sum(measured.base, contribution_arrays(measured, x), margin) <= 1e-12
    assert check_sum(measured.base, shapley(measured, x), margin) <= 1e-12
    assert from_json(canonical_json(measured)) == measured
    order = np.arange(x.rows)[::-1]
    assert margins(measured, x.take(order)).tobytes() == margin[order].tobytes()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(models(), matrices(), st.sampled_from(NAMES), st.floats(0, 3))
def test_more_of_a_feature_moves_the_margin_only_its_way(model: Model, x: Matrix, name: str, by: float) -> None:
    """Monotone in the declared direction, pairs included."""
    direction = next(term.direction for term in model.terms if term.feature == name)
    values = x.values.copy()
    values[:, NAMES.index(name)] += by
    change = margins(model, Matrix(x.keys, x.names, values)) - margins(model, x)
    assert (direction * change >= -1e-12).all()
