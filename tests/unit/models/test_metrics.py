"""Figures of ranking and calibration, against plain counting."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from models.crosssection import visibility
from models.intervals import CannotTell, Figure, wilson
from models.matrix import Matrix
from models.metrics import (
    auc,
    auc_difference,
    average_precision,
    calibration_error,
    calibration_line,
    expected_inclusion,
    inclusion_by_date,
    observed_to_expected,
    precision_at_k,
    recall_at_k,
)

RNG = np.random.default_rng(1)
N = 4000
HOME = np.repeat(np.arange(N // 4), 4)
SCORE = np.round(RNG.normal(size=N), 1)
PROBABILITY = 1 / (1 + np.exp(-(SCORE - 1.5)))
LABEL = RNG.random(N) < PROBABILITY
ALL = np.ones(N, dtype=bool)


def figure(estimate: object) -> Figure:
    assert isinstance(estimate, Figure)
    return estimate


def test_ties_share_the_slots_that_are_left() -> None:
    score = np.array([3.0, 1.0, 2.0, 2.0, 2.0])
    assert expected_inclusion(score, 3).tolist() == pytest.approx([1, 0, 2 / 3, 2 / 3, 2 / 3])
    assert expected_inclusion(score, 0).sum() == 0
    assert expected_inclusion(score, 9).sum() == 5


def test_expected_inclusion_is_the_mean_over_all_ways_to_break_ties() -> None:
    score = RNG.integers(0, 4, 50).astype(float)
    drawn = np.zeros(50)
    for _ in range(4000):
        drawn[np.lexsort((RNG.random(50), -score))[:17]] += 1
    assert expected_inclusion(score, 17) == pytest.approx(drawn / 4000, abs=0.05)


def test_each_date_has_its_own_slots() -> None:
    dates = np.repeat([1, 2], 50)
    chosen = inclusion_by_date(RNG.normal(size=100), dates, 7)
    assert [chosen[dates == day].sum() for day in (1, 2)] == [7, 7]


def test_precision_and_recall_at_k_are_counted() -> None:
    listed = expected_inclusion(SCORE + RNG.random(N) * 1e-6, 400)
    kwargs = {"clusters": {"household": HOME}, "made_up": True}
    precision = figure(precision_at_k(listed, LABEL, ALL, **kwargs))
    recall = figure(recall_at_k(listed, LABEL, ALL, **kwargs))
    assert precision.value == pytest.approx(LABEL[listed == 1].mean())
    assert recall.value == pytest.approx(LABEL[listed == 1].sum() / LABEL.sum())
    assert (precision.n, recall.n) == (400, LABEL.sum())


def test_rows_that_cannot_be_judged_keep_their_slot_but_are_not_counted() -> None:
    listed, judged = np.ones(N), np.arange(N) % 2 == 0
    precision = figure(precision_at_k(listed, LABEL, judged, {"household": HOME}, made_up=False))
    assert precision.n == N // 2
    assert precision.value == pytest.approx(LABEL[judged].mean())


def test_many_dates_of_few_households_are_few_cases() -> None:
    """29 households in crisis on five dates each: 145 positive rows, and still nothing to be told."""
    home = np.repeat(np.arange(400), 5)
    score, judged = RNG.normal(size=2000), np.ones(2000, dtype=bool)
    for cases, told in ((29, False), (30, True)):
        label = home < cases
        clusters = {"household": home}
        estimates = [
            precision_at_k(expected_inclusion(score, 300), label, judged, clusters, made_up=True),
            recall_at_k(expected_inclusion(score, 300), label, judged, clusters, made_up=True),
            auc(score, label, home, made_up=True),
            auc_difference(score, score[::-1], label, home, made_up=True),
            average_precision(score, label, home, made_up=True, draws=20),
            observed_to_expected(np.full(2000, 0.1), label, clusters, made_up=True),
            calibration_error(np.full(2000, 0.1), label, home, made_up=True, draws=20)[0],
        ]
        assert {isinstance(one, Figure) for one in estimates} == {told}


def test_a_full_separation_has_an_interval_that_does_not_tell_how_many_there_are() -> None:
    label = np.arange(500) >= 460
    found = figure(auc(label.astype(float), label, np.arange(500), made_up=False))
    assert found.value == found.high == 1
    assert found.low == pytest.approx(wilson(1.0, 30)[0])
    other_way = figure(auc(-label.astype(float), label, np.arange(500), made_up=False))
    assert (other_way.low, other_way.high) == pytest.approx((0, wilson(0.0, 30)[1]))


def test_auc_and_average_precision_agree_with_scikit_learn() -> None:
    area = figure(auc(SCORE, LABEL, HOME, made_up=False))
    assert area.value == pytest.approx(roc_auc_score(LABEL, SCORE))
    assert 0.01 < area.high - area.low < 0.08
    precision = figure(average_precision(SCORE, LABEL, HOME, made_up=False))
    assert precision.value == pytest.approx(average_precision_score(LABEL, SCORE))


def test_a_paired_difference_of_auc_is_narrower_than_its_two_halves() -> None:
    """Against a bootstrap of households; the same score against itself differs by nothing, with room to spare."""
    worse = SCORE + np.random.default_rng(5).normal(size=N) * 0.4
    gap = figure(auc_difference(SCORE, worse, LABEL, HOME, made_up=False))
    assert gap.value == pytest.approx(roc_auc_score(LABEL, SCORE) - roc_auc_score(LABEL, worse))
    dice = np.random.default_rng(6)
    homes = [np.flatnonzero(home == HOME) for home in np.unique(HOME)]
    drawn = []
    for _ in range(200):
        rows = np.concatenate([homes[i] for i in dice.integers(0, len(homes), len(homes))])
        drawn.append(roc_auc_score(LABEL[rows], SCORE[rows]) - roc_auc_score(LABEL[rows], worse[rows]))
    assert gap.high - gap.low == pytest.approx(2 * 1.96 * float(np.std(drawn)), rel=0.25)
    alone = figure(auc(SCORE, LABEL, HOME, made_up=False))
    assert gap.high - gap.low < alone.high - alone.low
    itself = figure(auc_difference(SCORE, SCORE, LABEL, HOME, made_up=False))
    assert itself.low < 0 == itself.value < itself.high
    assert isinstance(auc_difference(SCORE, worse, np.arange(N) < 9, HOME, made_up=False), CannotTell)


def test_right_probabilities_look_right() -> None:
    ratio = figure(observed_to_expected(PROBABILITY, LABEL, {"household": HOME}, made_up=False))
    slope, intercept = calibration_line(PROBABILITY, LABEL, HOME, made_up=False)
    error, floor = calibration_error(PROBABILITY, LABEL, HOME, made_up=False)
    assert ratio.low < 1 < ratio.high
    assert figure(slope).low < 1 < figure(slope).high
    assert figure(intercept).low < 0 < figure(intercept).high
    assert figure(error).value < figure(floor).high * 1.5


def test_doubled_and_overconfident_probabilities_are_seen() -> None:
    ratio = figure(observed_to_expected(np.minimum(PROBABILITY * 2, 1), LABEL, {"household": HOME}, made_up=False))
    assert ratio.high < 0.75
    sharp = 1 / (1 + np.exp(-3 * (SCORE - 1.5)))
    slope, _ = calibration_line(sharp, LABEL, HOME, made_up=False)
    assert figure(slope).high < 0.6
    error, floor = calibration_error(sharp, LABEL, HOME, made_up=False)
    assert figure(error).low > figure(floor).high


def test_few_positives_say_nothing() -> None:
    few = np.arange(N) < 29
    assert isinstance(auc(SCORE, few, HOME, made_up=True), CannotTell)
    silent = recall_at_k(np.ones(N), few, ALL, {"household": HOME}, made_up=True)
    assert isinstance(silent, CannotTell)
    assert silent.as_dict()["value"] is None
    assert silent.as_dict()["note"] == "架空データ"


def test_how_many_are_seen_is_told_unless_it_gives_a_few_away() -> None:
    """50 of 200 households are not seen; 47 of these have no signal anywhere, so the other three are not told."""
    values = np.zeros((200, 2), dtype=np.float32)
    values[:50, 0], values[47:120, 1] = np.nan, 1.0
    x = Matrix(pa.array([f"h{i:03}" for i in range(200)]), ("a", "b"), values)
    margin = RNG.normal(size=200)
    found = visibility(margin, x, np.arange(200), {"a": ("tax",), "b": ("water",)}, made_up=True)
    tax, water = found["tax"], found["water"]
    assert (tax["all"]["seen"], tax["all"]["unseen"]) == (150, 50)
    assert tax["without_signals"]["unseen"] is None
    few = visibility(margin[20:], Matrix(x.keys[20:], x.names, values[20:]), np.arange(180),
                     {"a": ("tax",), "b": ("water",)}, made_up=True)["tax"]  # fmt: skip
    assert few["without_signals"]["positives"] is few["without_signals"]["unseen"] is None
    assert (water["all"]["seen"], water["all"]["unseen"], water["all"]["value"]) == (200, 0, None)
