"""What the compiler reads: the columns of each table and their types.

A table may carry more columns; they are dropped before anything is compiled, so nothing can lean on them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.asof import KNOWLEDGE

_TEXT, _DAY = pa.string(), pa.date32()
_KNOWN: Final = [pa.field(name, _DAY) for name in KNOWLEDGE]

EPISODES: Final = pa.schema(
    [
        pa.field("source", _TEXT),
        pa.field("kind", _TEXT),
        pa.field("person_key", _TEXT),
        pa.field("dwelling_key", _TEXT),
        pa.field("began_on", _DAY),
        pa.field("ended_on", _DAY),
        pa.field("quantity", pa.int64()),
        pa.field("date_precision", _TEXT),
        *_KNOWN,
    ]
)
MEMBERSHIP: Final = pa.schema(
    [
        pa.field("person_key", _TEXT),
        pa.field("household_key", _TEXT),
        pa.field("from", _DAY),
        pa.field("until", _DAY),
        *_KNOWN,
    ]
)
RESIDENCE: Final = pa.schema(
    [
        pa.field("dwelling_key", _TEXT),
        pa.field("household_key", _TEXT),
        pa.field("from", _DAY),
        pa.field("until", _DAY),
        *_KNOWN,
    ]
)
PERMISSION: Final = pa.schema([pa.field("person_key", _TEXT), pa.field("source", _TEXT), pa.field("covers_from", _DAY)])
VISIBLE: Final = pa.schema([pa.field("household_key", _TEXT), pa.field("source", _TEXT)])
HOUSEHOLDS: Final = pa.schema([pa.field("household_key", _TEXT), pa.field("place", pa.int64())])

# A table of the hub: its rows, or the Parquet files that hold them.
Rows: TypeAlias = pa.Table | Sequence[Path]

# A list of households: a table with the column household_key, or the keys themselves.
Households: TypeAlias = pa.Table | pa.Array | pa.ChunkedArray


class InputRefused(ValueError):
    """A table that cannot be what it is said to be. The message names columns and counts, never a key."""


def conform(table: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    """`table` with exactly the columns and types of `schema`.

    Raises InputRefused when a column is missing or cannot be cast.
    """
    missing = [field for field in schema.names if field not in table.column_names]
    if missing:
        raise InputRefused(f"{name}: missing columns {missing}; the features need {schema.names}")
    return table.select(schema.names).cast(schema)


def conform_episodes(table: pa.Table) -> pa.Table:
    """Episodes as `conform`; each must belong to exactly one person or dwelling (DESIGN §3), else InputRefused."""
    episodes = conform(table, EPISODES, "episodes")
    has_person, has_dwelling = (pc.is_valid(episodes[key]) for key in ("person_key", "dwelling_key"))
    wrong = pc.sum(pc.equal(has_person, has_dwelling)).as_py() or 0
    if wrong:
        raise InputRefused(f"episodes: {wrong} rows have both or neither of person_key and dwelling_key")
    return episodes


def household_table(households: Households) -> pa.Table:
    """The distinct household keys, sorted, and the place of each: 0, 1, … (HOUSEHOLDS)."""
    keys = households["household_key"] if isinstance(households, pa.Table) else households
    table = pa.table({"household_key": pc.unique(pc.cast(keys, _TEXT))}).sort_by("household_key")
    return table.append_column("place", pa.array(np.arange(table.num_rows)))
