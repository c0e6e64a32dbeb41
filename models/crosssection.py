"""Figures that need a label per household-date: precision at k, AUC, calibration, visibility (METHODS §3–5)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.disclosure import suppress, told
from models.groups import Judged, subgroup_table
from models.intervals import Codes, Floats, mark, ratio
from models.matrix import Matrix
from models.metrics import (
    Mask,
    auc,
    average_precision,
    calibration_error,
    calibration_line,
    inclusion_by_date,
    observed_to_expected,
    precision_at_k,
    recall_at_k,
)
from models.panel import City, Panel


def ranking(score: Floats, rows: Panel, slots: int, *, made_up: bool) -> dict[str, object]:
    """Precision and recall at k per as-of date, average precision, AUC last. All rows take slots; judged ones count."""
    listed = inclusion_by_date(score, rows.day, slots)
    seen = rows.judged
    return {
        "n": int(seen.sum()),
        "precision_at_k": precision_at_k(listed, rows.label, seen, rows.clusters, made_up=made_up).as_dict(),
        "recall_at_k": recall_at_k(listed, rows.label, seen, rows.clusters, made_up=made_up).as_dict(),
        "average_precision": average_precision(
            score[seen], rows.label[seen], rows.household[seen], made_up=made_up
        ).as_dict(),
        "auc": auc(score[seen], rows.label[seen], rows.household[seen], made_up=made_up).as_dict(),
        "slots": slots,
        **mark(made_up),
    }


def calibration_figures(probability: Floats, rows: Panel, months: Sequence[str], *, made_up: bool) -> dict[str, object]:
    """O:E, slope, intercept, ECE beside its floor, and O:E by month; «among visible, untouched households»."""
    seen = rows.judged
    p, y, home = probability[seen], rows.label[seen], rows.household[seen]
    slope, intercept = calibration_line(p, y, home, made_up=made_up)
    error, floor = calibration_error(p, y, home, made_up=made_up)
    month = np.array(months)[seen]
    by_month = {
        name: observed_to_expected(
            p[month == name], y[month == name], {"household": home[month == name]}, made_up=made_up
        ).as_dict()
        for name in sorted(set(month.tolist()))
    }
    kept = {name: codes[seen] for name, codes in rows.clusters.items()}
    return {
        "observed_to_expected": observed_to_expected(p, y, kept, made_up=made_up).as_dict(),
        "slope": slope.as_dict(),
        "intercept": intercept.as_dict(),
        "ece": error.as_dict(),
        "ece_if_right": floor.as_dict(),
        "observed_to_expected_by_month": by_month,
        **mark(made_up),
    }


def subgroups(
    score: Floats,
    probability: Floats | None,
    rows: Panel,
    axes: Mapping[str, Sequence[str | None]],
    slots: int,
    *,
    made_up: bool,
) -> dict[str, object]:
    """A table per axis. axes: name → one value per household of the city."""
    judged = Judged(
        rows.label,
        rows.judged,
        inclusion_by_date(score, rows.day, slots),
        probability,
        rows.household,
        rows.area,
        rows.day // 7,
    )
    return {
        name: subgroup_table(judged, [values[number] for number in rows.household], slots, made_up=made_up)
        for name, values in axes.items()
    }


def axes_of(groups: pa.Table, city: City) -> dict[str, list[str | None]]:
    """The group columns (household_key + a string column per axis) by household of the city."""
    spot = pc.index_in(city.keys, value_set=groups["household_key"].combine_chunks())
    names = [name for name in groups.column_names if name != "household_key"]
    return {name: groups[name].combine_chunks().take(spot).to_pylist() for name in names}


def visibility(
    margin: Floats, x: Matrix, household: Codes, sources: Mapping[str, Sequence[str]], *, made_up: bool
) -> dict[str, dict[str, dict[str, object]]]:
    """How well the margin tells which sources are visible (0.5 = not at all), overall and among households without any
    signal. A source counts as visible when some feature that reads it alone is."""
    silent = (np.nan_to_num(x.values) == 0).all(axis=1)
    out: dict[str, dict[str, dict[str, object]]] = {}
    for source in sorted({s for of in sources.values() for s in of}):
        own = [j for j, name in enumerate(x.names) if tuple(sources[name]) == (source,)]
        if own:
            visible: Mask = np.asarray(~np.isnan(x.values[:, own]).all(axis=1))
            everyone, quiet = _sides(visible, silent)
            silently = auc(margin[silent], visible[silent], household[silent], made_up=made_up).as_dict()
            if quiet["unseen"] is None and "positives" in silently:
                silently["positives"] = None
            out[source] = {
                "all": auc(margin, visible, household, made_up=made_up).as_dict() | everyone,
                "without_signals": silently | quiet,
            }
    return out


def _sides(visible: Mask, silent: Mask) -> tuple[dict[str, int | None], dict[str, int | None]]:
    """Households seen and unseen, of all and of those without signals; small ones and small rests not told."""
    of_all = [int(visible.sum()), int((~visible).sum())]
    everyone = told(of_all)
    counts = [int((visible & silent).sum()), int((~visible & silent).sum())]
    shown = suppress(counts, everyone).cells
    quiet = [count if seen else None for count, seen in zip(counts, shown, strict=True)]
    return dict(zip(("seen", "unseen"), everyone, strict=True)), dict(zip(("seen", "unseen"), quiet, strict=True))


def importances(contributions: Mapping[str, Floats], household: Codes, *, made_up: bool) -> list[dict[str, object]]:
    """Mean |φ| per column with a household-bootstrap interval, largest first."""
    ones = np.ones(len(household))
    largest = max((float(np.abs(phi).max(initial=0.0)) for phi in contributions.values()), default=0.0) or 1.0
    found: list[tuple[float, str, dict[str, object]]] = []
    for name, phi in contributions.items():
        size = np.abs(phi)
        figure = ratio(
            size,
            ones,
            {"household": household},
            positives=len(household),
            made_up=made_up,
            scale=largest,
        )
        found.append((-float(size.mean()), name, {"feature": name, "mean_abs_phi": figure.as_dict()}))
    return [line for _, _, line in sorted(found, key=lambda entry: entry[:2])]
