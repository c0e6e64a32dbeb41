"""Weekly lists as if visits changed nothing (METHODS §4)."""

import numpy as np
import pytest

from models.replay import Events, Listings, Rules, first_events, leads, replay, scored_window

DAYS = np.arange(0, 70, 7)


def rules(**more: float) -> Rules:
    plain = {"slots": 1, "cool_off_days": 21, "no_contact_share": 0.0, "draws": 4}
    return Rules(**{**plain, **more})  # type: ignore[arg-type]


def run(scores: list[list[float]], **more: float) -> Listings:
    weekly = [np.array(row, dtype=float) for row in scores]
    return replay(DAYS[: len(weekly)], weekly, np.arange(len(scores[0])), rules(**more))


def on_lists(listings: Listings, draw: int = 0) -> list[list[int]]:
    return [np.nonzero(week)[0].tolist() for week in listings.listed[draw]]


def test_the_highest_is_listed_then_leaves_for_the_cool_off() -> None:
    assert on_lists(run([[3, 2, 1]] * 5)) == [[0], [1], [2], [0], [1]]


def test_who_is_not_eligible_is_not_listed() -> None:
    assert on_lists(run([[np.nan, 2, 1], [3, 2, 1], [np.nan, np.nan, np.nan]])) == [[1], [0], []]


def test_who_is_never_met_keeps_the_slot_for_four_tries() -> None:
    assert on_lists(run([[3, 2]] * 6, no_contact_share=1.0)) == [[0], [0], [0], [0], [1], [1]]
    assert not run([[3, 2]] * 6, no_contact_share=1.0).met.any()


def test_more_slots_than_households() -> None:
    assert on_lists(run([[3, 2]] * 2, slots=9)) == [[0, 1], []]


def test_ties_are_broken_by_lot_and_the_mean_is_the_expected_value() -> None:
    listings = run([[1.0] * 10], slots=3, draws=4000)
    assert listings.listed.sum(axis=2).tolist() == [[3]] * 4000
    assert listings.visits == pytest.approx(np.full(10, 0.3), abs=0.03)


def test_every_policy_meets_the_same_doors() -> None:
    first = run([[3, 2, 1]] * 8, no_contact_share=0.5, draws=50)
    same_order = run([[30, 20, 10]] * 8, no_contact_share=0.5, draws=50)
    assert (first.met == same_order.met).all()


def events(day: int, credit: np.ndarray | None = None) -> Events:
    weeks = len(DAYS)
    allowed = np.ones((weeks, 1), dtype=bool) if credit is None else credit[:, None]
    return Events(np.array([0]), np.array([day]), np.array([0]), np.array([0]), allowed)


def listed(weeks: list[int]) -> Listings:
    found = np.zeros((1, len(DAYS), 1), dtype=bool)
    found[0, weeks] = True
    return Listings(DAYS, found, found, np.zeros(1), 0.0)


@pytest.mark.parametrize(
    ("weeks", "day", "lead"),
    [([], 60, 0), ([2, 4], 60, 46), ([9], 63, 0), ([8], 57, 1), ([9], 60, 0), ([0], 60, 0)],
)
def test_lead_runs_from_the_earliest_listing_in_the_window(weeks: list[int], day: int, lead: int) -> None:
    found = leads(listed(weeks), events(day), rules(window_days=50))
    assert found.restricted.tolist() == [lead]
    assert found.detected.tolist() == [float(lead > 0)]
    assert found.timely[30].tolist() == [float(lead >= 30)]
    assert found.exposed.tolist() == [day - min(week for week in DAYS if day - week <= 50)]


def test_a_listing_while_a_step_was_open_earns_no_credit() -> None:
    credit = DAYS >= 28
    found = leads(listed([2, 5]), events(60, credit), rules())
    assert found.restricted.tolist() == [25]
    assert found.exposed.tolist() == [32]


def test_incident_means_quiet_for_a_year() -> None:
    history, history_day = np.array([1, 1, 2, 3]), np.array([100, 600, 500, 1000])
    quiet = first_events(np.array([1, 1, 2, 3, 4]), np.array([100, 600, 500, 1366, 5]), history, history_day, 365)
    assert quiet.tolist() == [True, True, True, True, True]
    again = first_events(np.array([1, 3]), np.array([964, 1365]), history, history_day, 365)
    assert again.tolist() == [False, False]


def test_burn_in_where_there_is_room() -> None:
    year = np.arange(0, 365, 7)
    assert scored_window(year, 400, rules()) == (180, 371, True)
    assert scored_window(year[:20], 400, rules()) == (1, 140, False)
