"""The simplest that is good enough, or none (METHODS §5)."""

import numpy as np

from models.choice import choose
from models.intervals import CannotTell

RNG = np.random.default_rng(8)
N = 400
CHANCE = RNG.uniform(0, 60, N)
GOOD = np.minimum(CHANCE + RNG.normal(40, 10, N), 180)
CLUSTERS = {"household": np.arange(N)}


def test_the_simplest_within_the_margin_ships() -> None:
    leads = {"boosting": GOOD + 1, "logistic": GOOD, "scorecard": GOOD - 20}
    choice = choose(leads, CHANCE, CLUSTERS, delta=3, enough=True, made_up=True)
    assert (choice.name, choice.best, choice.recommended) == ("logistic", "boosting", True)
    assert choice.as_dict()["tried"] == ["scorecard", "logistic", "boosting"]
    assert set(choice.against_best) == {"scorecard", "logistic"}


def test_a_clear_gain_of_a_complex_model_is_taken() -> None:
    leads = {"boosting": GOOD + 10, "logistic": GOOD, "scorecard": GOOD}
    assert choose(leads, CHANCE, CLUSTERS, delta=3, enough=True, made_up=True).name == "boosting"


def test_without_a_gain_over_chance_no_model_is_recommended() -> None:
    leads = {name: RNG.permutation(CHANCE) for name in ("scorecard", "logistic", "ebm_mains")}
    choice = choose(leads, CHANCE, CLUSTERS, delta=3, enough=True, made_up=True)
    assert not choice.recommended
    assert "推奨しません" in choice.reason


def test_too_little_data_ships_the_scorecard_and_says_so() -> None:
    few = {name: GOOD[:29] for name in ("scorecard", "boosting")}
    for leads, chance, enough in ((few, CHANCE[:29], True), ({"boosting": GOOD}, CHANCE, False)):
        choice = choose(leads, chance, {"household": np.arange(len(chance))}, delta=3, enough=enough, made_up=True)
        assert (choice.name, choice.recommended) == ("scorecard", False)
        assert "足りません" in choice.reason
        assert all(isinstance(figure, CannotTell) for figure in choice.against_best.values())
