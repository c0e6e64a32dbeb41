"""Delivered text beside its typed values: the one table that judge and Great Expectations look at."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_contracts.contract import Column
from data_contracts.profile import Source
from data_contracts.values import half_width, parse_column

DELETED = "row__deleted"
"""Bool: the profile's delete column says that this row deletes its key."""
_PIECE = 250_000  # rows typed at once


def stage(deliveries: Sequence[tuple[int, pa.Table]], source: Source) -> pa.Table:
    """Type the rows of deliveries (order number, table of `read_delivery`).

    Out: `delivery` int32, `row` int64, `row__deleted` bool; per contract column `c` (values.ARROW_TYPES), `c__raw`
    string as delivered, and for dates `c__unknown` bool (不詳 or partly known). In delivery and row order.
    A cell is first replaced as the profile's `value_map` says; the raw text stays what the office wrote.
    """
    numbers = [pa.repeat(pa.scalar(number, pa.int32()), table.num_rows) for number, table in deliveries]
    raws = pa.concat_tables([table for _, table in deliveries]) if deliveries else _nothing(source)
    columns: dict[str, pa.Array] = {
        "delivery": pa.concat_arrays(numbers) if numbers else pa.array([], pa.int32()),
        "row": raws["row"].combine_chunks(),
        DELETED: _deleted(raws, source),
    }
    for column in source.contract.columns:
        raw = _combined(raws, column.name)
        mapped = _mapped(raw, source.profile.value_map.get(column.name, {}))
        columns[column.name], unknown = parse_column(mapped, column.type, code=is_code(column))
        columns[f"{column.name}__raw"] = raw
        if unknown is not None:
            columns[f"{column.name}__unknown"] = unknown
    return pa.table(columns)


def write_staged(path: Path, deliveries: Iterable[tuple[int, pa.Table]], source: Source) -> None:
    """Stage deliveries into a Parquet file piece by piece: no more than one of them is held in memory."""
    with pq.ParquetWriter(path, stage([], source).schema, compression="lz4") as writer:
        for piece in _pieces(deliveries):
            writer.write_table(stage(piece, source))


def _pieces(deliveries: Iterable[tuple[int, pa.Table]]) -> Iterator[list[tuple[int, pa.Table]]]:
    """Small deliveries together, large ones in parts."""
    held: list[tuple[int, pa.Table]] = []
    room = _PIECE
    for number, table in deliveries:
        at = 0
        while table.num_rows - at >= room:
            yield [*held, (number, table.slice(at, room))]
            at += room
            held, room = [], _PIECE
        held.append((number, table.slice(at)))
        room -= table.num_rows - at
    if held:
        yield held


def is_code(column: Column) -> bool:
    """Keys, patterned texts and words of a list are compared, not read: half width, digits as digits."""
    return column.key_position is not None or column.pattern is not None or bool(column.values)


def _nothing(source: Source) -> pa.Table:
    names = [(name, pa.string()) for name in source.contract.names]
    return pa.schema([("row", pa.int64()), *names]).empty_table()


def _combined(raws: pa.Table, name: str) -> pa.Array:
    return raws[name].combine_chunks().cast(pa.string())


def _deleted(raws: pa.Table, source: Source) -> pa.Array:
    name = source.profile.delete_column
    if name is None or name not in raws.column_names:
        return pa.repeat(pa.scalar(False), raws.num_rows)
    values = pc.utf8_trim_whitespace(pc.utf8_normalize(_combined(raws, name), "NFKC"))
    return pc.fill_null(pc.is_in(values, pa.array(source.profile.delete_values, pa.string())), False)


def _mapped(raw: pa.Array, replacements: Mapping[str, str]) -> pa.Array:
    """Whole cells replaced; "" stands for an empty cell, full width and half width are the same."""
    if not replacements:
        return raw
    wanted = {half_width(before): after for before, after in replacements.items()}
    encoded = raw.dictionary_encode()
    texts = [wanted.get(half_width(text), text) for text in encoded.dictionary.to_pylist()]
    mapped = pa.array(texts, pa.string()).take(encoded.indices)
    return pc.fill_null(mapped, wanted[""]) if "" in wanted else mapped
