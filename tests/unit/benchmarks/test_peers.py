"""The harness beside triage: what triage is asked for, which rows it is handed, and how values are compared."""

from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from benchmarks.peers import export
from benchmarks.peers.aggregates import aggregate, by_sources, condition, shared
from benchmarks.peers.agreement import compare
from benchmarks.peers.experiment import column_of, configuration
from benchmarks.peers.export import as_of_dates
from benchmarks.peers.ratios import EQUAL, STAGES, ratios
from benchmarks.peers.stages import Stages
from features.counting import features_from
from features.definitions import FEATURES
from features.hub import engine
from features.selections import BeganWithin, EndedWithin, OpenBefore, OpenNow, OpenSince, Selection

SOURCES = ("tax", "insurance", "water", "school")
DAY = date(2026, 3, 31)


def test_at_least_fifty_declared_features_are_one_aggregate_each() -> None:
    found = shared(FEATURES, SOURCES, ())
    assert len(found) >= 50
    assert {feature for name, feature in found.items()} <= set(FEATURES.values())
    assert all(set(feature.sources) <= set(SOURCES) for feature in found.values())


def test_what_takes_more_than_one_aggregate_or_everyday_facts_is_left_out() -> None:
    found = shared(FEATURES, SOURCES, ("water_reminder",))
    assert "tax_unpaid_share_90d" not in found
    assert "water_reminder_365d" not in found
    assert "water_stop_open_days" not in shared(FEATURES, SOURCES, ())  # something can speak against it


def test_names_fit_into_postgresql_and_are_told_apart() -> None:
    columns = [column_of(feature) for feature in shared(FEATURES, SOURCES, ()).values()]
    assert len(set(columns)) == len(columns)
    assert max(map(len, columns)) <= 63


def test_the_experiment_learns_from_all_dates_but_the_last() -> None:
    features = shared(FEATURES, SOURCES, ())
    dates = as_of_dates(date(2026, 9, 15), 6)
    assert dates == [date(2026, month, 1) for month in range(4, 10)]
    config = configuration(features, dates)
    when = config["temporal_config"]
    assert (when["label_start_time"], when["label_end_time"]) == ("2026-04-01", "2026-10-01")
    assert (
        configuration(features, as_of_dates(date(2026, 12, 1), 2))["temporal_config"]["label_end_time"] == "2027-01-01"
    )
    asked = [
        name for block in config["feature_aggregations"] for one in block["aggregates"] for name in one["quantity"]
    ]
    assert sorted(asked) == sorted(features)
    assert len(config["feature_aggregations"]) == len(by_sources(features))


FACTS = [
    # kind, began, ended, quantity, precision: on each side of every bound
    ("tax_overdue", date(2026, 3, 31), None, 500, "day"),
    ("tax_overdue", date(2026, 1, 1), None, 700, "day"),
    ("tax_overdue", date(2025, 12, 31), date(2026, 3, 31), 900, "day"),
    ("tax_overdue", date(2025, 10, 1), date(2026, 3, 30), 300, "batch"),
    ("tax_overdue", date(2025, 3, 31), date(2025, 4, 1), None, "day"),
    ("tax_overdue", date(2025, 1, 1), None, 100, "first_seen"),
    ("tax_demand", date(2025, 10, 3), date(2025, 10, 3), None, "day"),
    ("tax_demand", date(2025, 10, 2), date(2025, 10, 2), None, "day"),
    ("tax_plan", date(2024, 2, 2), date(2025, 3, 30), None, "day"),
    ("tax_seized", date(2020, 1, 1), date(2020, 2, 1), 10, "day"),
]  # fmt: skip


def _facts() -> pa.Table:
    names = ("kind", "began_on", "ended_on", "quantity", "date_precision")
    types = (pa.string(), pa.date32(), pa.date32(), pa.int64(), pa.string())
    columns = {n: pa.array(v, t) for n, v, t in zip(names, zip(*FACTS, strict=True), types, strict=True)}
    one = {"household_key": pa.array(["a"] * len(FACTS)), "source": pa.array(["tax"] * len(FACTS))}
    return pa.table(one | columns | {"holds_until": pa.nulls(len(FACTS), pa.date32())})


@pytest.mark.parametrize(
    "where", [OpenNow(), OpenNow(91), OpenBefore(30), BeganWithin(90), BeganWithin(90, before=90), EndedWithin(365)]
)
def test_a_selection_says_the_same_in_sql(where: Selection) -> None:
    facts = _facts()
    sql = condition(where).format(collate_date="2026-04-01")
    theirs = duckdb.sql(f"select {sql} as holds from facts").fetchall()
    with engine(None) as used:
        rows = used.put(facts)
        ours = used.collect(rows.mutate(holds=where.holds(rows, DAY)))
    assert [bool(holds) for (holds,) in theirs] == [bool(holds) for holds in ours["holds"].to_pylist()]
    assert any(holds for (holds,) in theirs) and not all(holds for (holds,) in theirs)


def test_a_selection_without_sql_is_refused() -> None:
    with pytest.raises(TypeError, match="OpenSince"):
        condition(OpenSince(30))


def test_every_aggregate_counts_what_the_feature_counts() -> None:
    facts = _facts()
    features = shared({name: f for name, f in FEATURES.items() if f.sources == ("tax",)}, SOURCES, ())
    theirs = {}
    for name, feature in features.items():
        of = aggregate(feature)
        assert of is not None
        quantity = of.quantity.format(collate_date="2026-04-01").replace("::int", "::bigint")
        (value,) = duckdb.sql(f"select coalesce({of.metric}({quantity}), 0) from facts").fetchall()[0]
        theirs[name] = float(value)
    visible = pa.table({"household_key": ["a"], "source": ["tax"]})
    rows = facts.append_column("place", pa.array([0] * facts.num_rows)).to_batches()
    table = features_from(rows, pa.array(["a"]), visible, features, DAY)
    assert theirs == {name: table[name][0].as_py() for name in features}
    assert sum(value > 0 for value in theirs.values()) >= 8


def test_a_fact_that_counts_on_days_in_a_row_is_one_line() -> None:
    con = duckdb.connect()
    same = "'a' as household_key, 'tax' as source, 'tax_overdue' as kind, date '2025-05-01' as began_on"
    same += ", null::date as ended_on, 5 as quantity, 'day' as date_precision"
    con.execute(f"create table seen as select {same}, unnest([0, 0, 1, 3]) as no")  # twice on the first day; a gap
    con.execute("create table entity as select 'a' as household_key, 1 as entity_id")
    con.execute("create table days as select unnest(range(4)) as no, date '2026-01-31' + (no * 30)::int as day")
    found = con.execute(f"select known_on, holds_until from ({export._STRETCHES}) order by all").fetchall()
    first, second, third, fourth = (row[0] for row in con.execute("select day from days order by no").fetchall())
    assert found == [(date(2025, 5, 1), second), (date(2025, 5, 1), third), (fourth, None)]
    assert first < second


def _matrix(rows: list[tuple[str, int, Any]]) -> pa.Table:
    keys, days, values = zip(*rows, strict=True)
    as_of = pa.array([date(2026, 4, day) for day in days], pa.date32())
    return pa.table({"household_key": pa.array(keys), "as_of_date": as_of, "n": pa.array(values, pa.float32())})


def test_values_are_compared_one_by_one() -> None:
    ours = _matrix([("a", 1, 2.0), ("a", 2, None), ("b", 1, 3.0), ("c", 1, 1.0)])
    theirs = _matrix([("b", 1, 4.0), ("a", 2, 0.0), ("a", 1, 2.0), ("d", 1, 0.0), ("e", 1, 0.0)])
    found = compare(ours, theirs, ["n"])
    assert found == {
        "rows": 3, "rows_only_ours": 1, "rows_only_theirs": 2, "values": 3, "differing": 1,
        "differing_by_feature": {"n": 1}, "not_visible": 1, "above_zero": 2,
    }  # fmt: skip


def test_a_missing_value_of_theirs_differs() -> None:
    assert compare(_matrix([("a", 1, 0.0)]), _matrix([("a", 1, None)]), ["n"])["differing"] == 1


def test_a_stage_entered_twice_is_added_up() -> None:
    stages = Stages()
    double = stages.timed("double", lambda n: 2 * n)
    first = double(2)
    once = stages.figures["double"]["seconds"]
    assert (first, double(3)) == (4, 6)
    assert stages.figures["double"]["seconds"] > once > 0


def test_ratios_are_triage_divided_by_kizuki() -> None:
    ours = {name: {"seconds": 1.0, "cpu_seconds": 2.0} for name in (*STAGES, EQUAL, "set-up")}
    theirs = {name: {"seconds": 10.0, "cpu_seconds": 10.0} for name in (*STAGES, "models, whole")}
    found = ratios(theirs, ours)
    assert found["features"]["seconds"] == {"triage": 10.0, "kizuki": 1.0, "ratio": 10.0}
    assert found["all"]["seconds"] == {"triage": 40.0, "kizuki": 7.0, "ratio": 5.7}
    assert found["all, facts ready-made"]["cpu_seconds"] == {"triage": 40.0, "kizuki": 10.0, "ratio": 4.0}
    assert found["all but training, facts ready-made"]["seconds"] == {"triage": 30.0, "kizuki": 4.0, "ratio": 7.5}
