"""What makes two tables the same, whatever engine made them: names, types and values, bit for bit.

Bytes of Parquet are the same for one lock file only; this digest is that of the content (DESIGN §5 «Determinism»).
"""

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def table_digest(table: pa.Table) -> str:
    """SHA-256 of a table's columns in their order: name, type, which values are null, and the others' bits.

    How rows are cut into chunks, how text is stored (dictionary, large) and what lies under a null make no difference;
    the order of rows does, so sort by key first. NaN and -0.0 count as the bits they are.
    """
    seen = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns, strict=True):
        seen.update(f"{name}\x1f{_type_name(column.type)}\x1f{table.num_rows}\x1e".encode())
        _add(seen, column.combine_chunks())
    return seen.hexdigest()


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return _type_name(kind.value_type)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"list<{_type_name(kind.value_type)}>"
    return "string" if pa.types.is_large_string(kind) else str(kind)


def _add(seen: Any, array: pa.Array) -> None:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    seen.update(np.packbits(_plain(array.is_valid())).tobytes())
    array = array.drop_null()
    if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        seen.update(_plain(pc.list_value_length(array)).astype("<i8").tobytes())
        _add(seen, array.flatten())
    elif pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        seen.update(_plain(pc.binary_length(array)).astype("<i8").tobytes())
        seen.update(_text(array))
    elif pa.types.is_date32(array.type):
        seen.update(_plain(array.cast(pa.int32())).tobytes())
    else:
        seen.update(_plain(array).tobytes())


def _plain(array: pa.Array) -> np.ndarray:
    return np.ascontiguousarray(array.to_numpy(zero_copy_only=False))


def _text(array: pa.Array) -> memoryview:
    """The bytes of all texts, one after the other."""
    array = array.cast(pa.large_string())
    _validity, offsets, data = array.buffers()
    if data is None or not len(array):
        return memoryview(b"")
    places = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return memoryview(data)[places[0] : places[-1]]
