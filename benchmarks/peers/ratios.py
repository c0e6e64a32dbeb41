"""triage's time divided by Kizuki's, by stage."""

from collections.abc import Mapping
from typing import Any, Final

Figures = Mapping[str, Mapping[str, float]]

MODELS: Final = ("training", "prediction", "evaluation")
STAGES: Final = ("cohort and labels", "features", "matrix", *MODELS)
EQUAL: Final = "features, ready-made facts"
"""Counting alone, from facts that are already joined to households: what triage is asked for."""

_TRIAGE_ALL: Final = ("cohort and labels", "features", "matrix", "models, whole")
_LINES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    # Kizuki does more: it opens the home, works out who permits what and joins all facts to households.
    "all": (_TRIAGE_ALL, ("set-up", *STAGES)),
    "all, facts ready-made": (_TRIAGE_ALL, (EQUAL, "matrix", *MODELS)),
    # The same estimator of the same library takes most of the time of both.
    "all but training, facts ready-made": (_TRIAGE_ALL, (EQUAL, "matrix", "prediction", "evaluation")),
}


def ratios(triage: Figures, kizuki: Figures) -> dict[str, Any]:
    """By stage and in sum: seconds and CPU seconds of both, and triage's divided by Kizuki's.

    What triage does around its models (hashes, records) counts in its sums; creating its schema and loading do not.
    """
    found = {name: _beside(triage[name], kizuki[name]) for name in STAGES}
    found[EQUAL] = _beside(triage["features"], kizuki[EQUAL])
    for name, (theirs, ours) in _LINES.items():
        all_of_theirs = total(triage, theirs)
        if name.startswith("all but training"):
            trained = triage["training"]
            all_of_theirs = {what: seconds - trained[what] for what, seconds in all_of_theirs.items()}
        found[name] = _beside(all_of_theirs, total(kizuki, ours))
    return found


def total(stages: Figures, names: tuple[str, ...]) -> dict[str, float]:
    """The sum of some stages."""
    return {what: sum(stages[name][what] for name in names) for what in ("seconds", "cpu_seconds")}


def _beside(triage: Mapping[str, float], kizuki: Mapping[str, float]) -> dict[str, Any]:
    return {
        what: {
            "triage": round(triage[what], 2),
            "kizuki": round(kizuki[what], 3),
            "ratio": round(triage[what] / kizuki[what], 1) if kizuki[what] > 0 else None,
        }
        for what in ("seconds", "cpu_seconds")
    }
