"""The model's table looked up by Spark's partitions: the same float64 bits, the same refusals."""

import random
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from features.definitions import FEATURES
from models.matrix import MatrixRefused
from models.scoring import Scored, SumCheckFailed, score
from models.scoring_spark import score_on
from models.table import Model, Pair, Platt, Term, closed_grid, term
from pipelines.digests import table_digest
from tests.property.made_city import made_city

pytestmark = pytest.mark.engines
HASHES = {name: feature.hash for name, feature in FEATURES.items()}


def made_model(seed: int) -> Model:
    """A monotone table over every declared feature, with numbers that no binary fraction holds exactly."""
    dice = random.Random(seed)

    def steps(name: str) -> Term:
        feature = FEATURES[name]
        rising = sorted(dice.uniform(-1, 1) for _ in range(len(feature.bins) + 1))
        return term(name, feature.direction, feature.bins, tuple(rising[:: feature.direction]))

    terms = [replace(steps(name), mean=dice.uniform(-1, 1)) for name in FEATURES]
    a, b = [name for name, feature in FEATURES.items() if feature.direction == 1][:2]
    inner = np.cumsum([[dice.random() for _ in range(3)] for _ in range(3)], axis=0).cumsum(axis=1)
    grid = closed_grid(tuple(tuple(float(v) for v in row) for row in inner))
    pair = Pair(a, b, (0.5, 1.5), (0.5, 1.5), grid, mean=dice.uniform(-1, 1))
    return Model(dice.uniform(-5, 0), tuple(terms), (pair,), HASHES, None, Platt(0.9, -0.1))


def digests(scored: Scored) -> tuple[str, str]:
    numbers = {"margin": scored.margin} | ({} if scored.probability is None else {"probability": scored.probability})
    return table_digest(pa.table(numbers)), table_digest(scored.contributions)


@pytest.fixture(scope="module")
def features() -> pa.Table:
    """The feature table of a generated city."""
    return made_city(21, households=3_000).features().select(["household_key", *FEATURES])


@pytest.mark.parametrize("calibrated", [True, False])
def test_every_score_is_the_same_by_digest(session: SparkSession, features: pa.Table, calibrated: bool) -> None:
    model = made_model(3) if calibrated else replace(made_model(4), calibration=None)
    here, there = score(model, features, HASHES), score_on(session, model, features, HASHES)
    assert there.contributions.column_names == here.contributions.column_names
    assert (there.probability is None) == (not calibrated)
    assert digests(there) == digests(here)
    assert len(set(here.margin.tolist())) > 50


def test_nobody_has_no_scores(session: SparkSession, features: pa.Table) -> None:
    empty = features.slice(0, 0)
    assert digests(score_on(session, made_model(3), empty, HASHES)) == digests(score(made_model(3), empty, HASHES))


def test_refusals_are_those_of_the_one_scorer(session: SparkSession, features: pa.Table) -> None:
    """Another definition, a broken number in some partition, a sum that is off: the same exception and words."""
    model, name = made_model(3), next(iter(FEATURES))
    with pytest.raises(MatrixRefused, match=name):
        score_on(session, model, features, HASHES | {name: "another"})
    broken = pa.array(np.where(np.arange(len(features)) == 2_500, np.nan, 1.0), pa.float32())
    with pytest.raises(MatrixRefused, match=f"^特徴量 {name}: .*NaN"):
        score_on(session, model, features.set_column(1, name, broken), HASHES)
    off = replace(model, terms=(replace(model.terms[0], mean=1e17), *model.terms[1:]))
    with pytest.raises(SumCheckFailed, match="説明の合計"):
        score_on(session, off, features, HASHES)
