"""The scorecard: expert points as a model like any other; it needs no labels.

`config/scorecard.yaml` gives, per feature, the points of each step. Points become log-odds by
ln 2 / points_to_double_odds, so that a reader can say «20 points double the odds».
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.background import with_background
from models.matrix import Matrix, Spec, training_digest
from models.table import Model, ModelRefused, Term, term

Steps = tuple[tuple[float, float], ...]
_SCALE = ("points_to_double_odds", "base_one_in")


@dataclass(frozen=True)
class Card:
    """`points`: feature → ((edge, points above it), …); a feature without points gives 0.

    `base_one_in`: a household without any sign is taken to be one in so many.
    """

    points_to_double_odds: float
    base_one_in: float
    points: Mapping[str, Steps]

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Card":
        """From the values of config/scorecard.yaml that hold on the day. Raises `ModelRefused`."""
        absent = [name for name in _SCALE if name not in values]
        if absent:
            raise ModelRefused(f"config/scorecard.yaml: {', '.join(absent)} がありません。値と根拠を書いてください。")
        steps = {
            name: tuple((float(edge), float(points)) for edge, points in value)
            for name, value in values.items()
            if name not in _SCALE
        }
        return cls(float(values["points_to_double_odds"]), float(values["base_one_in"]), steps)

    def without(self, dropped: Collection[str]) -> "Card":
        """The card without the points of some features."""
        return replace(self, points={name: steps for name, steps in self.points.items() if name not in dropped})

    def check(self, specs: Sequence[Spec]) -> None:
        """Raise `ModelRefused` when it names an unknown feature, its points go against a feature's direction, or its
        scale is impossible.
        """
        unknown = sorted(set(self.points) - {spec.name for spec in specs})
        if unknown:
            what = f"知らない特徴量です: {', '.join(unknown)}"
            raise ModelRefused(f"config/scorecard.yaml: {what}。名前を直すか、行を消してください。")
        if self.points_to_double_odds <= 0 or self.base_one_in <= 1:
            raise ModelRefused("config/scorecard.yaml: points_to_double_odds は正、base_one_in は1より大きい数です。")
        self.terms(specs)

    def terms(self, specs: Sequence[Spec]) -> tuple[Term, ...]:
        """A term per feature, in log odds."""
        unit = math.log(2.0) / self.points_to_double_odds
        return tuple(_term(spec, self.points.get(spec.name, ()), unit) for spec in specs)


def build(x: Matrix, specs: Sequence[Spec], card: Card, config_digest: str = "") -> Model:
    """The card as a table measured against `x`.

    Raises `ModelRefused` when it does not fit (`Card.check`).
    """
    card.check(specs)
    model = Model(
        intercept=-math.log(card.base_one_in - 1.0),
        terms=card.terms(specs),
        pairs=(),
        features={spec.name: spec.hash for spec in specs},
        background=None,
        calibration=None,
        learned={
            "learner": "scorecard",
            "points_to_double_odds": card.points_to_double_odds,
            "base_one_in": card.base_one_in,
            "points": {name: [list(step) for step in steps] for name, steps in sorted(card.points.items())},
            "rows": x.rows,
        },
        training_digest=training_digest(x, None, None),
        config_digest=config_digest,
    )
    return with_background(model, x)


def _term(spec: Spec, steps: Steps, unit: float) -> Term:
    edges = tuple(edge for edge, _ in steps)
    return term(spec.name, spec.direction, edges, (0.0, *(points * unit for _, points in steps)))
