"""Published files written anew as streams, two at a time: what stands in order already is not sorted again.

A file is read row group by row group, so memory holds a few of them, whatever the size of the city. Reading, filtering,
compressing and hashing all happen outside Python's lock: two threads are two cores.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import chain
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.draft import Draft

T = TypeVar("T")
R = TypeVar("R")
AT_A_TIME = 2
"""Files in the making at once: the cores of the machine that the design promises a city."""


def side_by_side(work: Callable[[T], R], things: Iterable[T]) -> list[R]:
    """What `work` returns for each thing, in their order. When one fails no other is begun, and none still runs when
    its exception is raised: whoever tidies up afterwards is alone.
    """
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        begun = [pool.submit(work, thing) for thing in things]
        try:
            wait(begun, return_when=FIRST_EXCEPTION)
        finally:
            pool.shutdown(cancel_futures=True)
    return [one.result() for one in begun if not one.cancelled()]


def publish_rows(draft: Draft, path: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write rows as they come, in their order, and return how many; no row, no file."""
    rows = (batch.cast(schema) for batch in batches if batch.num_rows)
    first = next(rows, None)
    return 0 if first is None else draft.stream(path, schema, chain([first], rows))


def groups_of(file: Path, schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows of a Parquet file, a row group at a time, with the columns of `schema`: null where the file has none."""
    with pq.ParquetFile(file) as opened:
        has = set(opened.schema_arrow.names)
        names = [name for name in schema.names if name in has]
        for number in range(opened.num_row_groups):
            group = opened.read_row_group(number, columns=names)
            lacking = [pa.nulls(group.num_rows, field.type) for field in schema if field.name not in has]
            whole = pa.table([*group.columns, *lacking], [*names, *(name for name in schema.names if name not in has)])
            yield whole.select(schema.names).cast(schema)


def without(groups: Iterable[pa.Table], gone: Callable[[pa.Table], pa.ChunkedArray]) -> Iterator[pa.Table]:
    """The rows that are not `gone` (a mask without nulls)."""
    for group in groups:
        leaving = gone(group)
        yield group.filter(pc.invert(leaving)) if pc.any(leaving).as_py() else group


def batches_of(groups: Iterable[pa.Table]) -> Iterator[pa.RecordBatch]:
    """Tables as record batches."""
    for group in groups:
        yield from group.to_batches()
