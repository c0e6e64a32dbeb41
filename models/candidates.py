"""The candidates, the ceiling and the baselines that they must beat (METHODS §4, §5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Protocol

import numpy as np

from models.choice import ORDER
from models.foresight import Policy
from models.intervals import Codes, Floats
from models.learners import boosting, ebm, logistic, scorecard
from models.learners.scorecard import Card
from models.matrix import Matrix, Spec
from models.metrics import inclusion_by_date
from models.panel import Panel
from models.scoring import margins
from models.splits import Yearly
from models.table import Model


@dataclass(frozen=True)
class TrainingSettings:
    """config/training.yaml on the training day (the meaning of each number is said there)."""

    target: str = "any"
    horizon_days: int = 180
    lag_days: int = 30
    slots: int = 20
    delta_days: float = 3.0
    delta_share: float = 0.01
    cool_off_days: int = 90
    no_contact_share: float = 0.3
    tries: int = 4
    burn_in_days: int = 180
    replay_draws: int = 16
    stability_refits: int = 20
    boosting_trees: int = 600
    ceiling_trees: int = 100
    ebm_bags: int = 2
    ebm_rounds: int = 400
    yearly_on: str = "06-01"
    yearly_tests: int = 3
    yearly_selections: int = 1
    yearly_history_days: int = 730
    list_sizes: tuple[int, ...] = (100, 250, 500, 1000)
    rules: tuple[str, ...] = ()
    seed: int = 0

    @property
    def yearly(self) -> Yearly:
        """The yearly validation schedule."""
        month, day = (int(part) for part in self.yearly_on.split("-"))
        return Yearly(month, day, self.yearly_tests, self.yearly_selections, self.yearly_history_days)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "TrainingSettings":
        """From the values that hold on the day. Raises ValueError on a name nobody reads."""
        known = {field.name for field in fields(cls)}
        if set(values) - known:
            raise ValueError(
                f"config/training.yaml: {', '.join(sorted(set(values) - known))} は使われません。消してください。"
            )
        given: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in values.items()}
        return cls(**given)


class Declared(Protocol):
    """What is needed of a feature here."""

    @property
    def name(self) -> str:
        """Column name."""
        ...

    @property
    def direction(self) -> int:
        """+1 or −1."""
        ...

    @property
    def bins(self) -> tuple[float, ...]:
        """Declared cut points."""
        ...

    @property
    def hash(self) -> str:
        """Definition hash."""
        ...


def specs_of(features: Sequence[Declared]) -> tuple[Spec, ...]:
    """What learners may know of the features, in declared order."""
    return tuple(Spec(f.name, f.direction, tuple(float(b) for b in f.bins), f.hash) for f in features)


@dataclass(frozen=True)
class Recipe:
    """Everything a fit needs besides its rows."""

    specs: tuple[Spec, ...]
    card: Card
    settings: TrainingSettings
    config_digest: str

    def without(self, dropped: Sequence[str]) -> "Recipe":
        """The recipe for fewer features; the card loses their points."""
        kept = tuple(spec for spec in self.specs if spec.name not in set(dropped))
        return Recipe(kept, self.card.without(dropped), self.settings, self.config_digest)

    @property
    def names(self) -> tuple[str, ...]:
        """Feature names in declared order."""
        return tuple(spec.name for spec in self.specs)


def fit_candidate(name: str, recipe: Recipe, x: Matrix, y: Codes, weight: Floats | None) -> Model:
    """Learn one candidate of `choice.ORDER`; x has the columns of the recipe in its order."""
    chosen, digest, specs = recipe.settings, recipe.config_digest, recipe.specs
    if name == "scorecard":
        return scorecard.build(x, specs, recipe.card, digest)
    if name == "logistic":
        return logistic.fit(x, y, weight, specs, config_digest=digest)
    if name == "boosting":
        trees = boosting.BoostingSettings(trees=chosen.boosting_trees, seed=chosen.seed)
        return boosting.fit(x, y, weight, specs, trees, digest)
    pairs = 0 if name == "ebm_mains" else 8
    bags = ebm.EbmSettings(pairs=pairs, bags=chosen.ebm_bags, rounds=chosen.ebm_rounds, seed=chosen.seed)
    return ebm.fit(x, y, weight, specs, bags, digest)


def narrowed(x: Matrix, names: Sequence[str]) -> Matrix:
    """The matrix with some of its columns only."""
    return Matrix(x.keys, tuple(names), x.values[:, [x.names.index(name) for name in names]])


def fit_all(recipe: Recipe, rows: Panel) -> dict[str, Model]:
    """Every candidate, learnt from the judged rows; the scorecard is measured against the same cohort."""
    learnt = rows.take(rows.judged)
    y = learnt.label.astype(np.int64)
    return {name: fit_candidate(name, recipe, learnt.x, y, learnt.weight) for name in ORDER}


def table_policy(model: Model) -> Policy:
    """Rank by a model's margin (features the model does not have are left out)."""
    return lambda x, _: margins(model, narrowed(x, model.names))


def random_policy(x: Matrix, _: Codes) -> Floats:
    """Everyone equal: the lot decides."""
    return np.zeros(x.rows)


def area_policy(rows: Panel) -> Policy:
    """Rank by the area's rate among the training rows, drawn towards the city's rate by 20 rows."""
    weight = rows.weight * rows.judged
    count = int(rows.area.max(initial=0)) + 1
    positives = np.bincount(rows.area, weights=weight * rows.label, minlength=count)
    total = np.bincount(rows.area, weights=weight, minlength=count)
    city = positives.sum() / max(total.sum(), 1.0)
    rate = (positives + 20 * city) / (total + 20)
    return lambda _, area: np.where(area < count, rate[np.minimum(area, count - 1)], city)


def single_score(x: Matrix, spec: Spec) -> Floats:
    """One feature in its declared direction; not visible ranks last."""
    value = spec.direction * x.column(spec.name)
    return np.where(np.isnan(value), np.nanmin(value) - 1.0 if not np.isnan(value).all() else 0.0, value)


def best_single(rows: Panel, specs: Sequence[Spec], slots: int) -> Spec:
    """The feature with most expected hits at k on the training dates; equal ones by declared order."""
    hits = [
        float((inclusion_by_date(single_score(rows.x, spec), rows.day, slots) * rows.label).sum()) for spec in specs
    ]
    return specs[int(np.argmax(np.round(hits, 9)))]


def by_month(rows: Panel) -> list[str]:
    """YYYY-MM of each row's as-of date."""
    names = {day: date.fromordinal(int(day)).isoformat()[:7] for day in np.unique(rows.day)}
    return [names[day] for day in rows.day]
