"""Choice and comparison by hits per slot, where one as-of date at a time shows no lead (METHODS §2, §5)."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.choice import ORDER, Choice, choose
from models.intervals import Estimate, Floats, difference, mark, ratio
from models.metrics import auc, auc_difference, distinct, expected_inclusion, precision_at_k
from models.panel import Panel


def choose_by_hits(listed: Mapping[str, Floats], rows: Panel, *, delta: float, made_up: bool) -> Choice:
    """The simplest candidate whose expected hits per slot are not worse than the best's by more than δ (a share).

    listed: per policy the probability that each row has a slot; all policies have the same number of slots.
    """
    hits = {name: chosen * rows.label for name, chosen in listed.items() if name in ORDER}
    share = float(next(iter(listed.values())).sum()) / rows.x.rows
    return choose(
        hits,
        (rows.label * share).astype(np.float64),
        {"household": rows.household},
        delta=delta,
        enough=True,
        made_up=made_up,
        per=np.full(rows.x.rows, share),
        positives=distinct(rows.household, rows.label & rows.judged),
        scale=1.0,
    )


def hits_gain(one: Floats, other: Floats, rows: Panel, slots: int, *, made_up: bool) -> Estimate:
    """Hits per slot of lists by score `one` minus those by `other` at `slots` slots, on the rows of one as-of date,
    paired by household; where every listed row can be judged, the difference of the two precisions."""
    size = min(slots, rows.x.rows)
    first, second = (expected_inclusion(score, size) * rows.label for score in (one, other))
    positives = distinct(rows.household, rows.label & rows.judged)
    share = np.full(rows.x.rows, size / rows.x.rows)
    return difference(first, second, share, {"household": rows.household}, positives=positives, made_up=made_up)


def one_date(
    scores: Mapping[str, Floats], rows: Panel, chosen: str, sizes: Sequence[int], *, made_up: bool
) -> dict[str, object]:
    """The figures of one as-of date: every policy's AUC and precision at each list size, and the chosen one's paired
    gains over each other. Sizes beyond the cohort are left out. Nothing of two dates is ever pooled."""
    seen = rows.judged
    label, home = rows.label[seen], rows.household[seen]
    kept = [size for size in sizes if size <= rows.x.rows]

    def precision(score: Floats, size: int) -> Estimate:
        inclusion = expected_inclusion(score, size)
        return precision_at_k(inclusion, rows.label, seen, {"household": rows.household}, made_up=made_up)

    def gains(name: str) -> dict[str, object]:
        best, other = scores[chosen], scores[name]
        return {
            "auc": auc_difference(best[seen], other[seen], label, home, made_up=made_up).as_dict(),
            "hits_at": {str(size): hits_gain(best, other, rows, size, made_up=made_up).as_dict() for size in kept},
        }

    everyone = np.ones(len(label))
    rate = ratio(label.astype(np.float64), everyone, {"household": home}, positives=int(label.sum()), made_up=made_up)
    return {
        "base_rate": rate.as_dict(),
        "policies": {
            name: {
                "auc": auc(score[seen], label, home, made_up=made_up).as_dict(),
                "precision_at": {str(size): precision(score, size).as_dict() for size in kept},
            }
            for name, score in scores.items()
        },
        "gain_of_chosen_over": {name: gains(name) for name in scores if name != chosen},
        **mark(made_up),
    }
