"""A model is a text that an auditor can read: canonical, complete, refused when it contradicts itself."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.matrix import MatrixRefused, Spec
from models.scoring import cells_of
from models.table import (
    Background,
    Model,
    ModelRefused,
    Pair,
    Platt,
    Term,
    canonical_json,
    closed_grid,
    from_json,
    model_hash,
    term,
)


def small() -> Model:
    """Two features and a pair, by hand."""
    return Model(
        intercept=-1.0,
        terms=(term("a", 1, (0.5, 1.5), (0.0, 0.25, 1.0)), term("b", -1, (2.0,), (0.5, -0.5))),
        pairs=(Pair("a", "b", (0.5,), (2.0,), closed_grid(((0.0, -0.1), (0.3, 0.0)))),),
        features={"a": "ha", "b": "hb"},
        background=Background(10, "digest"),
        calibration=Platt(1.0, 0.0),
        learned={"learner": "by hand", "seed": 0},
        training_digest="t",
        config_digest="c",
    )


def test_a_model_is_the_same_after_writing_and_reading() -> None:
    """Canonical JSON: sorted keys, floats by repr; reading gives the same object and the same hash."""
    model = small()
    text = canonical_json(model)
    assert from_json(text) == model and model_hash(from_json(text)) == model_hash(model)
    content = json.loads(text)
    assert text == json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert content["base"] == model.base and content["features"] == {"a": "ha", "b": "hb"}


def test_every_part_of_a_model_is_in_its_hash() -> None:
    """Table, how learnt, feature hashes, background, calibration, both digests."""
    model = small()
    others = [
        replace(model, intercept=-1.0000000000000002),
        replace(model, terms=(replace(model.terms[0], mean=0.1), model.terms[1])),
        replace(model, pairs=()),
        replace(model, features={"a": "ha", "b": "other"}),
        replace(model, background=Background(10, "other")),
        replace(model, calibration=None),
        replace(model, learned={"learner": "by hand", "seed": 1}),
        replace(model, training_digest="other"),
        replace(model, config_digest="other"),
    ]
    assert len({model_hash(m) for m in [model, *others]}) == len(others) + 1


def test_an_edited_text_is_refused() -> None:
    """Another spacing, another base, a missing part: not a model."""
    text = canonical_json(small())
    for wrong in (text + " ", text.replace('"base":-1.0', '"base":-2.0'), text.replace('"pairs"', '"others"'), "{"):
        assert wrong != text
        with pytest.raises(ModelRefused):
            from_json(wrong)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Term("a", 1, (0.5,), (0.0, 1.0), missing=0.5),
        lambda: Term("a", 1, (0.5,), (0.0, 1.0, 2.0), missing=0.0),
        lambda: Term("a", 1, (1.5, 0.5), (0.0, 1.0, 2.0), missing=0.0),
        lambda: Term("a", 1, (0.5,), (1.0, 0.0), missing=0.0),
        lambda: Term("a", -1, (0.5,), (0.0, 1.0), missing=0.0),
        lambda: Term("a", 1, (0.5,), (0.0, float("nan")), missing=0.0),
        lambda: Term("a", 1, (0.5,), (0.0, float("inf")), missing=0.0),
        lambda: Pair("a", "b", (0.5,), (2.0,), ((0.0, 1.0, 0.0), (0.0, 2.0, 0.0), (0.0, 1.5, 0.0))),
        lambda: Pair("a", "b", (0.5,), (2.0,), ((0.0, 1.0), (0.0, 2.0))),
        lambda: Pair("a", "a", (0.5,), (2.0,), closed_grid(((0.0, 1.0), (0.0, 2.0)))),
        lambda: Platt(0.0, 1.0),
        lambda: Model(0.0, (), (), {}, None, None),
        lambda: replace(small(), features={"a": "ha"}),
        lambda: replace(small(), pairs=small().pairs * 2),
        lambda: replace(small(), pairs=(Pair("a", "c", (0.5,), (2.0,), closed_grid(((0.0, 0.0), (0.0, 1.0)))),)),
        lambda: replace(small(), pairs=(Pair("a", "b", (0.5,), (2.0,), closed_grid(((0.0, 0.5), (0.0, 1.0)))),)),
        lambda: replace(small(), terms=(small().terms[0], small().terms[0])),
    ],
)
def test_contradictions_are_refused(make: Any) -> None:
    """Wrong value for not visible, lengths, order, direction, NaN, shapes, calibration, names."""
    with pytest.raises(ModelRefused):
        make()


def test_at_most_eight_pairs() -> None:
    """Nine pairs would no longer be a page."""
    names = [f"f{i}" for i in range(10)]
    terms = tuple(term(name, 1, (), (0.0,)) for name in names)
    grid = closed_grid(((0.0, 0.0), (0.0, 1.0)))
    pairs = tuple(Pair("f0", name, (0.5,), (0.5,), grid) for name in names[1:])
    whole = Model(0.0, terms, pairs[:8], dict.fromkeys(names, "h"), None, None)
    with pytest.raises(ModelRefused):
        replace(whole, pairs=pairs)


def test_a_value_on_an_edge_belongs_to_its_left() -> None:
    """x ≤ edge goes left; not visible is the last cell."""
    x = np.array([0.0, 0.5, np.nextafter(0.5, 1), 1.5, 2.0, np.nan])
    assert cells_of((0.5, 1.5), x).tolist() == [0, 0, 1, 1, 2, 3]
    assert cells_of((), np.array([5.0, np.nan])).tolist() == [0, 1]


def test_equal_neighbouring_steps_are_merged_and_zero_has_one_sign() -> None:
    """The same function has one spelling."""
    assert term("a", 1, (1.0, 2.0, 3.0), (-0.0, 0.0, 1.0, 1.0)) == term("a", 1, (2.0,), (0.0, 1.0))
    assert str(term("a", 1, (), (-0.0,)).values[0]) == "0.0"


def test_specs_refuse_what_no_model_can_obey() -> None:
    """Directions are +1 or -1, bins ascend."""
    for direction, bins in ((0, (0.5,)), (1, (1.5, 0.5)), (1, (0.5, 0.5))):
        with pytest.raises(MatrixRefused):
            Spec("a", direction, bins, "h")
