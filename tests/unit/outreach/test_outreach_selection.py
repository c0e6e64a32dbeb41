"""The random slots have exactly the probabilities that are written beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from outreach.policy import Policy
from outreach.selection import Candidates, Selection, choose, random_slots, tie_breaks

MONDAY = date(2026, 4, 6)
DRAWS = 2_000


def candidates(n: int, seed: int, margins: str = "distinct") -> Candidates:
    """A team of n households in scrambled order; every third form mentions random visits."""
    order = np.random.default_rng(1).permutation(n)
    margin = -order.astype(float) if margins == "distinct" else -(order // (n // 3)).astype(float)
    return Candidates(
        margin=margin,
        first=np.zeros(n, dtype=bool),
        offers=order % 5 != 4,
        drawable=order % 3 == 0,
        draw=np.random.default_rng(seed).random(n),
    )


def frequencies(margins: str, policy: Policy) -> tuple[np.ndarray, np.ndarray, Selection]:
    """How often each household was drawn in DRAWS weeks, and the mean of the stated probabilities."""
    n = 150
    drawn, stated = np.zeros(n), np.zeros(n)
    for seed in range(DRAWS):
        selection = choose(candidates(n, seed, margins), 10, policy, MONDAY)
        for stratum in selection.strata:
            drawn[stratum.drawn] += 1
            stated[stratum.frame] += stratum.propensity
    return drawn / DRAWS, stated / DRAWS, selection


@pytest.mark.parametrize("margins", ["distinct", "tied"])
def test_stated_probabilities_are_the_true_ones(margins: str, policy: Policy) -> None:
    """With ties too: who loses a tie for a ranked slot is no less likely to be drawn than the stratum says."""
    drawn, stated, _ = frequencies(margins, replace(policy, random_percent=40, strata_multiple=4))
    spread = np.sqrt(np.maximum(stated * (1 - stated), 1e-12) / DRAWS)
    z = (drawn - stated)[stated > 0] / spread[stated > 0]
    assert np.abs(z).max() < 4.5
    assert np.square(z).mean() < 1.4
    assert (drawn[stated == 0] == 0).all()


def test_pairs_are_drawn_as_often_as_said(policy: Policy) -> None:
    team = candidates(60, 0)
    both, pair = 0, None
    lively = replace(policy, random_percent=50, strata_multiple=2)
    first = choose(team, 12, lively, MONDAY).strata[1]
    watched = np.sort(first.frame)[:2]
    for seed in range(DRAWS):
        draw = np.random.default_rng(seed).random(60)
        rest = choose(replace(team, draw=draw), 12, lively, MONDAY).strata[1]
        both += bool(np.isin(watched, rest.drawn).all())
        pair = rest.pair_propensity
    assert pair is not None and 0 < pair < 1
    assert abs(both / DRAWS - pair) < 4 * np.sqrt(pair * (1 - pair) / DRAWS)


def test_ties_are_broken_by_numbers_independent_of_the_draw() -> None:
    draw = np.random.default_rng(5).random(20_000)
    ties = tie_breaks(draw)
    assert len(np.unique(ties)) == len(draw)
    assert abs(np.corrcoef(draw, ties.astype(float))[0, 1]) < 0.03
    assert abs(np.corrcoef(draw, (ties >> np.uint64(40)).astype(float) % 2)[0, 1]) < 0.03


@pytest.mark.parametrize(("new", "expected"), [(0, 0), (1, 0), (2, 1), (4, 2), (10, 2), (30, 3), (31, 4)])
def test_how_many_slots_are_drawn(policy: Policy, new: int, expected: int) -> None:
    assert random_slots(new, policy) == expected


def test_no_share_no_draw(policy: Policy) -> None:
    assert random_slots(30, replace(policy, random_percent=0)) == 0


def test_the_odd_slot_changes_sides_every_week(policy: Policy) -> None:
    team = candidates(150, 3)
    lively = replace(policy, random_percent=30, strata_multiple=4)
    weeks = [choose(team, 10, lively, date(2026, 4, day)).strata for day in (6, 13)]
    assert sorted(len(near.drawn) for near, _ in weeks) == [1, 2]
    assert all(len(near.drawn) + len(rest.drawn) == 3 for near, rest in weeks)


def test_one_stratum_fills_in_for_the_other(policy: Policy) -> None:
    small = candidates(40, 3)
    near, rest = choose(small, 10, replace(policy, random_percent=40), MONDAY).strata
    assert (len(near.drawn), len(rest.frame)) == (4, 0)
