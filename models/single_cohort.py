"""One as-of date only: declared 5-fold household cross-validation, no lead time, never signable (METHODS §2)."""

from dataclasses import replace
from typing import Any

import numpy as np

from models.candidates import fit_all, single_score
from models.ceiling import CeilingSettings, fit_ceiling
from models.comparison import Baselines
from models.crosssection import axes_of, importances, ranking, subgroups, visibility
from models.hits import choose_by_hits
from models.inputs import TrainingInputs, rows_of
from models.intervals import Codes, Estimate, Figure, Floats
from models.metrics import auc, auc_difference, inclusion_by_date
from models.panel import City, Panel
from models.results import NOT_DONE, TrainingResult, said_first, validation_table
from models.scoring import contribution_arrays, margins
from models.splits import FOLDS, duplicate_groups, folds

LEADS_NOT_SHOWN = "早さ(事前に気づけた日数)と時間的な安定性(単一時点のデータでは測れません)"


def train_single_cohort(inputs: TrainingInputs) -> TrainingResult:
    """Cross-validate every candidate, choose by hits at k, refit the chosen one on everything."""
    city = City.of(inputs.features, inputs.area)
    rows = rows_of(inputs, "train", city)
    if rows is None:
        raise ValueError("単一時点の検証には、学習の基準日がちょうど1日必要です。")
    fold = _folds(inputs, rows)
    out_of_fold = _cross_validated(inputs, rows, fold)
    listed = {
        name: inclusion_by_date(score, fold, max(inputs.slots // FOLDS, 1)) for name, score in out_of_fold.items()
    }
    choice = choose_by_hits(listed, rows, delta=inputs.settings.delta_share, made_up=inputs.made_up)
    candidates = fit_all(inputs.recipe, rows)
    model = candidates[choice.name]
    judged = rows.take(rows.judged)
    figures = {name: ranking(score, _by_fold(rows, fold), max(inputs.slots // FOLDS, 1), made_up=inputs.made_up)
               for name, score in out_of_fold.items()}  # fmt: skip
    contributions = contribution_arrays(model, judged.x)
    baselines = Baselines.of(rows, inputs.specs, inputs.slots)
    metrics = said_first(inputs, choice, baselines, inputs.split.notes, [*NOT_DONE, LEADS_NOT_SHOWN]) | {
        "replay": {},  # one as-of date shows no lead
        "ranking": figures,
        "price_of_explainable": _price(out_of_fold, rows, choice.name, inputs.made_up),
        "auc_against_logistic": {
            name: gap.as_dict() for name, gap in _against(out_of_fold, rows, "logistic", inputs.made_up).items()
        },
        "subgroups": subgroups(
            out_of_fold[choice.name], None, _by_fold(rows, fold), axes_of(inputs.groups, city),
            max(inputs.slots // FOLDS, 1), made_up=inputs.made_up,
        ),
        "importances": importances(contributions, judged.household, made_up=inputs.made_up),
        "visibility_auc": visibility(
            margins(model, judged.x), judged.x, judged.household, inputs.sources, made_up=inputs.made_up
        ),
        "calibration": {"fitted": False, "label": "単一時点のため、較正に使える別の期間がありません"},
    }  # fmt: skip
    validation = validation_table(rows, model, "cross_validation", max(inputs.slots // FOLDS, 1), fold.astype(float),
                                  out_of_fold[choice.name])  # fmt: skip
    return TrainingResult(model, choice.name, False, candidates, judged.x, (), metrics, validation)


def _folds(inputs: TrainingInputs, rows: Panel) -> Codes:
    """Declared folds; rows with identical features stay together."""
    groups = duplicate_groups(rows.x.keys.to_pylist(), rows.x.values.astype(np.float32))
    return folds(groups, inputs.settings.seed)


def _by_fold(rows: Panel, fold: Codes) -> Panel:
    """Slots are shared out by fold: margins of different fits are not ranked against each other."""
    return replace(rows, day=rows.day * 100 + fold)


def _cross_validated(inputs: TrainingInputs, rows: Panel, fold: Codes) -> dict[str, Floats]:
    """policy → out-of-fold score of every row."""
    out: dict[str, Floats] = {}
    for number in range(FOLDS):
        held = fold == number
        learnt = rows.take(~held)
        seen = learnt.take(learnt.judged)
        scores = {name: margins(model, rows.take(held).x) for name, model in fit_all(inputs.recipe, learnt).items()}
        limits = CeilingSettings(trees=inputs.settings.ceiling_trees, seed=inputs.settings.seed)
        ceiling = fit_ceiling(seen.x, seen.label.astype(np.int64), seen.weight, inputs.specs, limits)
        scores["ceiling"] = ceiling.margins(rows.take(held).x)
        spec = Baselines.of(learnt, inputs.specs, inputs.slots).single
        if spec is not None:
            scores["best_single_feature"] = single_score(rows.take(held).x, spec)
        for name, score in scores.items():
            out.setdefault(name, np.zeros(rows.x.rows))[held] = score
    return out


def _price(scores: dict[str, Floats], rows: Panel, chosen: str, made_up: bool) -> dict[str, Any]:
    """AUC of the ceiling minus the table's, paired by row."""
    label, seen = rows.label[rows.judged], rows.judged
    gap = _against(scores, rows, chosen, made_up)["ceiling"]
    both = {name: auc(scores[name][seen], label, rows.household[seen], made_up=made_up) for name in ("ceiling", chosen)}
    shown = {name: figure.as_dict() for name, figure in both.items()}
    return {"auc": gap.as_dict(), "of": shown, "told": isinstance(gap, Figure)}


def _against(scores: dict[str, Floats], rows: Panel, one: str, made_up: bool) -> dict[str, Estimate]:
    """AUC of every other score minus that of `one`, paired by row."""
    seen = rows.judged
    label, home = rows.label[seen], rows.household[seen]
    return {
        name: auc_difference(score[seen], scores[one][seen], label, home, made_up=made_up)
        for name, score in scores.items()
        if name != one
    }
