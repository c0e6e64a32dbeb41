"""Accepted versions of a source become episodes: what began, what ended, and from when until when we believed so.

Four shapes, declared in episodes.yaml: *row* and *point* read one version at a time; *pair* and *run* read the rows of
a group together, anew for every day on which something about the group became known.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import duckdb
import pyarrow as pa

from data_contracts.mapping_error import MappingError, named
from data_contracts.profile import Source
from data_contracts.shapes_spark import found_on
from data_contracts.shapes_sql import BELIEFS, EPISODES, belief_query, derived_query, says_something

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["EPISODE_SCHEMA", "MappingError", "episodes", "make_found"]

EPISODE_SCHEMA = pa.schema(
    [
        ("episode_id", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("person_key", pa.string()),
        ("dwelling_key", pa.string()),
        ("began_on", pa.date32()),
        ("ended_on", pa.date32()),
        ("quantity", pa.int64()),
        ("date_precision", pa.string()),
        ("known_from", pa.date32()),
        ("known_until", pa.date32()),
    ]
)
"""The hub (DESIGN §3): began_on and ended_on inclusive, null ended_on = open; believed in [known_from, known_until)."""


def episodes(
    versions: pa.Table,
    source: Source,
    hash_ids: Callable[[pa.Array], pa.Array],
    spark: "SparkSession | None" = None,
) -> pa.Table:
    """Episode versions of one source.

    In: `versions` the contract's typed columns, `person_key` and/or `dwelling_key`, known_from, known_until (null =
    still believed); `hash_ids` turns natural ids (source|kind|natural key) into pseudonyms. Out: EPISODE_SCHEMA sorted
    by episode_id, known_from. Versions that say the same about an episode are one; an empty interval is no episode; a
    version after which the episode is gone ends it. DuckDB works it out, or the Spark session, by the same statements.
    Raises MappingError. Source: DESIGN §3 «The hub».
    """
    keyed = _with_keys(versions)
    found = _found(keyed, source) if spark is None else found_on(spark, keyed, source)
    return _hashed(found, source, hash_ids)


def _found(keyed: pa.Table, source: Source) -> pa.Table:
    with duckdb.connect() as con:
        con.register("versions", keyed)
        with named(source.name, "derive"):
            con.execute(f"create temp table derived as {derived_query(source, keyed.column_names)}")
        _tell(con, source)
        return con.execute(EPISODES).to_arrow_table()


_DERIVED: Final = "create or replace temp table derived as"


def make_found(
    con: duckdb.DuckDBPyConnection,
    source: Source,
    spark: "SparkSession | None" = None,
    routine_since: date | None = None,
) -> None:
    """Make `found` of `versions`, tables of `con`: what `episodes` gives, by natural_id and in no order; everyday facts
    (`routine` in episodes.yaml) only those that ended on `routine_since` or later.

    For logs of any size: nothing leaves the connection, unless Spark is to work it out.
    """
    if spark is not None:
        told = found_on(spark, con.sql("from versions").to_arrow_table(), source, routine_since)
        con.register("said by Spark", told)
        con.execute('create or replace temp table found as from "said by Spark"')
        con.unregister("said by Spark")
        return
    rows = derived_query(source, con.sql("from versions limit 0").columns)
    said = [(entry.kind, says_something(entry, routine_since)) for entry in source.episodes.entries]
    anything = " or ".join(one for _, one in said) or "false"
    try:
        con.execute(f"{_DERIVED} select * from ({rows}) where {anything}")
    except duckdb.Error as error:
        _blame(con, source.name, rows, said)
        raise MappingError(source.name, "derive, when, began_on or ended_on", error) from None
    _tell(con, source, routine_since)
    con.execute("drop table derived")
    con.execute(f"create or replace temp table found as {EPISODES}")
    con.execute("drop table beliefs")


def _blame(con: duckdb.DuckDBPyConnection, source: str, rows: str, said: Sequence[tuple[str, str]]) -> None:
    """Ask one after the other what was asked at once, so that the error names the kind of episode that it is of."""
    with named(source, "derive"):
        con.execute(f"{_DERIVED} {rows}")
    for kind, condition in said:
        with named(source, kind):
            con.execute(f"select count(*) from derived where {condition}")


def _tell(con: duckdb.DuckDBPyConnection, source: Source, routine_since: date | None = None) -> None:
    con.execute(BELIEFS)
    for entry in source.episodes.entries:
        with named(source.name, entry.kind):
            con.execute(f"insert into beliefs by name {belief_query(entry, source, routine_since)}")


def _with_keys(versions: pa.Table) -> pa.Table:
    for name in ("person_key", "dwelling_key"):
        if name not in versions.column_names:
            versions = versions.append_column(name, pa.nulls(versions.num_rows, pa.string()))
    return versions


def _hashed(found: pa.Table, source: Source, hash_ids: Callable[[pa.Array], pa.Array]) -> pa.Table:
    natural = found["natural_id"].combine_chunks().dictionary_encode()
    ids = hash_ids(natural.dictionary)
    ids = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    columns = found.drop_columns(["natural_id"]).append_column("episode_id", ids.take(natural.indices))
    name = pa.repeat(pa.scalar(source.contract.basis, pa.string()), found.num_rows)
    table = columns.append_column("source", name).select(EPISODE_SCHEMA.names).cast(EPISODE_SCHEMA)
    return table.sort_by([("episode_id", "ascending"), ("known_from", "ascending")])
