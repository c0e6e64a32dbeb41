"""Subgroup tables: who is found and who is missed, with n, intervals and small cells hidden (METHODS §9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.disclosure import suppress
from models.intervals import Codes, Floats, mark, ratio
from models.metrics import Mask, distinct, observed_to_expected, precision_at_k, recall_at_k

HIDDEN = "少数のため非表示"
UNKNOWN = "不明"


@dataclass(frozen=True)
class Judged:
    """Rows (household-dates) of the test period.

    label: the crisis; judged: rows whose label may be used; inclusion: probability of being on that date's list;
    probability: calibrated or None; household, area, week: codes for the intervals.
    """

    label: Mask
    judged: Mask
    inclusion: Floats
    probability: Floats | None
    household: Codes
    area: Codes
    week: Codes

    @property
    def clusters(self) -> dict[str, Codes]:
        """Clusterings for the intervals."""
        return {"household": self.household, "area": self.area, "week": self.week}

    def take(self, rows: Mask) -> "Judged":
        """The rows of a mask."""
        return Judged(
            self.label[rows],
            self.judged[rows],
            self.inclusion[rows],
            None if self.probability is None else self.probability[rows],
            self.household[rows],
            self.area[rows],
            self.week[rows],
        )


def subgroup_table(rows: Judged, values: Sequence[str | None], slots: int, *, made_up: bool) -> dict[str, object]:
    """One axis: a line per value and one for all, recall first.

    Counts of small cells are in distinct households. A figure is shown only where its numerator, denominator and
    the difference of the two are shown; the rest says so. Small cells are worked out from rows that can be judged, so
    that the share labelled can be told too.
    """
    axis = np.array([UNKNOWN if value is None else value for value in values])
    names = sorted(set(axis.tolist()))
    parts = [axis == name for name in names]
    counts = {what: [distinct(rows.household, part & who) for part in parts] for what, who in _cells(rows).items()}
    shown_n = suppress(counts["n"])
    wholes = [count if seen else None for count, seen in zip(counts["n"], shown_n.cells, strict=True)]
    shown = {"n": shown_n.cells}
    for what in ("positives", "listed"):
        shown[what] = suppress(counts[what], wholes).cells
    of_positives = [c if seen else None for c, seen in zip(counts["positives"], shown["positives"], strict=True)]
    shown["hits"] = suppress(counts["hits"], of_positives).cells
    lines = [
        _line(name, rows.take(part), {what: seen[i] for what, seen in shown.items()}, slots, made_up)
        for i, (name, part) in enumerate(zip(names, parts, strict=True))
    ]
    everyone = dict.fromkeys(shown, True) | {"n": shown_n.total}
    return {"rows": lines, "all": _line("全体", rows, everyone, slots, made_up), **mark(made_up)}


def _cells(rows: Judged) -> dict[str, Mask]:
    positive, listed = rows.judged & rows.label, rows.judged & (rows.inclusion > 0)
    return {"n": rows.judged, "positives": positive, "listed": listed, "hits": positive & listed}


def _line(name: str, rows: Judged, shown: Mapping[str, bool], slots: int, made_up: bool) -> dict[str, object]:
    if not shown["n"]:
        return {"group": name, "hidden": HIDDEN, **mark(made_up)}
    positives = int((rows.label & rows.judged).sum())
    line: dict[str, object] = {
        "group": name,
        "n": int(rows.judged.sum()),
        "households": distinct(rows.household, rows.judged),
        "share_labelled": round(float(rows.judged.mean()), 3) if len(rows.judged) else None,
        "positives": positives if shown["positives"] else None,
        **mark(made_up),
    }
    cohort, cases = distinct(rows.household, rows.judged), distinct(rows.household, rows.judged & rows.label)
    figures = {
        "recall_at_k": (("positives", "hits"), lambda: recall_at_k(
            rows.inclusion, rows.label, rows.judged, rows.clusters, made_up=made_up)),
        "precision_at_k": (("listed", "hits"), lambda: precision_at_k(
            rows.inclusion, rows.label, rows.judged, rows.clusters, made_up=made_up)),
        "selection_rate": (("listed",), lambda: ratio(
            rows.inclusion * rows.judged, rows.judged.astype(np.float64), rows.clusters,
            positives=cohort, made_up=made_up)),
        "base_rate": (("positives",), lambda: ratio(
            (rows.label & rows.judged).astype(np.float64), rows.judged.astype(np.float64), rows.clusters,
            positives=cases, made_up=made_up)),
        "false_omission": (("positives", "listed", "hits"), lambda: ratio(
            (1 - rows.inclusion) * (rows.label & rows.judged), (1 - rows.inclusion) * rows.judged, rows.clusters,
            positives=cases, made_up=made_up)),
        "observed_to_expected": (("positives",), lambda: _oe(rows, made_up)),
    }  # fmt: skip
    for what, (needs, make) in figures.items():
        line[what] = make() if all(shown[need] for need in needs) else HIDDEN
    weeks = max(len(np.unique(rows.week)), 1)
    line["recall_ceiling"] = round(min(1.0, slots * weeks / positives), 3) if positives and shown["positives"] else None
    return {key: value.as_dict() if hasattr(value, "as_dict") else value for key, value in line.items()}


def _oe(rows: Judged, made_up: bool) -> object:
    if rows.probability is None:
        return None
    kept = {name: codes[rows.judged] for name, codes in rows.clusters.items()}
    return observed_to_expected(rows.probability[rows.judged], rows.label[rows.judged], kept, made_up=made_up)
