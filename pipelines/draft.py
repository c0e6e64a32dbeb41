"""What a publication writes: drafts, generations, and the bytes of a table (promise 6: equal tables are equal bytes).

A table is written in row groups of a fixed length, each from one contiguous piece, so that a table handed over whole
and the same rows handed over as a stream are the same bytes. Digests are taken while writing.
"""

import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from identity.pseudonyms import seal
from pipelines import checked
from pipelines.manifest import Output, canonical, sha256

ROW_GROUP = 131_072
OFTEN = 16
"""How often a value comes again, on average, where keeping a dictionary of them pays: not for ids and fingerprints."""
GLANCE = 4_096
"""Rows that are looked at first to find out."""
SEALED = "restricted/people/"


class Draft:
    """What a publication will write. Nothing of it is visible before the commit. `point` marks places of a kill."""

    def __init__(self, root: Path, run_id: str, people_key: bytes, point: Callable[[str], None]) -> None:
        self._root, self.run_id, self._people_key, self._point = root, run_id, people_key, point
        self.outputs: dict[str, Output] = {}
        self.removals: set[str] = set()
        self.rewritings: dict[str, str] = {}

    def table(self, path: str, table: pa.Table, keys: list[str]) -> None:
        """Write a table in the order of `keys`."""
        self.stream(path, table.schema, sorted_by(table, keys).to_batches())

    def stream(self, path: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
        """Write rows as they come, already in the order of their key; returns how many. Holds one row group in memory
        (the whole file when it is sealed).
        """
        if path.startswith(SEALED):
            sink = io.BytesIO()
            rows = write_parquet(sink, schema, batches)
            self.bytes(path, sink.getvalue())
            return rows
        target = self._target(path)
        with target.open("wb") as file:
            hashing = _Hashing(file)
            rows = write_parquet(pa.PythonFile(hashing, mode="w"), schema, batches)
            self._done(path, file, hashing.sha.hexdigest(), hashing.size)
        return rows

    def json(self, path: str, value: Any) -> None:
        """Write canonical, indented JSON."""
        self.bytes(path, (canonical(value, indent=1) + "\n").encode())

    def bytes(self, path: str, data: bytes) -> None:
        """Write bytes; sealed when the path lies in `restricted/people`."""
        stored = seal(data, self._people_key) if path.startswith(SEALED) else data
        with self._target(path).open("wb") as file:
            file.write(stored)
            self._done(path, file, sha256(stored), len(stored))

    def remove(self, path: str) -> None:
        """Unpublish `path`."""
        self.removals.add(path)

    def rewrite(self, path: str, table: pa.Table, keys: list[str], why: str) -> None:
        """Replace a published table, with a chained entry old digest → new digest that `verify` follows."""
        self.table(path, table, keys)
        self.rewritings[path] = why

    def sync(self) -> None:
        """Bring every file and its folders to the disk, side by side: a manifest names what no power cut takes."""
        files = [generation(self._root, self.run_id, path) for path in self.outputs]
        zones = {path.split("/", 1)[0] for path in self.outputs}
        folders = {folder for file in files for folder in file.parents if self.run_id in folder.parts}
        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(to_disk, [*files, *sorted(folders), *(self._root / zone / ".gen" for zone in sorted(zones))]))

    def _target(self, path: str) -> Path:
        target = generation(self._root, self.run_id, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _done(self, path: str, file: BinaryIO, digest: str, size: int) -> None:
        file.flush()
        checked.remember(generation(self._root, self.run_id, path), digest)
        self.outputs[path] = Output(digest, size, self.run_id)
        self._point("a file written")


def to_disk(path: Path) -> None:
    """Bring a file's bytes, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Sink(Protocol):
    def write(self, data: Any, /) -> int: ...


class _Hashing:
    """A file that is only appended to, with the SHA-256 of what went through."""

    def __init__(self, file: _Sink) -> None:
        self._file = file
        self.sha, self.size, self.closed = hashlib.sha256(), 0, False

    def write(self, data: Any) -> int:
        self.sha.update(data)
        self.size += len(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """The file is flushed once, when it is whole."""


def write_parquet(sink: Any, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write rows as Parquet: fixed row groups and compression, no free metadata. Returns the number of rows."""
    plain = schema.remove_metadata()
    groups = row_groups(plain, batches)
    first = next(groups, plain.empty_table())
    rows = 0
    with pq.ParquetWriter(sink, plain, compression="zstd", version="2.6", use_dictionary=_repeating(first)) as writer:
        for group in chain([first], groups):
            writer.write_table(group, row_group_size=ROW_GROUP)
            rows += group.num_rows
    return rows


def _repeating(group: pa.Table) -> list[str]:
    """Columns for which a dictionary of values is kept; others are smaller without, and written in half the time."""
    kept = []
    for name in group.column_names:
        nested = pa.types.is_list(group[name].type)
        values = pc.list_flatten(group[name]) if nested else group[name]
        if pa.types.is_nested(values.type) or pa.types.is_null(values.type) or pa.types.is_dictionary(values.type):
            continue
        if _repeats(values):
            kept.append(f"{name}.list.element" if nested else name)
    return kept


def _repeats(values: pa.ChunkedArray | pa.Array) -> bool:
    """Whether a value comes again OFTEN enough. A glance at the first few says so of most columns: nearly all are the
    same, or hardly two; counting all takes as long as writing them.
    """
    if len(values) > 4 * GLANCE:
        seen = _different(values.slice(0, GLANCE))
        if 4 * OFTEN * seen <= GLANCE:
            return True
        if 8 * seen > 7 * GLANCE:
            return False
    return OFTEN * _different(values) <= len(values)


def _different(values: pa.ChunkedArray | pa.Array) -> int:
    count: int = pc.count_distinct(values, mode="all").as_py()
    return count


def row_groups(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """The rows of `batches` in contiguous tables of ROW_GROUP rows, the last one shorter."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        start = 0
        while count + batch.num_rows - start >= ROW_GROUP:
            part = batch.slice(start, ROW_GROUP - count)
            yield _whole(schema, [*held, part])
            held, count, start = [], 0, start + part.num_rows
        if start < batch.num_rows:
            held.append(batch.slice(start))
            count += batch.num_rows - start
    if held:
        yield _whole(schema, held)


def _whole(schema: pa.Schema, parts: list[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches([part.replace_schema_metadata(None) for part in parts], schema).combine_chunks()


def sorted_by(table: pa.Table, keys: list[str]) -> pa.Table:
    """`table` in the order of `keys` (ascending, nulls last)."""
    if not keys or _in_order(table[keys[0]]):
        return table
    return table.sort_by([(key, "ascending") for key in keys])


def _in_order(column: pa.ChunkedArray) -> bool:
    """Whether each value is larger than the one before: then there is nothing to sort, of how many columns ever."""
    whole = column.combine_chunks()
    if whole.null_count or not len(whole):
        return False
    return bool(pc.all(pc.less(whole.slice(0, len(whole) - 1), whole.slice(1))).as_py())


def generation(root: Path, run_id: str, path: str) -> Path:
    """Where the bytes of a stable path written by a run are: each zone keeps its own generations."""
    zone, rest = path.split("/", 1)
    return root / zone / ".gen" / run_id / rest
