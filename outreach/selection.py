"""Ranked and random slots of one team, with the probability of every random one (METHODS §8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from outreach.policy import Policy

NEAR, REST = "near", "rest"


@dataclass(frozen=True)
class Candidates:
    """The households of one team that may get a new slot, as parallel arrays in any order.

    first: goes before every margin (PRACTICE); offers: has a positive, stable, dated reason; drawable: somebody's
    form mentioned random visits; draw: the household's number in [0, 1).
    """

    margin: NDArray[np.float64]
    first: NDArray[np.bool_]
    offers: NDArray[np.bool_]
    drawable: NDArray[np.bool_]
    draw: NDArray[np.float64]


@dataclass(frozen=True)
class Stratum:
    """A simple random sample without replacement: ``drawn`` of the ``frame`` (positions in Candidates)."""

    name: str
    frame: NDArray[np.int64]
    drawn: NDArray[np.int64]

    @property
    def propensity(self) -> float:
        """First-order inclusion probability, the same for every member of the frame."""
        return len(self.drawn) / len(self.frame) if len(self.frame) else 0.0

    @property
    def pair_propensity(self) -> float:
        """Joint inclusion probability of two members; across strata and teams the product of the two."""
        n, size = len(self.drawn), len(self.frame)
        return n * (n - 1) / (size * (size - 1)) if size > 1 else 0.0


@dataclass(frozen=True)
class Selection:
    """Ranked positions in order, and the two strata."""

    ranked: NDArray[np.int64]
    strata: tuple[Stratum, Stratum]


def tie_breaks(draw: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Turn draws into second, practically independent numbers (the splitmix64 finaliser, a bijection).

    The draw itself may not break ties between margins: who loses a tie would then be known to have a large draw,
    and the propensity of a random slot would be wrong.
    """
    mixed = (draw * 2.0**53).astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def random_slots(slots: int, policy: Policy) -> int:
    """How many of the new slots are drawn: the percentage rounded up, at least the minimum, never more than half."""
    wanted = -(-slots * policy.random_percent // 100) if policy.random_percent else 0
    return min(max(wanted, policy.random_minimum if wanted else 0), slots // 2)


def choose(candidates: Candidates, slots: int, policy: Policy, monday: date) -> Selection:
    """Fill a team's new slots; the order of the input does not matter.

    Ranked: first-comers, then by margin, ties by ``tie_breaks``; only households with something dated to offer or
    first-comers. Random: half from ranks k+1 … multiple × k, half from the rest (k = ranked slots), the odd slot in
    turn by week, each by the smallest draws. What one stratum cannot fill the other does; what neither can (every
    drawable household is then drawn) goes back to ranked households.
    """
    order = np.lexsort((tie_breaks(candidates.draw), -candidates.margin, ~candidates.first)).astype(np.int64)
    wanted = random_slots(slots, policy)
    k = slots - wanted
    fit = order[(candidates.offers | candidates.first)[order]]
    ranked = fit[:k]
    strata = _strata(candidates, order, ranked, k, policy)
    near, rest = _allot(wanted, len(strata[0]), len(strata[1]), (monday.toordinal() // 7) % 2 == 0)
    drawn = (_sample(candidates, NEAR, strata[0], near), _sample(candidates, REST, strata[1], rest))
    missing = wanted - near - rest
    if missing:
        taken = np.concatenate([ranked, drawn[0].drawn, drawn[1].drawn])
        ranked = np.concatenate([ranked, fit[~np.isin(fit, taken)][:missing]])
    return Selection(ranked, drawn)


def _strata(
    candidates: Candidates, order: NDArray[np.int64], ranked: NDArray[np.int64], k: int, policy: Policy
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    free = ~np.isin(order, ranked) & candidates.drawable[order]
    is_near = np.arange(len(order)) < policy.strata_multiple * max(k, 1)
    return order[free & is_near], order[free & ~is_near]


def _allot(wanted: int, near_size: int, rest_size: int, odd_is_near: bool) -> tuple[int, int]:
    near = wanted // 2 + (wanted % 2 if odd_is_near else 0)
    near = min(near, near_size)
    rest = min(wanted - near, rest_size)
    return min(wanted - rest, near_size), rest


def _sample(candidates: Candidates, name: str, frame: NDArray[np.int64], n: int) -> Stratum:
    by_draw = frame[np.argsort(candidates.draw[frame], kind="stable")]
    return Stratum(name, by_draw, by_draw[:n])
