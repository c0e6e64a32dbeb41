"""The episode shapes on Spark: the statements of `shapes_sql`, said in Spark's words, over temporary views."""

from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from data_contracts.mapping_error import named
from data_contracts.profile import Source
from data_contracts.shapes_sql import EPISODES, belief_query, derived_query
from data_contracts.spark_sql import to_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_BELIEFS: Final = {
    "natural_id": "string",
    "kind": "string",
    "person_key": "string",
    "dwelling_key": "string",
    "began_on": "date",
    "ended_on": "date",
    "quantity": "bigint",
    "date_precision": "string",
    "known_from": "date",
    "known_until": "date",
}
_ARROW: Final = {"string": pa.string(), "date": pa.date32(), "bigint": pa.int64()}
FOUND: Final = pa.schema([(name, _ARROW[kind]) for name, kind in _BELIEFS.items()])


def found_on(spark: "SparkSession", versions: pa.Table, source: Source, routine_since: date | None = None) -> pa.Table:
    """What `shapes` finds with DuckDB, by natural_id, in no particular order. Raises MappingError."""
    spark.createDataFrame(versions).createOrReplaceTempView("versions")
    with named(source.name, "derive"):
        derived = spark.sql(to_spark(derived_query(source, versions.column_names))).persist()
        derived.createOrReplaceTempView("derived")
    try:
        parts: list[DataFrame] = []
        for entry in source.episodes.entries:
            with named(source.name, entry.kind):
                told = spark.sql(to_spark(belief_query(entry, source, routine_since)))
                parts.append(told.selectExpr(*(f"CAST({name} AS {kind}) AS {name}" for name, kind in _BELIEFS.items())))
        if not parts:
            return FOUND.empty_table()
        reduce(lambda one, other: one.unionAll(other), parts).createOrReplaceTempView("beliefs")
        with named(source.name, "episodes"):
            return spark.sql(to_spark(EPISODES)).toArrow().select(FOUND.names).cast(FOUND)
    finally:
        derived.unpersist()
        for view in ("beliefs", "derived", "versions"):
            spark.catalog.dropTempView(view)
