"""Periods that never overlap with what they may not know (METHODS §2)."""

from datetime import date, timedelta

import numpy as np
import pytest

from models.splits import Wanted, Yearly, duplicate_groups, folds, plan, single_cohort, with_history, yearly

FIRST, T = date(2022, 12, 1), date(2026, 4, 1)
GAP = timedelta(days=210)


@pytest.mark.parametrize("months", [40, 48, 60])
def test_every_period_is_mature_before_the_next_begins(months: int) -> None:
    split = plan(T - timedelta(days=round(months * 30.44)), T, 180, 30)
    assert split.enough
    assert split.train[-1] + GAP <= split.selection[0]
    assert split.selection[-1] < split.calibration[0]
    assert split.calibration[-1] + GAP <= split.test[0]
    assert split.test[-1] + GAP <= T
    assert split.replay[-1] + timedelta(days=30) <= T
    assert split.replay[0] == split.test[0]
    assert all(day.weekday() == 0 for day in (*split.test, *split.selection, *split.replay))


def test_one_window_shows_no_temporal_stability_and_says_so() -> None:
    split = plan(FIRST, T, 180, 30)
    assert split.test_windows == 1
    assert split.as_dict()["stability"] == "時間的な安定性は示されていません"
    longer = plan(date(2018, 1, 1), T, 180, 30, Wanted(test_weeks=53))
    assert longer.test_windows == 3
    assert longer.as_dict()["stability"] is None


def test_too_little_data_leaves_the_scorecard_and_says_so() -> None:
    split = plan(T - timedelta(days=600), T, 180, 30)
    assert not split.enough
    assert "点数表だけ" in split.notes[0]
    assert split.train == () and split.test
    assert plan(T - timedelta(days=200), T, 180, 30).feature_days == plan(T - timedelta(days=200), T, 180, 30).replay


def test_a_source_that_is_too_new_stops_nobody_from_learning_from_the_others() -> None:
    old, new = T - timedelta(days=round(40 * 30.44)), T - timedelta(days=20)
    alone = plan(old, T, 180, 30)
    laid = with_history({"tax": old, "water": old, "housing": new}, lambda first: plan(first, T, 180, 30))
    assert laid.enough and laid.feature_days == alone.feature_days
    assert laid.as_dict()["too_new"] == {"housing": new.isoformat()}


def test_of_sources_with_enough_history_the_newest_says_where_it_begins() -> None:
    first = {"tax": T - timedelta(days=2200), "water": T - timedelta(days=1500), "housing": T - timedelta(days=700)}
    laid = with_history(first, lambda day: plan(day, T, 180, 30))
    assert laid.enough and set(laid.too_new) == {"housing"}
    assert laid.train[0] >= first["water"] + timedelta(days=90)
    assert not with_history({"tax": first["tax"]}, lambda day: plan(day, T, 180, 30)).too_new


def test_where_nothing_can_be_learned_yet_no_source_is_left_out() -> None:
    first = {"tax": T - timedelta(days=600), "housing": T - timedelta(days=200)}
    laid = with_history(first, lambda day: plan(day, T, 180, 30))
    assert not laid.enough and not laid.too_new and laid == plan(first["housing"], T, 180, 30)


def test_a_single_cohort_is_never_signable() -> None:
    split = single_cohort(date(2005, 10, 1), date(2005, 10, 31), 30, 0)
    assert not split.signable and not split.enough


def test_folds_depend_on_the_household_only() -> None:
    keys = [f"h{i}" for i in range(1000)]
    declared = dict(zip(keys, folds(keys, 7), strict=True))
    assert dict(zip(keys[::-1], folds(keys[::-1], 7), strict=True)) == declared
    assert np.bincount(list(declared.values())).min() > 150
    assert folds(keys, 8).tolist() != folds(keys, 7).tolist()


def test_identical_rows_stay_in_one_fold() -> None:
    rows = np.array([[1, 2], [3, 4], [1, 2], [np.nan, 0], [np.nan, 0]], dtype=np.float32)
    assert duplicate_groups(["d", "b", "c", "a", "e"], rows) == ["c", "b", "c", "a", "a"]


def test_a_yearly_split_tests_the_newest_years_and_learns_from_the_earlier_ones() -> None:
    split = yearly(date(2006, 3, 10), date(2016, 6, 30), 66, 46, Yearly(3, 10))
    assert [day.year for day in split.train] == [2008, 2009, 2010, 2011, 2012]
    assert [day.year for day in split.selection] == [2013]
    assert [day.year for day in split.test] == [2014, 2015, 2016]
    assert [day.year for day in split.learnt] == [2008, 2009, 2010, 2011, 2012, 2013]
    assert split.enough
    assert split.stability_shown
    assert not split.signable


def test_a_horizon_of_a_year_leaves_a_year_between_the_periods_if_it_must() -> None:
    """D + H + lag ≤ the next period's first day: with a lag beyond the year, the year before is not mature."""
    without = yearly(date(2005, 3, 10), date(2017, 1, 1), 365, 0, Yearly(7, 1, tests=2))
    assert (without.selection[-1].year, without.test[0].year) == (2013, 2014)
    late = yearly(date(2005, 3, 10), date(2017, 1, 1), 365, 30, Yearly(7, 1, tests=2))
    assert (late.train[-1].year, late.selection[-1].year, late.test[0].year) == (2010, 2012, 2014)


def test_too_few_years_leave_the_scorecard() -> None:
    split = yearly(date(2012, 3, 10), date(2016, 6, 30), 66, 46, Yearly(3, 10))
    assert not split.enough
    assert "点数表だけ" in split.notes[1]
