"""Intervals: never empty, never without n, and they cover (METHODS §6)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.intervals import CannotTell, Figure, difference, ratio, resamples, wilson


def test_a_figure_cannot_be_made_without_interval_n_and_method() -> None:
    good = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 100, "method": "m", "made_up": True}
    assert Figure(**good).as_dict()["note"] == "架空データ"
    assert "note" not in Figure(**{**good, "made_up": False}).as_dict()
    for wrong in ({"low": 0.5, "high": 0.5}, {"n": 0}, {"method": ""}, {"value": 0.7}, {"high": float("inf")}):
        with pytest.raises(ValueError, match=r"figure|interval"):
            Figure(**{**good, **wrong})


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    hits=st.lists(st.booleans(), min_size=30, max_size=120),
    homes=st.integers(1, 40),
    positives=st.integers(0, 200),
)
def test_an_interval_holds_its_value_and_is_never_empty(hits: list[bool], homes: int, positives: int) -> None:
    numerator, ones = np.array(hits, dtype=float), np.ones(len(hits))
    codes = np.arange(len(hits)) % homes
    estimate = ratio(numerator, ones, {"household": codes}, positives=positives, made_up=False, draws=100)
    if positives < 30:
        assert isinstance(estimate, CannotTell)
        return
    assert isinstance(estimate, Figure)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert estimate.low < estimate.high
    same = difference(numerator, numerator, ones, {"household": codes}, positives=positives, made_up=False, draws=100)
    assert isinstance(same, Figure)
    assert same.low < 0 < same.high


def test_nothing_found_has_an_upper_bound() -> None:
    nothing = ratio(np.zeros(60), np.ones(60), {"household": np.arange(60)}, positives=60, made_up=False)
    assert isinstance(nothing, Figure)
    assert (nothing.value, nothing.low) == (0, 0)
    assert nothing.high == pytest.approx(wilson(0, 60)[1])


def test_the_widest_clustering_is_printed() -> None:
    rng = np.random.default_rng(3)
    area = np.repeat(np.arange(10), 100)
    numerator = (rng.random(1000) < (0.1 + 0.06 * area)).astype(float)
    ones, home = np.ones(1000), np.arange(1000)
    alone = ratio(numerator, ones, {"household": home}, positives=400, made_up=False)
    widest = ratio(numerator, ones, {"household": home, "area": area}, positives=400, made_up=False)
    assert isinstance(alone, Figure) and isinstance(widest, Figure)
    assert widest.high - widest.low > 2 * (alone.high - alone.low)
    assert widest.method.endswith("by area")


def test_resamples_are_the_same_every_time_and_keep_their_size() -> None:
    assert (resamples(50, 20, 1).sum(axis=1) == 50).all()
    first = resamples(50, 20, 1).copy()
    resamples.cache_clear()
    assert (first == resamples(50, 20, 1)).all()
    assert (first != resamples(50, 20, 2)).any()


@pytest.mark.long
@pytest.mark.parametrize(("homes", "rate"), [(60, 0.7), (150, 0.3), (400, 0.05), (400, 0.5)])
def test_intervals_cover(homes: int, rate: float) -> None:
    """Clustered rows with a known rate and a known paired difference: ≥ 92 % of 400 intervals hold the truth."""
    rng = np.random.default_rng(11)
    inside = paired = asked = 0
    for _ in range(400):
        weeks = rng.integers(1, 8, homes)
        own = rng.beta(rate * 4, (1 - rate) * 4, homes)
        numerator = rng.binomial(weeks, own).astype(float)
        other = rng.binomial(weeks, own * 0.8).astype(float)
        codes, denominator = np.arange(homes), weeks.astype(float)
        how = {"positives": int(numerator.sum()), "made_up": True, "draws": 400}
        estimate = ratio(numerator, denominator, {"household": codes}, **how)
        gap = difference(numerator, other, denominator, {"household": codes}, scale=1.0, **how)
        if isinstance(estimate, Figure) and isinstance(gap, Figure):
            asked += 1
            inside += estimate.low <= rate <= estimate.high
            paired += gap.low <= rate * 0.2 <= gap.high
    assert asked > 300
    assert inside / asked >= 0.92
    assert paired / asked >= 0.92
