"""One as-of date a year: learn on the early years, choose on later ones, judge each of the newest by itself.

For bills, lists and campaigns that come once a year. No leads, no calibration, never signable for lists (METHODS §2).
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from models.candidates import Recipe, fit_all, fit_candidate, single_score, table_policy
from models.ceiling import CeilingSettings, fit_ceiling
from models.choice import Choice, choose
from models.comparison import CEILING, Baselines, policies_of
from models.crosssection import axes_of, importances, subgroups, visibility
from models.foresight import Policy
from models.hits import choose_by_hits, one_date
from models.inputs import TrainingInputs, learnable, learnt_rows, rows_of
from models.intervals import Codes, Floats
from models.matrix import Matrix, Spec
from models.metrics import auc_difference, inclusion_by_date
from models.panel import City, Panel
from models.results import NOT_DONE, TrainingResult, said_first, validation_table
from models.scoring import contribution_arrays, margins
from models.table import Model

NOT_SHOWN = (
    "早さ(年に一度の基準日では測れません)",
    "確率への較正(較正に使える別の年がありません。順位だけに使います)",
    "理由の安定性(学習し直しをしていません)",
)
RULE = "rule:"


def train_yearly(inputs: TrainingInputs) -> TrainingResult:
    """Learn, choose by hits on the selection years, learn the candidates again with these years, judge year by year."""
    city = City.of(inputs.features, inputs.area)
    learnt, choosing = rows_of(inputs, "train", city), rows_of(inputs, "selection", city)
    if inputs.split.enough and learnt is not None and choosing is not None and learnable(learnt):
        choice = _choice(inputs, learnt, choosing)
        candidates, baselines, ceiling, background = _learnt_again(inputs, city)
    else:
        background = inputs.newest
        candidates, baselines, ceiling = {"scorecard": _unlearnt(inputs.recipe, background)}, Baselines(), None
        choice = choose(
            {"scorecard": np.zeros(0)}, np.zeros(0), {}, delta=inputs.settings.delta_share, enough=False,
            made_up=inputs.made_up,
        )  # fmt: skip
    model = candidates[choice.name]
    policies = policies_of(candidates, baselines, ceiling) | _rules(inputs)
    rows = rows_of(inputs, "test", city)
    metrics = _head(inputs, choice, baselines)
    if rows is not None:
        metrics |= _figures(inputs, city, policies, choice.name, model, rows)
    validation = validation_table(rows, model, "test", inputs.slots)
    return TrainingResult(model, choice.name, False, candidates, background, (), metrics, validation)


def _choice(inputs: TrainingInputs, learnt: Panel, choosing: Panel) -> Choice:
    """By expected hits per slot on the selection years: δ is one hit per 100 visits."""
    scores = {name: margins(model, choosing.x) for name, model in fit_all(inputs.recipe, learnt).items()}
    listed = {name: inclusion_by_date(score, choosing.day, inputs.slots) for name, score in scores.items()}
    return choose_by_hits(listed, choosing, delta=inputs.settings.delta_share, made_up=inputs.made_up)


def _learnt_again(inputs: TrainingInputs, city: City) -> tuple[dict[str, Model], Baselines, Any, Matrix]:
    """Every candidate, the baselines and the ceiling from all years before the test; the rows they were learnt from."""
    rows = learnt_rows(inputs, city)
    judged = rows.take(rows.judged)
    limits = CeilingSettings(trees=inputs.settings.ceiling_trees, seed=inputs.settings.seed)
    ceiling = fit_ceiling(judged.x, judged.label.astype(np.int64), judged.weight, inputs.specs, limits)
    return fit_all(inputs.recipe, rows), Baselines.of(rows, inputs.specs, inputs.slots), ceiling, judged.x


def _unlearnt(recipe: Recipe, background: Matrix) -> Model:
    return fit_candidate("scorecard", recipe, background, np.zeros(background.rows, dtype=np.int64), None)


def _rules(inputs: TrainingInputs) -> dict[str, Policy]:
    """The declared rules of thumb: one feature each, in its direction."""
    specs = {spec.name: spec for spec in inputs.specs}
    return {f"{RULE}{name}": partial(_by_one, specs[name]) for name in inputs.settings.rules}


def _by_one(spec: Spec, x: Matrix, _: Codes) -> Floats:
    return single_score(x, spec)


def _head(inputs: TrainingInputs, choice: Choice, baselines: Baselines) -> dict[str, Any]:
    return said_first(inputs, choice, baselines, inputs.split.notes, [*NOT_DONE, *NOT_SHOWN]) | {
        "replay": {},
        "calibration": {"fitted": False, "label": "年に一度の基準日のため、較正に使える別の期間がありません"},
    }


def _figures(
    inputs: TrainingInputs, city: City, policies: Mapping[str, Policy], chosen: str, model: Model, rows: Panel
) -> dict[str, Any]:
    """Year by year; subgroups, importances and visibility of the newest year."""
    made_up = inputs.made_up
    by_date = {
        date.fromordinal(int(day)).isoformat(): _year(inputs, policies, chosen, rows.take(rows.day == day))
        for day in np.unique(rows.day)
    }
    last = rows.take(rows.day == rows.day.max())
    margin: Floats = table_policy(model)(last.x, last.area)
    return {
        "test_rows": {"n": rows.x.rows, "judged": int(rows.judged.sum()), "days": len(by_date)},
        "by_date": by_date,
        "price_of_explainable": _price(policies, margin, last, made_up=made_up),
        "subgroups": subgroups(margin, None, last, axes_of(inputs.groups, city), inputs.slots, made_up=made_up),
        "importances": importances(contribution_arrays(model, last.x), last.household, made_up=made_up),
        "visibility_auc": visibility(margin, last.x, last.household, inputs.sources, made_up=made_up),
    }


def _year(inputs: TrainingInputs, policies: Mapping[str, Policy], chosen: str, rows: Panel) -> dict[str, Any]:
    scores = {name: policy(rows.x, rows.area) for name, policy in policies.items()}
    sizes = sorted({inputs.slots, *inputs.settings.list_sizes})
    return one_date(scores, rows, chosen, sizes, made_up=inputs.made_up)


def _price(policies: Mapping[str, Policy], margin: Floats, rows: Panel, *, made_up: bool) -> dict[str, Any]:
    """AUC of the ceiling minus the table's on the newest year, paired by household."""
    if CEILING not in policies:
        return {}
    seen = rows.judged
    ceiling, label, home = policies[CEILING](rows.x, rows.area)[seen], rows.label[seen], rows.household[seen]
    return {"auc": auc_difference(ceiling, margin[seen], label, home, made_up=made_up).as_dict()}
