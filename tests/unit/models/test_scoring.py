"""One scorer: sums hold, batches and neighbours do not matter, wrong matrices are refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from learning_data import HASHES, SPECS, made_up, table_of

from models import scoring
from models.background import with_background
from models.learners import ebm
from models.matrix import Matrix, MatrixRefused
from models.scoring import SumCheckFailed, check_sum, score
from models.table import Model, ModelRefused, Platt


@pytest.fixture(scope="module")
def data() -> Any:
    """A training table and a model with pairs."""
    x, y, weight = made_up()
    model = ebm.fit(x, y, weight, SPECS, ebm.EbmSettings(bags=2, rounds=200))
    assert model.pairs
    return x, replace(model, calibration=Platt(0.9, -0.1))


def test_base_and_contributions_add_up_to_the_margin(data: tuple[Matrix, Model]) -> None:
    """Every household, in float64; columns are terms, then pairs."""
    x, model = data
    scored = score(model, table_of(x), HASHES)
    assert scored.contributions.column_names == ["household_key", "base", *model.columns]
    assert {str(f.type) for f in scored.contributions.schema} == {"string", "double"}
    total = sum(scored.contributions[c].to_numpy() for c in scored.contributions.column_names[1:])
    assert np.abs(total - scored.margin).max() <= 1e-12
    assert scored.probability is not None
    assert np.array_equal(np.argsort(scored.probability, kind="stable"), np.argsort(scored.margin, kind="stable"))


def test_mean_contribution_over_the_background_is_zero(data: tuple[Matrix, Model]) -> None:
    """The base is the mean margin of the training cohort, unweighted."""
    x, model = data
    scored = score(model, table_of(x), HASHES)
    assert abs(scored.margin.mean() - model.base) < 1e-12
    for name in model.columns:
        assert abs(scored.contributions[name].to_numpy().mean()) < 1e-12


def test_bytes_do_not_depend_on_batch_order_or_neighbours(data: tuple[Matrix, Model]) -> None:
    """In batches of any size, permuted, or alone: the same bits."""
    x, model = data
    table = table_of(x)
    whole = score(model, table, HASHES)
    order = np.random.default_rng(0).permutation(x.rows)
    mixed = score(model, table.take(pa.array(order)), HASHES)
    assert mixed.margin.tobytes() == whole.margin[order].tobytes()
    assert whole.probability is not None and mixed.probability is not None
    assert mixed.probability.tobytes() == whole.probability[order].tobytes()
    assert mixed.contributions.equals(whole.contributions.take(pa.array(order)).combine_chunks())
    for size in (1, 7, 333):
        parts = [score(model, table.slice(at, size), HASHES) for at in range(0, 999, size)]
        margin = np.concatenate([part.margin for part in parts])
        assert margin.tobytes() == whole.margin[: len(margin)].tobytes()
        probability = np.concatenate([part.probability for part in parts])
        assert probability.tobytes() == whole.probability[: len(margin)].tobytes()


def test_background_does_not_depend_on_the_order_of_households(data: tuple[Matrix, Model]) -> None:
    """Means are exact counts × values."""
    x, model = data
    shuffled = with_background(model, x.take(np.random.default_rng(1).permutation(x.rows)))
    assert shuffled.base == model.base and shuffled.pairs == model.pairs


def test_a_corrupted_number_stops_the_run(data: tuple[Matrix, Model], monkeypatch: pytest.MonkeyPatch) -> None:
    """One contribution off by 2e-6, or NaN: SumCheckFailed; 1e-7 passes."""
    x, model = data
    right = scoring._contributions

    def corrupt(by: float) -> Any:
        def corrupted(found: Any) -> Any:
            columns = right(found)
            columns["bills"][17] += by
            return columns

        return corrupted

    for by in (2e-6, float("nan")):
        monkeypatch.setattr(scoring, "_contributions", corrupt(by))
        with pytest.raises(SumCheckFailed):
            score(model, table_of(x), HASHES)
    monkeypatch.setattr(scoring, "_contributions", corrupt(1e-7))
    score(model, table_of(x), HASHES)
    with pytest.raises(SumCheckFailed):
        check_sum(model.base + 1e-5, right(scoring.looked_up(model, x)), scoring.margins(model, x))


def test_another_definition_or_a_broken_matrix_is_refused(data: tuple[Matrix, Model]) -> None:
    """Other hash, missing column, NaN, infinity."""
    x, model = data
    table = table_of(x)
    with pytest.raises(MatrixRefused, match="bills"):
        score(model, table, {**HASHES, "bills": "another"})
    with pytest.raises(MatrixRefused, match="days"):
        score(model, table.drop_columns(["days"]), HASHES)
    for wrong in (float("nan"), float("inf")):
        values = x.column("days").astype(np.float32)
        values[3] = wrong
        at = table.column_names.index("days")
        with pytest.raises(MatrixRefused):
            score(model, table.set_column(at, "days", pa.array(values)), HASHES)


def test_no_households_no_scores_no_background(data: tuple[Matrix, Model]) -> None:
    """An empty table scores to empty tables; an empty cohort is no background."""
    x, model = data
    scored = score(model, table_of(x).slice(0, 0), HASHES)
    assert len(scored.margin) == 0 and scored.contributions.num_rows == 0
    with pytest.raises(ModelRefused):
        with_background(model, x.take(np.array([], dtype=np.int64)))


def test_uncalibrated_models_give_no_probability(data: tuple[Matrix, Model]) -> None:
    """A margin is not a probability until it is calibrated."""
    x, model = data
    assert score(replace(model, calibration=None), table_of(x), HASHES).probability is None
