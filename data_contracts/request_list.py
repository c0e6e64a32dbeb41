"""The request list that an office filters by: read as Excel may have saved it, refused when its numbers are spoilt.

A list that lost its leading zeros fits no row: filtering by it would drop everybody without a word.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.profile import Source
from data_contracts.reading import columns_named
from data_contracts.reading_csv import read_csv
from data_contracts.refusal import FileRefused, rows_named
from data_contracts.staging import is_code
from data_contracts.values import parse_column

AS_GIVEN = "お渡しした CSV を、Excel で保存し直さずにそのままお使いください"


def read_request(path: Path, source: Source, known: Collection[str]) -> pa.Table:
    """Read a request list (CSV; UTF-8 with or without BOM, or CP932), headed as a delivery may be.

    In: `known`, the columns that the filter can compare. Out: one string column per canonical name, "" when empty.
    Raises FileRefused (row, column, rule and remedy; never a number) for a file that is no such list and for numbers
    that break the contract's pattern.
    """
    data = path.read_bytes()
    if data.startswith(b"PK\x03\x04"):
        raise FileRefused("request.format", "一覧が Excel のブックです", AS_GIVEN)
    try:
        grid = read_csv(data, replace(source.profile, encoding=None, skip_rows=0, delimiter=","))
    except FileRefused as refusal:
        raise FileRefused("request.format", f"一覧を読めません: {refusal.detail}", AS_GIVEN) from None
    named = columns_named(grid.header, source.contract, source.profile)
    header = [name or said.strip() for name, said in zip(named, grid.header, strict=True)]
    odd = [str(place) for place, name in enumerate(header, 1) if name not in known or header.index(name) + 1 != place]
    if odd:
        names = source.contract.names
        able = "、".join(source.contract.column(name).header if name in names else name for name in known)
        raise FileRefused(
            "request.header", f"一覧の {'、'.join(odd)} 列目の見出しでは絞れません（絞れる列: {able}）", AS_GIVEN
        )
    request = pa.table(dict(zip(header, grid.columns, strict=True)))
    for name in header:
        if name in source.contract.names and (broken := _broken(request[name], source, name)):
            where = (
                f"{rows_named(grid.rows.take(pa.array(broken)).to_pylist())}の「{source.contract.column(name).header}」"
            )
            raise FileRefused(
                "request.pattern", f"一覧の {where}が決まりの形ではありません（頭の 0 が失われた疑い）", AS_GIVEN
            )
    return request


def rows_with_broken_numbers(staged: pa.Table, source: Source, columns: Collection[str]) -> list[int]:
    """Rows of a staged delivery that no request can name: a number in one of `columns` breaks the contract's pattern,
    or is missing where it must not be.
    """
    places = {n for name in columns if name in source.contract.names for n in _misshapen(staged[name], source, name)}
    return sorted(staged["row"].take(pa.array(sorted(places), pa.int64())).to_pylist())


def _broken(cells: pa.ChunkedArray, source: Source, name: str) -> list[int]:
    column = source.contract.column(name)
    values = parse_column(cells.combine_chunks(), column.type, code=is_code(column))[0]
    return _misshapen(values, source, name)


def _misshapen(values: pa.Array | pa.ChunkedArray, source: Source, name: str) -> list[int]:
    """Places of typed values that are missing where the column is required, or break its pattern."""
    column = source.contract.column(name)
    if column.pattern is None:
        return []
    fits = pc.match_substring_regex(values, f"^(?:{column.pattern})$")
    return pc.indices_nonzero(pc.invert(pc.fill_null(fits, not column.required))).to_pylist()
