"""How a table is written: with a dictionary of values where it pays, and the same however rows are handed over."""

import io

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.draft import GLANCE, OFTEN, _repeating, write_parquet

ROWS = 20 * OFTEN
TABLE = pa.table(
    {
        "kind": ["a", "b"] * (ROWS // 2),
        "one_each": [f"{n:08}" for n in range(ROWS)],
        "sources": pa.array([["tax", "water"], ["tax"]] * (ROWS // 2), pa.list_(pa.string())),
        "nothing": pa.nulls(ROWS),
        "both": pa.array([{"n": 1}] * ROWS, pa.struct([("n", pa.int64())])),
    }
)


def written(table: pa.Table, rows_at_once: int = ROWS) -> bytes:
    sink = io.BytesIO()
    assert write_parquet(sink, table.schema, table.to_batches(rows_at_once)) == table.num_rows
    return sink.getvalue()


def test_a_dictionary_is_kept_of_what_comes_again() -> None:
    file = pq.ParquetFile(io.BytesIO(written(TABLE)))
    group = file.metadata.row_group(0)
    kept = {group.column(n).path_in_schema for n in range(group.num_columns) if group.column(n).has_dictionary_page}
    assert kept == {"kind", "sources.list.element"}
    assert file.read().equals(TABLE)


def test_of_a_long_table_a_glance_says_what_comes_again() -> None:
    """Few values, ids, amounts of which it takes all rows to see that they come again, and some that do not."""
    rows = 8 * GLANCE
    table = pa.table(
        {
            "few": [n % 3 for n in range(rows)],
            "one_each": range(rows),
            "amounts": [n % (rows // OFTEN) for n in range(rows)],
            "rather_many": [n // 2 % rows for n in range(rows)],
        }
    )
    assert _repeating(table) == ["few", "amounts"]


def test_every_type_is_written_also_when_there_is_no_row() -> None:
    empty = TABLE.slice(0, 0)
    assert pq.read_table(io.BytesIO(written(empty))).equals(empty)


def test_the_same_rows_are_the_same_bytes() -> None:
    assert written(TABLE, 7) == written(TABLE)
