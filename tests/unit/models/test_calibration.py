"""A probability that keeps the order of the margins, from a period of its own."""

import numpy as np
import pytest

from models.calibration import platt
from models.metrics import logistic_line
from models.table import Platt

RNG = np.random.default_rng(5)
MARGIN = RNG.normal(size=5000)
LABEL = RNG.random(5000) < 1 / (1 + np.exp(-(2 * MARGIN - 3)))
EACH = np.arange(5000)


def test_the_line_behind_the_labels_is_found_again() -> None:
    fitted = platt(MARGIN, LABEL, EACH)
    assert isinstance(fitted, Platt)
    assert fitted.slope == pytest.approx(2, abs=0.2)
    assert fitted.intercept == pytest.approx(-3, abs=0.25)


def test_the_line_agrees_with_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    line = logistic_line(MARGIN * 7 + 40, LABEL.astype(float), np.ones(len(MARGIN)))
    other = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit((MARGIN * 7 + 40)[:, None], LABEL)
    assert line.slope == pytest.approx(float(other.coef_[0, 0]), rel=1e-4)
    assert line.intercept == pytest.approx(float(other.intercept_[0]), rel=1e-4)


def test_no_map_from_few_positives_equal_margins_or_a_reversed_order() -> None:
    assert platt(MARGIN, EACH < 29, EACH) is None
    assert platt(np.ones(5000), LABEL, EACH) is None
    assert platt(-MARGIN, LABEL, EACH) is None


@pytest.mark.parametrize(("cases", "fitted"), [(29, False), (30, True)])
def test_a_household_on_many_dates_is_one_case(cases: int, fitted: bool) -> None:
    homes = np.where(LABEL, 10_000 + EACH % cases, EACH)
    assert LABEL.sum() > 300
    assert (platt(MARGIN, LABEL, homes) is not None) is fitted
    assert (platt(-MARGIN, ~LABEL, homes) is not None) is fitted, "so are those without a crisis"


def test_separable_labels_stay_finite() -> None:
    fitted = platt(MARGIN, MARGIN > 0, EACH)
    assert fitted is not None and np.isfinite([fitted.slope, fitted.intercept]).all()
