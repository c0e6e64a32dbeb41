"""Kizuki's side: `python -m benchmarks.peers.ours HOME FOLDER RUN_DAY DAY…` (days in order; the last one is the test).

Reads the home, works out who is in scope, counts the features by `features.compiler`, writes the two matrices, fits the
same estimator, writes predictions and evaluates, stage by stage. FOLDER holds `names.json` (features) and
`outcomes.parquet`; `ours.json`, the matrices and the predictions appear in it.
"""

import json
import sys
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from benchmarks.peers.experiment import SEED, TOP, month_after
from benchmarks.peers.ratios import EQUAL
from benchmarks.peers.stages import Stages
from features.compiler import feature_tables
from features.counting import COLUMNS, features_from
from features.definitions import FEATURES
from features.hub import DayScope, engine
from features.inputs import household_table
from features.wanted import Features
from pipelines.home import open_home
from pipelines.persons import People
from pipelines.scope import scope
from pipelines.screening import Hub

FACTS: Final = ("household_key", *(name for name in COLUMNS if name != "place"))


def labelled(tables: dict[date, pa.Table], outcomes: pa.Table) -> dict[date, Any]:
    """Per day, whether an outcome falls into the month after it, for each row of the day's table."""
    found = {}
    for day, table in tables.items():
        first = day + timedelta(days=1)
        dates = outcomes["outcome_date"]
        within = pc.and_(pc.greater_equal(dates, first), pc.less(dates, month_after(first)))
        had = outcomes.filter(within)["household_key"]
        isin = pc.is_in(table["household_key"], value_set=had.combine_chunks())
        found[day] = np.asarray(isin.combine_chunks()).astype(np.int8)
    return found


def stacked(tables: dict[date, pa.Table], labels: dict[date, Any], days: list[date]) -> pa.Table:
    """The rows of several days under each other, with as_of_date first and outcome last."""
    parts = []
    for day in days:
        as_of = pa.array([day + timedelta(days=1)] * tables[day].num_rows, pa.date32())
        table = tables[day].add_column(1, "as_of_date", as_of).append_column("outcome", pa.array(labels[day]))
        parts.append(table)
    return pa.concat_tables(parts).combine_chunks()


def ready_made(folder: Path, wanted: dict[date, DayScope], features: Features) -> dict[date, pa.Table]:
    """The features counted from the very facts that triage is handed, already joined to households: equal work."""
    tables = {}
    with engine(None) as used:
        for day, of in wanted.items():
            facts = used.open([folder / "facts.parquet"], [*FACTS, "known_on", "holds_until"])
            holds = facts.holds_until.isnull() | (facts.holds_until > day)
            facts = facts.filter((facts.known_on <= day) & holds)
            facts = facts.inner_join(used.put(household_table(of.households)), "household_key")
            rows = used.stream(facts.select(*COLUMNS))
            tables[day] = features_from(rows, of.households, of.visible, features, day)
    return tables


def _x(matrix: pa.Table, names: list[str]) -> Any:
    return np.column_stack([pc.fill_null(matrix[name], 0).to_numpy() for name in names])


def _at_top(y: Any, scores: Any) -> dict[str, float]:
    first = np.argsort(-scores, kind="stable")[:TOP]
    return {f"precision@{TOP}_abs": float(y[first].mean()), f"recall@{TOP}_abs": float(y[first].sum() / y.sum())}


def main(root: Path, folder: Path, run_day: date, days: list[date]) -> None:
    """See the module."""
    names: list[str] = json.loads((folder / "names.json").read_text())
    features = {name: FEATURES[name] for name in names}
    stages = Stages()
    with stages.stage("set-up"):
        home = open_home(root)
    with stages.stage("cohort and labels"):
        people = People(home)
        scopes = {day: scope(people, day, run_day) for day in days}
        outcomes = pq.read_table(folder / "outcomes.parquet")
    with stages.stage("features"):
        wanted = {day: DayScope(of.permission, of.visible, of.households) for day, of in scopes.items()}
        tables = dict(feature_tables(*Hub.files(home), wanted, features))
    with stages.stage(EQUAL):
        again = ready_made(folder, wanted, features)
    if any(not tables[day].equals(again[day]) for day in days):
        raise SystemExit("the facts handed to triage do not give the features")
    with stages.stage("matrix"):
        labels = labelled(tables, outcomes)
        train, test = stacked(tables, labels, days[:-1]), stacked(tables, labels, days[-1:])
        for name, matrix in (("train", train), ("test", test)):
            pq.write_table(matrix, folder / f"ours_{name}.parquet", compression="zstd")
        x = {"train": _x(train, names), "test": _x(test, names)}
        y = {name: np.asarray(matrix["outcome"]) for name, matrix in (("train", train), ("test", test))}
    with stages.stage("training"):
        logistic = LogisticRegression(C=1.0, solver="saga", max_iter=100, tol=1e-4, random_state=SEED)
        model = make_pipeline(MinMaxScaler(clip=True), logistic).fit(x["train"], y["train"])
    with stages.stage("prediction"):
        scores = {name: model.predict_proba(x[name])[:, 1] for name in x}
        for name, matrix in (("train", train), ("test", test)):
            kept = matrix.select(["household_key", "as_of_date", "outcome"]).append_column(
                "score", pa.array(scores[name])
            )
            pq.write_table(kept, folder / f"ours_predictions_{name}.parquet", compression="zstd")
    with stages.stage("evaluation"):
        metrics = {"roc_auc": float(roc_auc_score(y["test"], scores["test"])), **_at_top(y["test"], scores["test"])}
        metrics["roc_auc train"] = float(roc_auc_score(y["train"], scores["train"]))
    versions = {name: version(name) for name in ("scikit-learn", "numpy", "pyarrow", "duckdb", "ibis-framework")}
    said = {"stages": stages.figures, "metrics": metrics, "versions": versions}
    (folder / "ours.json").write_text(json.dumps(said, indent=1))


if __name__ == "__main__":
    day, *days_given = [date.fromisoformat(text) for text in sys.argv[3:]]
    main(Path(sys.argv[1]), Path(sys.argv[2]), day, days_given)
