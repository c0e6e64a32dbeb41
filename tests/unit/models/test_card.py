"""The model card says what a model is, with n and interval at every figure."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from learning_data import SPECS, made_up

from models.card import CardRefused, Figure, card
from models.learners import ebm
from models.table import Model, Platt, model_hash


@dataclass(frozen=True)
class Described:
    """Words for a feature."""

    title_ja: str
    domain: str = "家計・税"
    unit: str = "期"


WORDS = {spec.name: Described(f"題 {spec.name}") for spec in SPECS}
LEAD = Figure("制限付き平均リード", "restricted mean lead", 21.5, 15.0, 28.0, 64, "件の危機", "2025-07 – 2025-12")


@pytest.fixture(scope="module")
def model() -> Model:
    """A model with pairs."""
    x, y, _ = made_up(1000)
    return ebm.fit(x, y, None, SPECS, ebm.EbmSettings(bags=2, rounds=100))


def test_the_card_says_what_must_be_known(model: Model) -> None:
    """Hash, every term and pair in words, figures with n and interval, what it is not for, limits."""
    text = card(model, WORDS, [LEAD], cannot_tell=["適合率"])
    assert model_hash(model) in text and model.training_digest in text
    for name in model.columns:
        assert f"`{name}`" in text
    assert "21.5 | 15 – 28 | 64 件の危機 | 2025-07 – 2025-12" in text
    assert "適合率: 判断できない" in text
    for heading in ("Intended use", "Not for", "Figures", "The table", "How it was made", "Limits"):
        assert heading in text
    assert "架空データ" not in text and "single_cohort" not in text
    assert text == card(model, WORDS, [LEAD], cannot_tell=["適合率"])
    assert "Platt" in card(replace(model, calibration=Platt(1.1, 0.2)), WORDS, [LEAD])


def test_made_up_data_and_single_cohorts_are_marked(model: Model) -> None:
    """架空データ at the top and at every figure."""
    text = card(model, WORDS, [LEAD], demonstration=True, signable=False)
    assert text.index("架空データ") < text.index("使いみち")
    assert "制限付き平均リード(架空データ)" in text and "single_cohort" in text


@pytest.mark.parametrize(
    "change",
    [{"n": 0}, {"low": float("nan")}, {"low": 21.5, "high": 21.5}, {"high": 20.0}, {"low": 22.0}],
)
def test_a_figure_without_n_or_interval_is_refused(change: dict[str, Any]) -> None:
    """Also a zero-width interval, or one that does not hold the value."""
    with pytest.raises(CardRefused):
        replace(LEAD, **change)


def test_no_words_no_figures_no_background_no_card(model: Model) -> None:
    """Each is refused by itself; «cannot tell» is an honest figure."""
    assert card(model, WORDS, [], cannot_tell=["リード"])
    for wrong in (
        lambda: card(model, WORDS, []),
        lambda: card(model, {k: v for k, v in WORDS.items() if k != "bills"}, [LEAD]),
        lambda: card(replace(model, background=None), WORDS, [LEAD]),
    ):
        with pytest.raises(CardRefused):
            wrong()


def test_what_is_so_of_this_training_only_stands_first_among_the_limits(model: Model) -> None:
    text = card(model, WORDS, [LEAD], limits=["住まいはまだ読みません。"])
    assert "## 限界 / Limits\n\n- 住まいはまだ読みません。\n" in text
    assert "住まい" not in card(model, WORDS, [LEAD])
