"""Training from end to end on a small made-up city."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from made_up_city import QUICK, SHORT, SPECS, T, inputs, one_day

from models.candidates import TrainingSettings
from models.crisis import COMPONENTS, components_of
from models.hits import choose_by_hits
from models.inputs import learnable
from models.panel import City, Panel, panel
from models.results import not_counted
from models.scoring import margins
from models.splits import plan
from models.table import model_hash
from models.training import TrainingResult, train

LINES = {
    "all",
    "any_but_city_acts",
    "incident",
    "not_in_pipeline",
    "cross_source",
    "water_stop_qualifying",
    "tax_seized",
}


@pytest.fixture(scope="module")
def linked() -> TrainingResult:
    return train(inputs())


def rows_of_training() -> Panel:
    base = inputs()
    city = City.of(base.features, base.area)
    return panel(base.split.train, base.features, base.labels, base.trainable, list(base.recipe.names), "any", city)


def figures(value: Any) -> Iterator[dict[str, Any]]:
    """Every figure anywhere in the metrics."""
    if isinstance(value, dict):
        if "low" in value and "high" in value:
            yield value
        for part in value.values():
            yield from figures(part)
    elif isinstance(value, list):
        for part in value:
            yield from figures(part)


def test_a_link_between_signals_and_crises_is_found(linked: TrainingResult) -> None:
    assert linked.recommended
    assert linked.metrics["not_recommended_because"] == []
    gain = linked.metrics["replay"]["lines"]["all"]["gain_of_chosen_over"]
    assert gain["random"]["low"] > 0
    assert gain["area_only"]["low"] > 0


def test_every_line_policy_and_number_is_there(linked: TrainingResult) -> None:
    lines = linked.metrics["replay"]["lines"]
    assert set(lines) >= LINES
    expected = {"scorecard", "logistic", "ebm_mains", "ebm_pairs", "boosting", "ceiling", "random", "area_only",
                "best_single_feature"}  # fmt: skip
    assert set(lines["all"]["policies"]) == set(linked.metrics["ranking"]) == expected
    assert set(linked.metrics["replay"]["without_source"]) == {"tax", "insurance", "water"}
    assert linked.metrics["price_of_explainable"]["restricted_mean_lead_days"]["method"].startswith("paired")
    assert "時間的な安定性" in " ".join(linked.metrics["not_done"])
    assert linked.metrics["stability"]["refits"] == QUICK.stability_refits == len(linked.refits)


def test_the_kinds_of_crisis_said_not_to_be_counted_are_those_not_counted(linked: TrainingResult) -> None:
    said = next(line for line in linked.metrics["not_done"] if line.startswith("危機のうち"))
    counted = {one["title"] for one in linked.metrics["components"]}
    assert "住まいの明渡しの訴え" in said and not any(title in said for title in counted)
    assert not_counted(components_of(["tax", "insurance", "water", "housing", "welfare"])) == (
        "危機のうち、緊急対応は、それを知らせる情報源が無いか、まだ新しいため数えていません",
    )
    assert not_counted(COMPONENTS) == ()


def test_no_figure_without_n_interval_and_mark(linked: TrainingResult) -> None:
    found = list(figures(json.loads(json.dumps(linked.metrics))))
    assert len(found) > 200
    for figure in found:
        assert figure["low"] < figure["high"] and figure["n"] > 0 and figure["method"]
        assert figure["note"] == "架空データ"


def test_the_model_is_calibrated_in_its_own_period_and_keeps_its_order(linked: TrainingResult) -> None:
    assert linked.model.calibration is not None and linked.model.background is not None
    table = linked.validation
    order = np.argsort(np.asarray(table["margin"]), kind="stable")
    assert (np.diff(np.asarray(table["probability"])[order]) >= 0).all()
    observed = linked.metrics["calibration_test"]["observed_to_expected"]
    assert observed["low"] < 1 < observed["high"]


def test_the_validation_table_holds_the_test_rows(linked: TrainingResult) -> None:
    table = linked.validation
    assert table.num_rows == 500 * 26
    assert table.group_by("as_of").aggregate([("listed", "sum")])["listed_sum"].to_pylist() == pytest.approx([15] * 26)


def test_the_same_inputs_give_the_same_bytes() -> None:
    first, again = (train(inputs(households=300, split=SHORT)) for _ in range(2))
    assert model_hash(again.model) == model_hash(first.model)
    assert json.dumps(again.metrics) == json.dumps(first.metrics)
    assert again.validation.equals(first.validation)


def test_in_a_city_without_a_link_no_model_is_recommended() -> None:
    result = train(inputs(linked=False))
    assert not result.recommended
    assert result.metrics["not_recommended_because"]


def test_too_little_data_ships_the_scorecard_and_says_so() -> None:
    short = plan(T - timedelta(days=600), T, 180, 30)
    result = train(inputs(split=short))
    assert (result.chosen, result.recommended) == ("scorecard", False)
    assert set(result.candidates) == {"scorecard"}
    assert "足りません" in result.metrics["choice"]["reason"]
    assert result.metrics["replay"]["lines"]["all"]["policies"]["scorecard"]


def test_a_model_that_learnt_nothing_is_measured_by_whom_may_be_trained_on() -> None:
    base = inputs(split=plan(T - timedelta(days=600), T, 180, 30))
    newest = max(base.features)
    some = base.features[newest]["household_key"].combine_chunks()[:40]
    background = train(replace(base, trainable={**base.trainable, newest: some})).model.background
    assert background is not None
    assert background.rows == 40


@pytest.mark.parametrize(("cases", "enough"), [(29, False), (30, True)])
def test_a_household_that_is_trained_on_at_many_dates_is_one_case(cases: int, enough: bool) -> None:
    rows = rows_of_training()
    known = np.unique(rows.household)
    once = replace(rows, judged=np.ones(len(rows.label), dtype=bool), label=np.isin(rows.household, known[:cases]))
    assert once.label.sum() > 30
    assert learnable(once) is learnable(replace(once, label=~once.label)) is enough
    assert not learnable(None)


def test_hits_of_one_household_on_many_dates_are_one_case() -> None:
    rows = rows_of_training()
    few = replace(rows, label=rows.judged & (rows.household < 29))
    listed = {name: np.where(few.label, 0.9, 0.01) for name in ("scorecard", "logistic")}
    choice = choose_by_hits(listed, few, delta=0.01, made_up=True)
    assert few.label.sum() > 30
    assert "30世帯に満たない" in choice.reason


def test_without_any_day_to_judge_the_scorecard_still_ships() -> None:
    newborn = plan(T - timedelta(days=150), T, 180, 30)
    result = train(inputs(split=replace(newborn, test=(), replay=(T,))))
    assert result.chosen == "scorecard"
    assert result.validation.num_rows == 0
    assert result.model.background is not None


def test_who_may_not_be_trained_on_changes_no_model_and_who_may_not_be_counted_no_figure() -> None:
    base = inputs(households=300, split=SHORT)
    half = pa.array([f"h{i:05d}" for i in range(150)])
    narrow = replace(
        base,
        trainable=dict.fromkeys(base.split.feature_days, half),
        evaluable=dict.fromkeys(base.split.feature_days, half),
    )
    # The others' crises are turned round: nothing may notice.
    events = base.known.events
    keep = np.isin(np.array(events["household_key"].to_pylist()), half.to_pylist())
    turned = replace(narrow, known=replace(base.known, events=events.filter(pa.array(keep))))
    turned = replace(turned, labels={day: _without_others(table, half) for day, table in base.labels.items()})
    first, second = train(narrow), train(turned)
    assert model_hash(first.model) == model_hash(second.model)
    assert first.metrics["replay"] == second.metrics["replay"]
    assert first.metrics["ranking"] == second.metrics["ranking"]


def _without_others(labels: pa.Table, keys: pa.Array) -> pa.Table:
    mine = np.isin(np.array(labels["household_key"].to_pylist()), keys.to_pylist())
    flipped = np.where(mine, np.asarray(labels["any"].fill_null(False)), ~np.asarray(labels["any"].fill_null(False)))
    return labels.set_column(labels.column_names.index("any"), "any", pa.array(flipped))


def test_visited_households_are_left_out_and_counted() -> None:
    base = inputs(households=300, split=SHORT)
    span = [("household_key", pa.string()), ("from", pa.date32()), ("until", pa.date32())]
    visited = [{"household_key": f"h{i:05d}", "from": date(2025, 9, 1), "until": None} for i in range(100)]
    known = replace(base.known, touched=pa.Table.from_pylist(visited, schema=pa.schema(span)))
    result = train(replace(base, known=known))
    assert result.metrics["touched_stretches"] == 100
    before = train(base).metrics["replay"]["lines"]["all"]["policies"]["random"]["restricted_mean_lead_days"]["n"]
    after = result.metrics["replay"]["lines"]["all"]["policies"]["random"]["restricted_mean_lead_days"]["n"]
    assert (after or 0) < before


def test_a_single_cohort_is_cross_validated_and_never_recommended() -> None:
    result = train(inputs(split=one_day(), households=500, slots=50))
    assert result.metrics["validation"] == "single_cohort"
    assert not result.recommended
    assert result.metrics["ranking"][result.chosen]["auc"]["value"] > 0.6
    assert result.metrics["price_of_explainable"]["auc"]["method"].startswith("paired")
    assert set(result.metrics["auc_against_logistic"]) >= {"boosting", "ebm_pairs", "ceiling"}
    assert result.metrics["replay"] == {}
    table = result.validation
    assert sorted(set(table["fold"].to_pylist())) == [0, 1, 2, 3, 4]
    # Out-of-fold margins are not those of the final fit.
    keys = table["household_key"]
    assert not np.allclose(np.asarray(table["margin"]), margins(result.model, _matrix(keys)))


def _matrix(keys: pa.ChunkedArray) -> Any:
    from models.matrix import Matrix

    base = inputs(split=one_day(), households=500, slots=50)
    table = base.features[base.split.train[0]]
    assert table["household_key"].to_pylist() == keys.to_pylist()
    return Matrix.from_table(table, [spec.name for spec in SPECS])


def test_the_config_is_read_and_nothing_in_it_is_unread() -> None:
    from pathlib import Path

    values = yaml.safe_load((Path(__file__).parents[3] / "config" / "training.yaml").read_text())
    settings = TrainingSettings.of({name: lines[-1]["value"] for name, lines in values.items()})
    assert (settings.horizon_days, settings.delta_days) == (180, 3)
    assert all(line["source"] and line["from"] for lines in values.values() for line in lines)
    with pytest.raises(ValueError, match="使われません"):
        TrainingSettings.of({"horizon": 1})
