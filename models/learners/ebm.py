"""Explainable boosting machine (interpret), converted to a table, with at most 8 pairs.

interpret gives a pair with a monotone feature no effect at all, so pairs are learnt in three
steps: monotone mains; the strongest pairs on what the mains leave (no direction), each projected
to the nearest grid that obeys both directions; the mains again on top of those grids. The result
is monotone everywhere, mains and pairs.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.learners.assembly import (
    Labels,
    Parts,
    assemble,
    check_labels,
    households,
    one_thread,
    versions,
)
from models.learners.grids import monotone_grid
from models.matrix import Floats, Matrix, Spec, filled
from models.scoring import cells_of
from models.table import MAX_PAIRS, Model, Pair, closed_grid, term


@dataclass(frozen=True)
class EbmSettings:
    """Pairs (0 … 8), bags (train/validation splits by household), rounds, bins, learning rate, seed."""

    pairs: int = MAX_PAIRS
    bags: int = 4
    rounds: int = 2000
    learning_rate: float = 0.02
    bins: int = 64
    pair_bins: int = 8
    held_out: float = 0.15
    seed: int = 0


@dataclass(frozen=True)
class FittedEbm:
    """The mains' estimator, fitted on top of the grids of `pairs` (feature numbers a, b and grid)."""

    mains: Any
    pairs: tuple[tuple[int, int, Pair], ...]

    def decision(self, values: Floats) -> Floats:
        """interpret's decision_function, with the grids as its initial score."""
        start = _pair_scores(self.pairs, values) if self.pairs else None
        return np.asarray(self.mains.decision_function(values, init_score=start), dtype=np.float64)

    def parts(self, specs: Sequence[Spec]) -> Parts:
        """Cells 1 … n+1 of interpret's terms (0 is missing, the last unseen: both never reached)."""
        by_feature = {features[0]: scores for features, scores in _terms(self.mains)}
        terms = tuple(
            term(spec.name, spec.direction, _edges(self.mains.bins_[j][0]), _inner(by_feature[j]))
            for j, spec in enumerate(specs)
        )
        return Parts(float(np.ravel(self.mains.intercept_)[0]), terms, tuple(pair for _, _, pair in self.pairs))


def estimate(x: Matrix, y: Labels, weight: Floats | None, specs: Sequence[Spec], settings: EbmSettings) -> FittedEbm:
    """Fit mains, then pairs, then mains again (see the module's docstring)."""
    values = filled(x, specs)
    bags = _bags(households(x.keys), settings)
    with one_thread():
        mains = _machine(specs, settings).fit(values, y, sample_weight=weight, bags=bags)
        chosen = _strongest(mains, values, y, weight, settings)
        if not chosen:
            return FittedEbm(mains, ())
        start = mains.decision_function(values)
        machine = _machine(specs, settings, chosen)
        pairs = _grids(machine.fit(values, y, sample_weight=weight, bags=bags, init_score=start), specs)
        if pairs:
            start = _pair_scores(pairs, values)
            mains = _machine(specs, settings).fit(values, y, sample_weight=weight, bags=bags, init_score=start)
    return FittedEbm(mains, pairs)


def fit(
    x: Matrix,
    y: Labels,
    weight: Floats | None,
    specs: Sequence[Spec],
    settings: EbmSettings | None = None,
    config_digest: str = "",
) -> Model:
    """Learn the table (see the package's docstring). Raises `CannotLearn` with one class only."""
    check_labels(x, y, weight)
    chosen = settings or EbmSettings()
    fitted = estimate(x, y, weight, specs, chosen)
    learned = {"learner": "ebm", "settings": asdict(chosen), "libraries": versions("interpret-core", "numpy")}
    return assemble(fitted, x, y, weight, specs, learned, config_digest)


def _machine(specs: Sequence[Spec], settings: EbmSettings, pairs: Sequence[tuple[int, int]] = ()) -> Any:
    from interpret.glassbox import ExplainableBoostingClassifier

    only_pairs = bool(pairs)
    return ExplainableBoostingClassifier(
        feature_names=[spec.name for spec in specs],
        feature_types=["continuous"] * len(specs),  # else few whole numbers become categories
        interactions=list(pairs) if only_pairs else 0,
        exclude="mains" if only_pairs else None,
        monotone_constraints=None if only_pairs else [spec.direction for spec in specs],
        max_bins=settings.pair_bins if only_pairs else settings.bins,
        max_interaction_bins=settings.pair_bins,
        outer_bags=settings.bags,
        max_rounds=settings.rounds,
        learning_rate=settings.learning_rate,
        # interpret's smoothing rounds cut at random places; under a monotone direction such steps spoil the first fit.
        smoothing_rounds=0,
        random_state=settings.seed,
        n_jobs=1,
    )


def _bags(household: NDArray[np.int64], settings: EbmSettings) -> NDArray[np.int8]:
    """+1 train, -1 validate; a household is never on both sides."""
    bags = np.ones((len(household), settings.bags), dtype=np.int8)
    n = int(household.max()) + 1
    for b in range(settings.bags):
        drawn = np.random.default_rng([settings.seed, b]).permutation(n)[: int(n * settings.held_out)]
        bags[np.isin(household, drawn), b] = -1
    return bags


def _strongest(
    mains: Any, values: Floats, y: Labels, weight: Floats | None, settings: EbmSettings
) -> list[tuple[int, int]]:
    if settings.pairs == 0 or values.shape[1] < 2:
        return []
    from interpret.utils import measure_interactions

    ranked = measure_interactions(
        values,
        y,
        interactions=min(settings.pairs, MAX_PAIRS),
        init_score=mains.decision_function(values),
        sample_weight=weight,
        feature_types=["continuous"] * values.shape[1],
        max_interaction_bins=settings.pair_bins,
    )
    return [(int(a), int(b)) for (a, b), strength in ranked if strength > 0]


def _grids(machine: Any, specs: Sequence[Spec]) -> tuple[tuple[int, int, Pair], ...]:
    weights = {tuple(f): w for f, w in zip(machine.term_features_, machine.bin_weights_, strict=True)}
    found = []
    for (a, b), scores in _terms(machine):
        seen = weights[(a, b)][1:-1, 1:-1]
        grid = monotone_grid(scores[1:-1, 1:-1], seen, specs[a].direction, specs[b].direction)
        if grid.min() < grid.max():
            edges_a, edges_b = (_edges(machine.bins_[f][min(len(machine.bins_[f]), 2) - 1]) for f in (a, b))
            cells = closed_grid(tuple(tuple(float(v) + 0.0 for v in row) for row in grid))
            found.append((a, b, Pair(specs[a].name, specs[b].name, edges_a, edges_b, cells)))
    return tuple(found)


def _terms(machine: Any) -> list[tuple[tuple[int, ...], Floats]]:
    return [(tuple(f), s) for f, s in zip(machine.term_features_, machine.term_scores_, strict=True)]


def _inner(scores: Floats) -> tuple[float, ...]:
    return tuple(float(v) for v in scores[1:-1])


def _edges(cuts: Floats) -> tuple[float, ...]:
    """interpret puts x = cut to the right, the table to the left: the next smaller float64 is exact."""
    return tuple(float(np.nextafter(cut, -np.inf)) for cut in cuts)


def _pair_scores(pairs: Sequence[tuple[int, int, Pair]], values: Floats) -> Floats:
    total = np.zeros(len(values))
    for a, b, pair in pairs:
        total += pair.cells[cells_of(pair.edges_a, values[:, a]), cells_of(pair.edges_b, values[:, b])]
    return total
