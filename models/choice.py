"""Which candidate ships: the simplest not worse than the best by more than a declared margin (METHODS §5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.intervals import CANNOT_TELL_BELOW, CannotTell, Codes, Estimate, Figure, Floats, difference

# From simple to complex: what an auditor has to read.
ORDER: Final = ("scorecard", "logistic", "ebm_mains", "ebm_pairs", "boosting")
DAYS: Final = 180.0


@dataclass(frozen=True)
class Choice:
    """The model that ships, whether it is recommended at all, and why; every configuration tried is listed."""

    name: str
    recommended: bool
    reason: str
    best: str | None
    delta: float
    against_best: Mapping[str, Estimate]
    against_random: Mapping[str, Estimate]

    def as_dict(self) -> dict[str, object]:
        """JSON-able."""
        return {
            "chosen": self.name,
            "recommended": self.recommended,
            "reason": self.reason,
            "best": self.best,
            "delta": self.delta,
            "order": list(ORDER),
            "tried": list(self.against_random),
            "against_best": {name: figure.as_dict() for name, figure in self.against_best.items()},
            "against_random": {name: figure.as_dict() for name, figure in self.against_random.items()},
        }


def choose(
    leads: Mapping[str, Floats],
    chance: Floats,
    clusters: Mapping[str, Codes],
    *,
    delta: float,
    enough: bool,
    made_up: bool,
    per: Floats | None = None,
    positives: int | None = None,
    scale: float = DAYS,
) -> Choice:
    """Choose on the selection period.

    leads: per candidate the restricted lead of each event at equal slots (days, same events in the same order);
    chance: that of random lists. The lower 95 % bound of (candidate − best) ≥ −δ makes a candidate good enough; the
    simplest such ships. It is recommended only if its gain over chance has a lower bound above zero: in a city where
    signals and crises have no link, no model is. Too little data → the scorecard, and the reason says so.
    For a single cohort the values are hits per row, `per` the share of a slot each row stands for, δ a share, scale 1.
    """
    count = len(chance) if positives is None else positives
    how = {"positives": count, "made_up": made_up, "scale": scale}
    ones = np.ones(len(chance)) if per is None else per
    if not enough or count < CANNOT_TELL_BELOW:
        reason = (
            f"選ぶにはデータが足りません(学習期間に危機のあった世帯・なかった世帯、選択期間に危機のあった世帯のどれかが"
            f"{CANNOT_TELL_BELOW}世帯に満たないか、期間の不足。同じ世帯は何度数えても1世帯)。審査にかけるのは点数表です。"
        )
        nothing: dict[str, Estimate] = {name: CannotTell(len(chance), count, made_up) for name in leads}
        return Choice("scorecard", False, reason, None, delta, nothing, nothing)
    names = [name for name in ORDER if name in leads]
    best = max(names, key=lambda name: (round(float(leads[name].mean()), 9), -names.index(name)))
    others = [name for name in names if name != best]
    to_best = {name: difference(leads[name], leads[best], ones, clusters, **how) for name in others}  # type: ignore[arg-type]
    to_chance = {name: difference(leads[name], chance, ones, clusters, **how) for name in names}  # type: ignore[arg-type]
    name = next(name for name in names if name == best or _low(to_best[name]) >= -delta)
    linked = _low(to_chance[name]) > 0
    if linked:
        reason = f"最良({best})との差の95%下限が −{delta:g} 以上の候補のうち、いちばん簡単なもの({name})です。"
    else:
        reason = "候補が無作為な名簿より良いとは言えません。モデルは推奨しません。"
    return Choice(name if linked else "scorecard", linked, reason, best, delta, to_best, to_chance)


def _low(estimate: Estimate) -> float:
    return estimate.low if isinstance(estimate, Figure) else float("-inf")
