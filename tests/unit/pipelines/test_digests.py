"""A table's digest: equal content, equal digest; anything else, another."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipelines.digests import table_digest

TABLE = pa.table(
    {
        "key": pa.array(["a", "", None, "世帯"]),
        "on": pa.array([date(2026, 4, 1), None, date(1, 1, 1), None]),
        "n": pa.array([1, None, -3, 4], pa.int64()),
        "value": pa.array([0.1, None, -0.0, 2.5], pa.float64()),
        "yes": pa.array([True, False, None, True]),
        "kinds": pa.array([["a", "b"], [], None, [None]], pa.list_(pa.string())),
    }
)


def test_chunks_slices_and_dictionaries_make_no_difference() -> None:
    told = table_digest(TABLE)
    assert table_digest(pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1)])) == told
    assert table_digest(pa.concat_tables([TABLE.slice(2), TABLE]).slice(2)) == told
    encoded = TABLE.set_column(0, "key", TABLE["key"].combine_chunks().dictionary_encode())
    assert table_digest(encoded) == told
    assert table_digest(TABLE.set_column(0, "key", TABLE["key"].cast(pa.large_string()))) == told


def test_what_lies_under_a_null_makes_no_difference() -> None:
    plain = pa.table({"n": pa.array([1, None, 3], pa.int64())})
    masked = pa.Array.from_buffers(pa.int64(), 3, [plain["n"].chunk(0).buffers()[0], pa.array([1, 9, 3]).buffers()[1]])
    assert table_digest(pa.table({"n": masked})) == table_digest(plain)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("key", ["a", None, "", "世帯"]),
        ("key", ["", "a", None, "世帯"]),
        ("on", [date(2026, 4, 1), None, date(1, 1, 2), None]),
        ("value", [0.1, None, 0.0, 2.5]),
        ("value", [0.1 + 2**-56, None, -0.0, 2.5]),
        ("yes", [True, False, False, True]),
        ("kinds", [["a"], ["b"], None, [None]]),
    ],
)
def test_any_other_value_is_seen(column: str, values: list[Any]) -> None:
    place = TABLE.column_names.index(column)
    other = TABLE.set_column(place, column, pa.array(values, TABLE.schema.field(column).type))
    assert table_digest(other) != table_digest(TABLE)


def test_names_types_and_the_order_of_rows_are_seen() -> None:
    digests = {
        table_digest(table)
        for table in (
            TABLE,
            TABLE.rename_columns(["id", *TABLE.column_names[1:]]),
            TABLE.set_column(2, "n", TABLE["n"].cast(pa.int32())),
            TABLE.take(pa.array([1, 0, 2, 3])),
            TABLE.slice(0, 3),
            TABLE.slice(0, 0),
        )
    }
    assert len(digests) == 6
