"""One as-of date a year: chosen before the test years, learnt again, judged year by year and never pooled."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from made_up_city import FIRST, QUICK, SPECS, T, inputs

from models.candidates import fit_candidate
from models.hits import hits_gain
from models.inputs import TrainingInputs, learnt_rows
from models.matrix import Matrix
from models.panel import City, Panel
from models.splits import Split, Yearly, yearly
from models.table import model_hash
from models.training import TrainingResult, train

# A «year» here is any set of days; the city is only three years old, so these come every three months.
DAYS = [date(2023, month, 1) for month in (3, 6, 9, 12)] + [date(2024, month, 1) for month in (3, 6, 9, 12)]
SPLIT = Split("yearly", T, 60, 20, train=tuple(DAYS[:4]), selection=(DAYS[4],), test=tuple(DAYS[5:]))
RULES = replace(QUICK, list_sizes=(20, 50, 10_000), rules=("tax_open",))


def given(**changed: object) -> TrainingInputs:
    return inputs(split=SPLIT, settings=RULES, rate=6.0, slots=30, **changed)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def result() -> TrainingResult:
    return train(given())


def test_each_test_day_has_its_own_figures_and_nothing_is_pooled(result: TrainingResult) -> None:
    years = result.metrics["by_date"]
    assert list(years) == [day.isoformat() for day in SPLIT.test]
    assert result.metrics["recommended"] is result.recommended is False, (
        "no note says why, and still never to be signed"
    )
    assert "ranking" not in result.metrics
    for year in years.values():
        assert set(year["policies"]) >= {"logistic", "boosting", "ceiling", "random", "rule:tax_open"}
        found = year["policies"][result.chosen]
        assert found["auc"]["n"] == 500
        assert sorted(found["precision_at"]) == ["20", "30", "50"]  # slots too; none longer than the cohort
        assert set(year["gain_of_chosen_over"]) == set(year["policies"]) - {result.chosen}
        assert year["gain_of_chosen_over"]["random"]["hits_at"]["50"]["low"] > 0


def test_the_gain_is_the_difference_of_the_precisions(result: TrainingResult) -> None:
    year = result.metrics["by_date"][SPLIT.test[0].isoformat()]
    chosen, rule = (year["policies"][name]["precision_at"]["50"] for name in (result.chosen, "rule:tax_open"))
    gain = year["gain_of_chosen_over"]["rule:tax_open"]["hits_at"]["50"]
    assert gain["value"] == pytest.approx(chosen["value"] - rule["value"])
    assert gain["low"] < gain["value"] < gain["high"]
    assert gain["method"].startswith("paired")


def test_it_ships_what_was_chosen_before_the_test_learnt_again_with_the_selection_day(result: TrainingResult) -> None:
    inputs_ = given()
    rows = learnt_rows(inputs_, City.of(inputs_.features, inputs_.area))
    judged = rows.take(rows.judged)
    again = fit_candidate(result.chosen, inputs_.recipe, judged.x, judged.label.astype(np.int64), judged.weight)
    assert model_hash(again) == model_hash(result.model)
    assert set(rows.day.tolist()) == {day.toordinal() for day in SPLIT.learnt}
    assert not result.recommended
    assert result.model.calibration is None


def test_labels_of_the_test_days_change_neither_choice_nor_model(result: TrainingResult) -> None:
    base = given()
    turned = {day: _turned(table) if day in SPLIT.test else table for day, table in base.labels.items()}
    other = train(replace(base, labels=turned))
    assert model_hash(other.model) == model_hash(result.model)
    assert other.metrics["choice"] == result.metrics["choice"]
    assert other.metrics["by_date"] != result.metrics["by_date"]


def test_without_room_the_scorecard_ships_and_says_so() -> None:
    short = yearly(FIRST, T, 180, 30, Yearly(6, 1))
    found = train(inputs(split=short, settings=RULES))
    assert (found.chosen, found.recommended) == ("scorecard", False)
    assert "足りません" in found.metrics["choice"]["reason"]
    json.dumps(found.metrics)


def test_a_list_longer_than_the_cohort_gains_nothing() -> None:
    rng = np.random.default_rng(3)
    n = 60
    label = rng.random(n) < 0.7
    ones = np.ones(n, dtype=bool)
    rows = Panel(
        Matrix(pa.array([f"h{i}" for i in range(n)]), (SPECS[0].name,), rng.random((n, 1)).round(2)),
        label, ones, np.ones(n), np.zeros(n, dtype=np.int64), np.arange(n), np.zeros(n, dtype=np.int64),
    )  # fmt: skip
    gain = hits_gain(rng.random(n), rng.random(n), rows, 500, made_up=True).as_dict()
    assert gain["value"] == 0
    assert gain["n"] == n


def _turned(labels: pa.Table) -> pa.Table:
    flipped = [None if value is None else not value for value in labels["any"].to_pylist()]
    return labels.set_column(labels.column_names.index("any"), "any", pa.array(flipped))
