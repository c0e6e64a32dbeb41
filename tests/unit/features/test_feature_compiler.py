"""Tables in and out, engines, and what may reach an engine."""

from dataclasses import replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.operations as ops
import pyarrow as pa
import pytest
from ibis.backends import BaseBackend

from features import inputs
from features.behind import EVIDENCE
from features.compiler import evidence, feature_table, feature_tables, vacancy_suspected
from features.counting import COLUMNS, Counted, features_from
from features.definitions import FEATURES
from features.hub import DayScope, Hub
from features.inputs import InputRefused
from features.measures import How, Part
from features.scope import household_facts
from features.selections import BeganWithin, OpenNow
from features.sql import sql_of
from features.wanted import reaches_of, sources_of

DAY = date(2026, 4, 1)
LONG_AGO = date(2000, 1, 1)
KNOWN: dict[str, Any] = {"known_from": LONG_AGO, "known_until": None}
VALID: dict[str, Any] = {"from": LONG_AGO, "until": None, **KNOWN}


def fact(kind: str, began: date, **more: Any) -> dict[str, Any]:
    row = {"source": kind.split("_")[0], "kind": kind, "person_key": "p1", "began_on": began, "date_precision": "day"}
    return {**row, "known_from": began, **more}


def tables(*episodes: dict[str, Any]) -> dict[str, pa.Table]:
    """One household h1 with p1 at d1, who permits tax and insurance."""
    rows: list[tuple[str, list[dict[str, Any]], pa.Schema]] = [
        ("episodes", list(episodes), inputs.EPISODES),
        ("membership", [{"person_key": "p1", "household_key": "h1", **VALID}], inputs.MEMBERSHIP),
        ("residence", [{"dwelling_key": "d1", "household_key": "h1", **VALID}], inputs.RESIDENCE),
        ("permission", [{"person_key": "p1", "source": s} for s in ("tax", "insurance")], inputs.PERMISSION),
        ("visible", [{"household_key": "h1", "source": s} for s in ("tax", "insurance")], inputs.VISIBLE),
    ]
    return {name: pa.Table.from_pylist(found, schema=schema) for name, found, schema in rows}


def test_the_table_has_every_wanted_household_once_sorted_as_float32() -> None:
    wanted = pa.array(["h2", "h1", "h2"])
    table = feature_table(**tables(fact("tax_overdue", date(2026, 3, 1))), households=wanted, day=DAY)
    assert table["household_key"].to_pylist() == ["h1", "h2"]
    assert table.column_names == ["household_key", *FEATURES]
    assert {str(table.schema.field(name).type) for name in FEATURES} == {"float"}
    assert table["tax_overdue_open"].to_pylist() == [1.0, None]
    assert table["insurance_overdue_open"].to_pylist() == [0.0, None]
    assert table["sources_overdue"].to_pylist() == [1.0, None]


def test_more_columns_and_other_text_types_are_taken() -> None:
    given = tables(fact("tax_overdue", date(2026, 3, 1)))
    given["episodes"] = given["episodes"].append_column("episode_id", pa.array(["e1"]))
    index = given["episodes"].column_names.index("kind")
    encoded = given["episodes"]["kind"].combine_chunks().dictionary_encode()
    given["episodes"] = given["episodes"].set_column(index, "kind", encoded)
    table = feature_table(**given, households=pa.table({"household_key": pa.array(["h1"], pa.large_string())}), day=DAY)
    assert table["tax_overdue_open"].to_pylist() == [1.0]


def test_a_missing_column_and_an_episode_of_nobody_are_refused_without_a_key() -> None:
    given = tables(fact("tax_overdue", date(2026, 3, 1), dwelling_key="d1"))
    with pytest.raises(InputRefused, match="1 rows have both or neither") as refused:
        feature_table(**given, households=pa.array(["h1"]), day=DAY)
    assert "p1" not in str(refused.value)
    given = tables()
    given["permission"] = given["permission"].drop_columns(["covers_from"])
    with pytest.raises(InputRefused, match="covers_from"):
        feature_table(**given, households=pa.array(["h1"]), day=DAY)


def test_empty_tables_give_an_empty_or_a_zero_table() -> None:
    given = tables()
    assert len(feature_table(**given, households=pa.array([], pa.string()), day=DAY)) == 0
    table = feature_table(**given, households=pa.array(["h1"]), day=DAY)
    assert table["tax_trend"].to_pylist() == [0.0]
    found = evidence(**given, household_keys=pa.array(["h1"]), day=DAY)
    assert found.schema == EVIDENCE
    assert len(found) == 0


def test_many_days_equal_day_by_day() -> None:
    given = tables(fact("tax_overdue", date(2026, 3, 1)), fact("insurance_overdue", date(2026, 3, 20)))
    of_day = DayScope(given["permission"], given["visible"], pa.array(["h1"]))
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 20), DAY]
    hub = (given["episodes"], given["membership"], given["residence"])
    for day, table in feature_tables(*hub, dict.fromkeys(days, of_day)):
        assert table.equals(feature_table(**given, households=pa.array(["h1"]), day=day))


def test_a_callers_engine_is_used_and_left_open() -> None:
    connection = ibis.duckdb.connect(threads=1)
    given = tables(fact("tax_overdue", date(2026, 3, 1)))
    found = feature_table(**given, households=pa.array(["h1"]), day=DAY, connection=connection)
    again = feature_table(**given, households=pa.array(["h1"]), day=DAY, connection=connection)
    assert found.equals(again)
    assert connection.raw_sql("SELECT 1").fetchone() == (1,)


def test_evidence_is_for_values_above_zero_only() -> None:
    """A falling trend, a protective absence and a stop at an empty dwelling give no reason."""
    given = tables(fact("tax_overdue", date(2026, 3, 1)), *[fact("tax_overdue", date(2025, 12, 1))] * 2)
    found = evidence(**given, household_keys=pa.array(["h1"]), day=DAY).to_pylist()
    assert {row["feature"] for row in found} == {
        "sources_overdue",
        "sources_seen_180d",
        "tax_longest_overdue_days",
        "tax_overdue_months",
        "tax_overdue_onset_90d",
        "tax_overdue_open",
        "tax_overdue_streak_months",
        "tax_overdue_vs_last_year",
    }
    assert {row["person_key"] for row in found} == {"p1"}


def test_a_kind_counts_from_the_features_own_source_only() -> None:
    """The same kind delivered by another source moves neither the value nor what a reason rests on."""
    own, foreign = fact("tax_overdue", date(2026, 3, 1)), fact("tax_overdue", date(2026, 3, 5), source="insurance")
    given = tables(own, foreign)
    table = feature_table(**given, households=pa.array(["h1"]), day=DAY)
    assert table["tax_overdue_open"].to_pylist() == [1.0]
    found = evidence(**given, household_keys=pa.array(["h1"]), day=DAY)
    by_feature = {row["feature"]: row["n"] for row in found.to_pylist()}
    assert by_feature["tax_overdue_open"] == 1


def test_a_vacancy_is_suspected_only_where_water_may_be_seen() -> None:
    closed = fact("water_closed", date(2026, 3, 1), person_key=None, dwelling_key="d1")
    given = tables(closed)
    assert vacancy_suspected(**given, households=pa.array(["h1"]), day=DAY).to_pylist() == []
    given["permission"] = pa.Table.from_pylist([{"person_key": "p1", "source": "water"}], schema=inputs.PERMISSION)
    given["visible"] = pa.Table.from_pylist([{"household_key": "h1", "source": "water"}], schema=inputs.VISIBLE)
    assert vacancy_suspected(**given, households=pa.array(["h1"]), day=DAY).to_pylist() == ["h1"]
    assert vacancy_suspected(**given, households=pa.array(["h1"]), day=date(2026, 2, 28)).to_pylist() == []


# What was tested to mean the same on every engine (LIBRARIES §3); anything else needs its own proof first.
ALLOWED: set[type] = {
    ops.UnboundTable,
    ops.Project,
    ops.Filter,
    ops.Aggregate,
    ops.JoinChain,
    ops.JoinLink,
    ops.JoinReference,
    ops.Field,
    ops.Literal,
    ops.Or,
    ops.Equals,
    ops.LessEqual,
    ops.GreaterEqual,
    ops.Greater,
    ops.Less,
    ops.IsNull,
    ops.SearchedCase,
    ops.InValues,
    ops.IfElse,
    ops.Coalesce,
    ops.CountStar,
    ops.Min,
}


def _compiled() -> Any:
    hub = Hub.named()
    scope = hub.named_scope(DAY)
    return household_facts(hub.known_on(DAY), scope, reaches_of(FEATURES), sources_of(FEATURES)).select(*COLUMNS)


def test_only_whitelisted_operations_and_equality_joins_reach_an_engine() -> None:
    expression = _compiled()
    used = {type(node) for node in expression.op().find(ops.Node)}
    assert {kind.__name__ for kind in used ^ ALLOWED} == set(), "an operation that is not proven, or no longer used"
    links = expression.op().find(ops.JoinLink)
    assert {link.how for link in links} <= {"inner", "left"}
    predicates = [predicate for link in links for predicate in link.predicates]
    assert {type(predicate).__name__ for predicate in predicates} == {"Equals"}
    # A join on the few values of `source` once paired every permission with every household.
    assert {side.name.split("_")[-1] for p in predicates for side in (p.left, p.right)} == {
        "key",
        "person",
        "household",
        "dwelling",
    }


def test_engines_hand_over_whole_numbers_and_days_only() -> None:
    """No float is ever summed: the cast to float32 is the last step, in Arrow."""
    expression = _compiled()
    assert {str(kind) for kind in expression.schema().values()} == {"string", "int64", "date"}
    floats = [node for node in expression.op().find(ops.Value) if node.dtype.is_floating()]
    assert floats == []


def counting(*rows: tuple[int, str, int | None]) -> pa.Table:
    """Facts (place of the household, kind, quantity) that began on the day of their quantity in March and are open."""
    dicts = [
        {
            "place": place,
            "source": kind.split("_")[0],
            "kind": kind,
            "began_on": date(2026, 3, number or 1),
            "quantity": number,
            "date_precision": "day",
        }
        for place, kind, number in rows
    ]
    fields = [(name, pa.string()) for name in COLUMNS]
    types = {"began_on": pa.date32(), "ended_on": pa.date32(), "quantity": pa.int64(), "place": pa.int64()}
    return pa.Table.from_pylist(dicts, pa.schema([(name, types.get(name, kind)) for name, kind in fields]))


def test_features_are_sorted_and_masked() -> None:
    one = {"tax_overdue_open": FEATURES["tax_overdue_open"]}
    facts = counting(
        (1, "tax_overdue", 1), (1, "tax_overdue", 2), (2, "tax_overdue", 3), (1, "insurance_overdue", 5),
        (1, "of no feature", 6),
    )  # fmt: skip
    visible = pa.table({"household_key": ["a", "b", "c"], "source": ["tax", "tax", "water"]})
    assert features_from(facts.to_batches(), pa.array(["b", "a", "c"]), visible, one, DAY).to_pylist() == [
        {"household_key": "a", "tax_overdue_open": 0.0},
        {"household_key": "b", "tax_overdue_open": 2.0},
        {"household_key": "c", "tax_overdue_open": None},
    ]


@pytest.mark.parametrize(
    ("how", "came"), [("count", 4), ("quantity", 14), ("largest", 7), ("earliest", date(2026, 3, 1))]
)
def test_a_figure_is_over_all_facts_of_its_kinds(how: How, came: int | date) -> None:
    """Sums are added, of quantities the largest is taken and of days the earliest; of nothing it is null, not 0."""
    facts = counting(
        (1, "tax_overdue", 5), (1, "tax_demand", 7), (1, "tax_overdue", 2), (1, "tax_overdue", None),
        (1, "tax_seized", 9), (2, "tax_overdue", 1),
    )  # fmt: skip
    part = Part(OpenNow(), how, ("tax_overdue", "tax_demand"))
    counted = Counted(facts.to_batches(), 3, FEATURES, DAY)
    assert counted.part((part, ("tax",))).to_pylist()[:2] == [None, came]


def test_a_fact_of_no_precision_is_open_and_never_an_onset() -> None:
    facts = counting((0, "tax_overdue", 1))
    at = facts.schema.get_field_index("date_precision")
    facts = facts.set_column(at, "date_precision", pa.nulls(1, pa.string()))
    counted = Counted(facts.to_batches(), 1, FEATURES, DAY)
    for where, came in ((OpenNow(), 1), (BeganWithin(90), None)):
        assert counted.part((Part(where, "count", ("tax_overdue",)), ("tax",))).to_pylist() == [came]


def test_quantities_beyond_any_money_are_refused() -> None:
    """Each of them would fit in 64 bits; what is only counted is not added up."""
    facts = counting((0, "tax_overdue", 1), (0, "tax_demand", 1))
    large = pa.array([2**61, -(2**62)], pa.int64())
    facts = facts.set_column(facts.schema.get_field_index("quantity"), "quantity", large)
    counted = Counted(facts.to_batches(), 1, FEATURES, DAY)
    part = Part(OpenNow(), "count", ("tax_overdue", "tax_demand"))
    assert counted.part((part, ("tax",))).to_pylist() == [2]
    with pytest.raises(InputRefused, match="correct the rows"):
        counted.part((replace(part, how="quantity"), ("tax",)))


def test_the_sql_can_be_read_and_run() -> None:
    """What the auditor reads gives what the compiler gave."""
    given = tables(fact("tax_overdue", date(2026, 3, 1)))
    connection: BaseBackend = ibis.duckdb.connect()
    for name, table in given.items():
        connection.create_table(name, table)
    connection.create_table("households", inputs.household_table(pa.array(["h1"])))
    cursor = connection.raw_sql(sql_of(FEATURES["tax_longest_overdue_days"], DAY))
    assert cursor.fetchall() == [("h1", date(2026, 3, 1))]
