"""Arrow tables into an engine and out of it again; the definitions in between are the same Ibis for every backend.

Ibis itself hands tables to Spark by way of pandas and to PostgreSQL row by row; both take Arrow in bulk in their own
way. What was put in is the engine's only as long as the block lasts (`features.hub.engine`).
"""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq
from ibis.backends import BaseBackend
from ibis.util import gen_name

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CHUNK: Final = 1 << 20
BATCH: Final = 1 << 17
"""Bytes of text at a time into PostgreSQL; rows at a time out of DuckDB."""


class Engine:
    """A backend that Ibis itself hands tables to."""

    def __init__(self, backend: BaseBackend) -> None:
        self.backend: Any = backend

    def put(self, table: pa.Table) -> ir.Table:
        """The table as an Ibis table that this engine can read."""
        return ibis.memtable(table)

    def open(self, files: Sequence[Path], columns: list[str]) -> ir.Table:
        """Some columns of Parquet files of one shape as one table, read as far as a query asks for them."""
        return self.put(pa.concat_tables([pq.read_table(file, columns=columns, partitioning=None) for file in files]))

    def collect(self, expr: ir.Table) -> pa.Table:
        """The rows of an expression, in no particular order, with the types that Ibis declares."""
        return self.backend.to_pyarrow(expr)

    def stream(self, expr: ir.Table) -> Iterable[pa.RecordBatch]:
        """The same, batch by batch; another expression can be asked for when the last one was read."""
        return self.collect(expr).to_batches()

    def forget(self) -> None:
        """Drop what was put in."""


class DuckDBEngine(Engine):
    """Arrow is read where it lies; results come batch by batch."""

    def __init__(self, backend: BaseBackend) -> None:
        super().__init__(backend)
        self._names: list[str] = []

    def put(self, table: pa.Table) -> ir.Table:
        """A view of the table."""
        name = gen_name("kizuki")
        self.backend.con.register(name, table)
        self._names.append(name)
        return self.backend.table(name)

    def open(self, files: Sequence[Path], columns: list[str]) -> ir.Table:
        """See Engine."""
        return self.backend.read_parquet([str(file) for file in files]).select(*columns)

    def collect(self, expr: ir.Table) -> pa.Table:
        """See Engine."""
        return pa.Table.from_batches(self.stream(expr), expr.schema().to_pyarrow())

    def stream(self, expr: ir.Table) -> Iterable[pa.RecordBatch]:
        """See Engine."""
        schema = expr.schema().to_pyarrow()
        rows = self.backend.raw_sql(self.backend.compile(expr)).to_arrow_reader(BATCH)
        return (batch.cast(schema) for batch in rows)

    def forget(self) -> None:
        """Let go of the tables."""
        while self._names:
            self.backend.con.unregister(self._names.pop())


class SparkEngine(Engine):
    """Tables become temporary views over Arrow batches; results come back as Arrow batches."""

    def __init__(self, backend: BaseBackend) -> None:
        super().__init__(backend)
        self._views: list[str] = []

    @property
    def session(self) -> "SparkSession":
        """The session behind the backend."""
        return self.backend.raw_sql("SELECT 1").sparkSession

    def put(self, table: pa.Table) -> ir.Table:
        """A temporary view of this session."""
        name = gen_name("kizuki")
        self.session.createDataFrame(table).createOrReplaceTempView(name)
        self._views.append(name)
        return self.backend.table(name)

    def collect(self, expr: ir.Table) -> pa.Table:
        """See Engine."""
        rows = self.backend.raw_sql(self.backend.compile(expr)).toArrow()
        return rows.cast(expr.schema().to_pyarrow())

    def forget(self) -> None:
        """Drop the views."""
        while self._views:
            self.backend.drop_view(self._views.pop())


class PostgresEngine(Engine):
    """Tables are copied into temporary tables, which end with the connection and are written to no log."""

    def __init__(self, backend: BaseBackend) -> None:
        super().__init__(backend)
        self._tables: list[str] = []

    def put(self, table: pa.Table) -> ir.Table:
        """A temporary table, filled by COPY."""
        name = gen_name("kizuki")
        created = self.backend.create_table(name, schema=ibis.Schema.from_pyarrow(table.schema), temp=True)
        self._tables.append(name)
        text = io.BytesIO()
        # Every text in quotes, nothing for null: COPY tells an empty text from none.
        pv.write_csv(table, text, pv.WriteOptions(include_header=False, quoting_style="all_valid"))
        columns = ", ".join(f'"{column}"' for column in table.column_names)
        with (
            self.backend.con.transaction(),
            self.backend.con.cursor() as cursor,
            cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN (FORMAT csv)') as copy,
        ):
            text.seek(0)
            while part := text.read(CHUNK):
                copy.write(part)
        with self.backend.con.transaction(), self.backend.con.cursor() as cursor:
            cursor.execute(f'ANALYZE "{name}"')
        return created

    def forget(self) -> None:
        """Drop the tables."""
        while self._tables:
            self.backend.drop_table(self._tables.pop())


def engine_of(backend: BaseBackend) -> Engine:
    """How tables go into this backend and out."""
    return {"duckdb": DuckDBEngine, "pyspark": SparkEngine, "postgres": PostgresEngine}.get(backend.name, Engine)(
        backend
    )
