"""What triage is handed: a city's facts already joined to households, its cohort and its outcomes, as CSV.

In triage's favour: who counts for which household, with whose permission, is worked out before the clock starts
(`features.scope`, which Kizuki runs within its own time), and only facts of the kinds that some feature looks at are
there. Entities are numbers, as triage wants them; the people are made up (架空データ).
"""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import ibis
import pyarrow as pa

from benchmarks.peers.aggregates import by_sources
from benchmarks.peers.experiment import SCHEMA, configuration, facts_table
from features.definition import Feature
from features.hub import DayScope, engine
from features.hub import Hub as Tables
from features.scope import household_facts
from features.wanted import sources_of
from pipelines.screening import Hub

OUTCOME: Final = ("insurance_overdue", "tax_overdue")  # a month's new arrears: frequent in a city of any size
_FAR: Final = 36_500  # days: nothing is too old to be handed over

# Per day, equal facts of a household are numbered; a fact that counts on days in a row is one line.
_STRETCHES: Final = """
with numbered as (
  select *, row_number() over (partition by no, household_key, source, kind, began_on, ended_on, quantity,
    date_precision) as copy from seen),
islands as (
  select *, no - row_number() over (partition by household_key, source, kind, began_on, ended_on, quantity,
    date_precision, copy order by no) as island from numbered),
stretches as (
  select household_key, source, kind, began_on, ended_on, quantity, date_precision, min(no) as first, max(no) as last
  from islands group by all_columns, copy, island)
select entity_id, source, kind, case when first = 0 then began_on else f.day end as known_on,
  u.day as holds_until, began_on, ended_on, quantity, date_precision
from stretches join entity using (household_key) join days f on f.no = first left join days u on u.no = last + 1
order by entity_id, began_on, kind
""".replace("all_columns", "household_key, source, kind, began_on, ended_on, quantity, date_precision")
_FACTS: Final = (
    "entity_id integer, kind text, known_on date, holds_until date, began_on date, ended_on date, quantity bigint, "
    "date_precision text"
)


def as_of_dates(last: date, months: int) -> list[date]:
    """The first days of so many months up to that of `last`."""
    numbers = [last.year * 12 + last.month - 1 - back for back in range(months)]
    return [date(number // 12, number % 12 + 1, 1) for number in sorted(numbers)]


def day_of(as_of: date) -> date:
    """Kizuki's day for an as-of date of triage, which knows what came before it and not what came on it."""
    return as_of - timedelta(days=1)


def write(
    folder: Path,
    hub: Hub,
    scopes: Mapping[date, DayScope],
    last: date,
    features: Mapping[str, Feature],
) -> dict[str, int]:
    """Experiment, tables and rows for triage; the same facts, outcomes and entities as Parquet for Kizuki.

    scopes: of `day_of` each as-of date; last: the day on which the outcomes are known. Returns how many rows of what.
    """
    con = duckdb.connect(config={"threads": 1})
    kinds = {kind for feature in features.values() for kind in feature.measure.kinds}
    days = sorted(scopes)
    con.execute("create table days (no integer, day date)")
    con.executemany("insert into days values (?, ?)", list(enumerate(days)))
    with engine(None) as used:
        tables = Tables.of(used, *hub)
        for number, day in enumerate(days):
            scope = tables.scope(used, scopes[day], day)
            found = household_facts(tables.known_on(day), scope, dict.fromkeys(kinds, _FAR), sources_of(features))
            rows = used.collect(found.mutate(no=ibis.literal(number)))
            con.register("rows", rows)
            con.execute("insert into seen from rows" if number else "create table seen as from rows")
            con.unregister("rows")
        happened = _outcomes(used, tables, scopes[days[-1]], days[0], last)
    con.register("happened", happened)
    con.register("cohort", _cohort(scopes))
    con.execute(
        "create table entity as select household_key, (row_number() over (order by household_key))::integer as "
        "entity_id from (select household_key from cohort union select household_key from happened)"
    )
    con.execute(f"create table fact as {_STRETCHES}")
    return _files(con, folder, features, [day + timedelta(days=1) for day in days])


def _cohort(scopes: Mapping[date, DayScope]) -> pa.Table:
    parts = []
    for day, scope in sorted(scopes.items()):
        assert isinstance(scope.households, pa.Table)
        keys = scope.households["household_key"].combine_chunks()
        as_of = pa.array([day + timedelta(days=1)] * len(keys), pa.date32())
        parts.append(pa.table({"household_key": keys, "as_of_date": as_of}))
    return pa.concat_tables(parts)


def _outcomes(used: Any, tables: Tables, of: DayScope, first: date, last: date) -> pa.Table:
    """household_key, outcome_date: arrears that began after the first day, as known on the last."""
    scope = tables.scope(used, of, last)
    sources = sorted({kind.rsplit("_", 1)[0] for kind in OUTCOME})
    facts = household_facts(tables.known_on(last), scope, dict.fromkeys(OUTCOME, _FAR), sources)
    facts = facts.filter(facts.began_on > first)
    found: pa.Table = used.collect(facts.select("household_key", outcome_date="began_on"))
    return found.sort_by([("household_key", "ascending"), ("outcome_date", "ascending")])


def _files(
    con: duckdb.DuckDBPyConnection, folder: Path, features: Mapping[str, Feature], as_of: Sequence[date]
) -> dict[str, int]:
    made = [f"drop schema if exists {SCHEMA} cascade", f"create schema {SCHEMA}"]
    indexes: list[str] = []
    rows: dict[str, int] = {}

    def table(name: str, columns: str, sql: str, indexed: Sequence[str]) -> None:
        made.append(f"create table {SCHEMA}.{name} ({columns})")
        indexes.extend(f"create index on {SCHEMA}.{name} ({column})" for column in indexed)
        con.execute(f"copy ({sql}) to '{folder / name}.csv' (header)")
        rows[name] = sum(1 for _ in csv.reader((folder / f"{name}.csv").open())) - 1

    for sources, of in by_sources(features).items():
        kinds = sorted({kind for feature in of for kind in feature.measure.kinds})
        sql = f"select * exclude (source) from fact where kind in {_list(kinds)} and source in {_list(sources)}"
        table(facts_table(sources), _FACTS, sql, ("entity_id", "known_on"))
    table(
        "cohort", "entity_id integer, as_of_date date",
        "select entity_id, as_of_date from cohort join entity using (household_key) order by all", ("as_of_date",),
    )  # fmt: skip
    table(
        "outcomes", "entity_id integer, outcome_date date",
        "select entity_id, outcome_date from happened join entity using (household_key) order by all", ("entity_id",),
    )  # fmt: skip
    con.execute(f"copy (from happened) to '{folder / 'outcomes.parquet'}'")
    con.execute(
        f"copy (select household_key, fact.* from fact join entity using (entity_id)) to '{folder / 'facts.parquet'}'"
    )
    con.execute(f"copy (from entity order by entity_id) to '{folder / 'entities.parquet'}'")
    (folder / "tables.sql").write_text(";\n".join(made))
    (folder / "indexes.sql").write_text(";\n".join([*indexes, "analyze"]))
    (folder / "experiment.json").write_text(json.dumps(configuration(features, as_of), indent=1))
    return rows


def _list(names: Sequence[str]) -> str:
    return f"({', '.join(repr(name) for name in names)})"
