"""Training from end to end: candidates, choice, calibration, validation and every figure the report needs.

Pure: tables in, a model and figures out. Nothing here reads a file or a clock.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from models.calibration import LABEL_JA, platt
from models.candidates import (
    TrainingSettings,
    by_month,
    fit_all,
    fit_candidate,
    narrowed,
    table_policy,
)
from models.ceiling import CeilingSettings, fit_ceiling
from models.choice import Choice, choose
from models.comparison import Baselines, Compared, compare, policies_of, selection_leads
from models.crosssection import axes_of, calibration_figures, importances, ranking, subgroups, visibility
from models.inputs import TrainingInputs, learnable, rows_of
from models.intervals import Floats, mark, ratio
from models.matrix import Matrix
from models.panel import City, Panel
from models.results import NOT_DONE, TrainingResult, said_first, validation_table
from models.scoring import contribution_arrays, margins, probabilities
from models.single_cohort import train_single_cohort
from models.stability import bootstrap_rows, random_jaccard, stability
from models.table import Model
from models.yearly import train_yearly


def train(inputs: TrainingInputs) -> TrainingResult:
    """Learn, choose, calibrate, validate. Too little data → the scorecard; every figure that cannot be told says so."""
    if inputs.split.kind == "single_cohort":
        return train_single_cohort(inputs)
    if inputs.split.kind == "yearly":
        return train_yearly(inputs)
    city = City.of(inputs.features, inputs.area)
    learnt = rows_of(inputs, "train", city)
    enough = inputs.split.enough and learnable(learnt)
    recipe = inputs.recipe
    if enough and learnt is not None:
        candidates, baselines = fit_all(recipe, learnt), Baselines.of(learnt, inputs.specs, inputs.slots)
        judged = learnt.take(learnt.judged)
        chosen = selection_leads(inputs, city, candidates)
        choice = choose(*chosen, delta=inputs.settings.delta_days, enough=True, made_up=inputs.made_up)
        background = judged.x
    else:
        background = inputs.newest
        card = fit_candidate("scorecard", recipe, background, np.zeros(background.rows, dtype=np.int64), None)
        candidates, baselines, judged = {"scorecard": card}, Baselines(), None
        choice = choose(
            {"scorecard": np.zeros(0)}, np.zeros(0), {}, delta=inputs.settings.delta_days, enough=False,
            made_up=inputs.made_up,
        )  # fmt: skip
    model, calibrated = _calibrated(inputs, candidates[choice.name], city)
    refits = _refits(inputs, choice.name, judged)
    ceiling = None
    if judged is not None:
        limits = CeilingSettings(trees=inputs.settings.ceiling_trees, seed=inputs.settings.seed)
        ceiling = fit_ceiling(judged.x, judged.label.astype(np.int64), judged.weight, inputs.specs, limits)
    policies = policies_of(candidates, baselines, ceiling)
    dropped = _dropped(inputs, choice.name, judged)
    compared = compare(inputs, city, policies, choice.name, dropped)
    rows = rows_of(inputs, "test", city)
    metrics = _metrics(inputs, city, choice, model, rows, compared, refits, background, baselines, calibrated)
    validation = validation_table(rows, model, "test", inputs.slots)
    return TrainingResult(
        model, choice.name, bool(metrics["recommended"]), candidates, background, refits, metrics, validation
    )


def _calibrated(inputs: TrainingInputs, model: Model, city: City) -> tuple[Model, bool]:
    rows = rows_of(inputs, "calibration", city)
    if rows is None:
        return model, False
    seen = rows.take(rows.judged)
    if seen.x.rows == 0:
        return model, False
    found = platt(margins(model, seen.x), seen.label, seen.household, seen.weight)
    return (model, False) if found is None else (replace(model, calibration=found), True)


def _refits(inputs: TrainingInputs, name: str, judged: Panel | None) -> tuple[Model, ...]:
    """The chosen learner on household bootstraps; a scorecard's points are given, so it has none."""
    if judged is None or name == "scorecard":
        return ()
    y = judged.label.astype(np.int64)
    found = []
    for seed in range(inputs.settings.stability_refits):
        drawn = bootstrap_rows(judged.x.keys, seed)
        found.append(fit_candidate(name, inputs.recipe, judged.x.take(drawn), y[drawn], judged.weight[drawn]))
    return tuple(found)


def _dropped(inputs: TrainingInputs, name: str, judged: Panel | None) -> dict[str, Model]:
    """source → the chosen learner without any feature that reads this source."""
    found: dict[str, Model] = {}
    for source in sorted({c.source for c in inputs.known.components}):
        gone = [feature for feature, of in inputs.sources.items() if source in of]
        recipe = inputs.recipe.without(gone)
        if not gone or not recipe.specs or judged is None:
            continue
        x = narrowed(judged.x, recipe.names)
        found[source] = fit_candidate(name, recipe, x, judged.label.astype(np.int64), judged.weight)
    return found


def _metrics(
    inputs: TrainingInputs,
    city: City,
    choice: Choice,
    model: Model,
    rows: Panel | None,
    compared: Compared,
    refits: tuple[Model, ...],
    background: Matrix,
    baselines: Baselines,
    calibrated: bool,
) -> dict[str, Any]:
    missing = not_done(inputs, len(refits), choice.name)
    out = said_first(inputs, choice, baselines, stop_reasons(choice, compared), missing) | {
        "replay": compared.figures,
        "price_of_explainable": compared.price,
        "calibration": {"fitted": calibrated, "label": LABEL_JA},
    }
    if rows is None:
        return out
    return out | cross_section(inputs, city, model, rows, compared, refits, background)


def cross_section(
    inputs: TrainingInputs,
    city: City,
    model: Model,
    rows: Panel,
    compared: Compared,
    refits: tuple[Model, ...],
    background: Matrix,
) -> dict[str, Any]:
    """Figures over the labelled test rows; importances, visibility and stability over the last test day."""
    made_up, margin = inputs.made_up, margins(model, rows.x)
    probability = None if model.calibration is None else probabilities(model.calibration, margin)
    last = rows.take(rows.day == rows.day.max())
    figures = {name: policy(rows.x, rows.area) for name, policy in compared.policies.items()}
    out: dict[str, Any] = {
        "test_rows": {"n": rows.x.rows, "judged": int(rows.judged.sum()), "days": len(np.unique(rows.day))},
        "ranking": {name: ranking(score, rows, inputs.slots, made_up=made_up) for name, score in figures.items()},
        "subgroups": subgroups(margin, probability, rows, axes_of(inputs.groups, city), inputs.slots, made_up=made_up),
        "importances": importances(contribution_arrays(model, last.x), last.household, made_up=made_up),
        "visibility_auc": visibility(margins(model, last.x), last.x, last.household, inputs.sources, made_up=made_up),
        "stability": _stability(model, refits, last, background, made_up),
    }
    if probability is not None:
        out["calibration_test"] = calibration_figures(probability, rows, by_month(rows), made_up=made_up)
    return out


def _stability(
    model: Model, refits: tuple[Model, ...], rows: Panel, background: Matrix, made_up: bool
) -> dict[str, Any]:
    """How alike the three largest contributions are over the refits, over the households of one day."""
    if not refits:
        return {"refits": 0, "note": "点数表の点は学習しないため、再学習によるばらつきはありません"}
    found = stability(model, lambda seed: refits[seed], rows.x, background, len(refits))
    jaccard = np.asarray(found.jaccard["jaccard"].combine_chunks(), dtype=np.float64)
    ones, by = np.ones(len(jaccard)), {"household": rows.household}

    def mean(values: Floats) -> dict[str, object]:
        return ratio(values, ones, by, positives=len(values), made_up=made_up).as_dict()

    return {
        "refits": len(refits),
        "mean_jaccard_top3": mean(jaccard),
        "share_below_half": mean((jaccard < 0.5).astype(np.float64)),
        "random_baseline": round(random_jaccard(len(model.columns)), 4),
        **mark(made_up),
    }


def stop_reasons(choice: Choice, compared: Compared) -> list[str]:
    """Why the model is not recommended; empty = recommended for signing."""
    found = [] if choice.recommended else [choice.reason]
    low = compared.gain_over_random
    if low is None:
        found.append("検証期間の出来事が少なく、無作為な名簿との差を判断できません。")
    elif low <= 0:
        found.append("検証期間で、無作為な名簿より早く気づけるとは言えません。")
    return found


def not_done(inputs: TrainingInputs, refits: int, chosen: str) -> tuple[str, ...]:
    """The standing list and what this run adds to it."""
    few = refits < 100 and chosen != "scorecard"
    added = (f"理由の安定性は{refits}回の再学習による(定めた方法では100回)",) if few else ()
    stable = () if inputs.split.stability_shown else ("時間的な安定性(重ならない検証期間が2つ未満)",)
    return (*NOT_DONE, *added, *stable)


__all__ = ["NOT_DONE", "TrainingInputs", "TrainingResult", "TrainingSettings", "table_policy", "train"]
