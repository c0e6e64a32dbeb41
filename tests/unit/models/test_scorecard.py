"""The scorecard: points from config as a model that needs no labels."""

import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from learning_data import SPECS, made_up

from features.definitions import FEATURES
from models.learners.scorecard import Card, build
from models.matrix import Matrix, Spec
from models.scoring import margins
from models.table import ModelRefused, model_hash

CONFIG = Path(__file__).parents[3] / "config" / "scorecard.yaml"


def entries() -> dict[str, list[dict[str, Any]]]:
    """The file as it is."""
    content: dict[str, list[dict[str, Any]]] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    return content


def test_the_shipped_card_is_dated_sourced_and_fits_every_feature() -> None:
    """Each number says from when, from where and why; each declared feature has points in its direction."""
    for name, versions in entries().items():
        for version in versions:
            assert isinstance(version["from"], dt.date), name
            assert version["source"].strip() and version["reason"].strip(), name
    card = Card.of({name: versions[-1]["value"] for name, versions in entries().items()})
    specs = [Spec.of(feature) for feature in FEATURES.values()]
    assert set(card.points) == set(FEATURES)
    nothing = Matrix(pa.array(["k"]), tuple(FEATURES), np.zeros((1, len(FEATURES))))
    model = build(nothing, specs, card)
    assert margins(model, nothing)[0] == pytest.approx(-math.log(99))
    assert model.features == {feature.name: feature.hash for feature in FEATURES.values()}


def test_twenty_points_double_the_odds() -> None:
    """Points above the edge, not on it; points of a step are totals, not increments."""
    card = Card.of(
        {"points_to_double_odds": 20, "base_one_in": 2, "bills": [[0.5, 20], [1.5, 40]], "kept": [[0.5, -20]]}
    )
    x = Matrix(
        pa.array(list("pqrst")),
        tuple(spec.name for spec in SPECS),
        np.array(
            [[0.5, 0, 0, 0, 0], [1, 0, 0, 0, 0], [2, 0, 0, 0, 0], [2, 1, 0, 0, 0], [np.nan, np.nan, 0, 0, 0]],
            dtype=np.float64,
        ),
    )
    odds = np.exp(margins(build(x, SPECS, card), x))
    assert odds == pytest.approx([1, 2, 4, 2, 0.5])


def test_it_needs_no_labels_and_is_hashed_like_any_model() -> None:
    """Points, scale, cohort and config are in the hash."""
    x, _, _ = made_up(200)
    card = Card(20.0, 100.0, {"bills": ((0.5, 6.0),)})
    hashes = {
        model_hash(build(x, SPECS, card, "c")),
        model_hash(build(x, SPECS, card, "d")),
        model_hash(build(x, SPECS, Card(20.0, 100.0, {"bills": ((0.5, 7.0),)}), "c")),
        model_hash(build(x, SPECS, Card(20.0, 50.0, {"bills": ((0.5, 6.0),)}), "c")),
        model_hash(build(x.take(np.arange(100)), SPECS, card, "c")),
    }
    assert len(hashes) == 5
    assert model_hash(build(x, SPECS, card, "c")) in hashes


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"points_to_double_odds": 20}, "base_one_in"),
        ({"points_to_double_odds": 20, "base_one_in": 100, "unknown": [[0.5, 1]]}, "unknown"),
        ({"points_to_double_odds": 0, "base_one_in": 100}, "points_to_double_odds"),
        ({"points_to_double_odds": 20, "base_one_in": 100, "bills": [[0.5, 5], [1.5, 3]]}, "bills"),
        ({"points_to_double_odds": 20, "base_one_in": 100, "kept": [[0.5, 5]]}, "kept"),
    ],
)
def test_an_impossible_card_is_refused_by_name(values: dict[str, Any], word: str) -> None:
    """Missing scale, unknown feature, points against the direction."""
    x, _, _ = made_up(50)
    with pytest.raises(ModelRefused, match=word):
        build(x, SPECS, Card.of(values))
