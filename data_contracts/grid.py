"""What a reader hands over: cells as text under the headers as delivered, with the row numbers the office sees."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.refusal import FileRefused, rows_named


@dataclass(frozen=True)
class Grid:
    """`header` as delivered, one string array per header cell, `rows` int64 = number of each record in the file."""

    header: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    rows: pa.Array
    header_row: int


def grid_of(records: Sequence[tuple[int, Sequence[str | None]]], header_row: int) -> Grid:
    """Records (row number, cells), the header first, as a grid. A record of another width refuses the file."""
    (_, header), *body = records
    width = len(header)
    wrong = [row for row, cells in body if len(cells) < width or any(cells[width:])]
    if width <= 2 and body and all(any(cells[width:]) for _, cells in body):  # a title, or Excel's «sep=,»
        raise FileRefused(
            "file.cells",
            f"{header_row} 行目が見出しになっていません（下のどの行よりも項目が少ない）",
            "見出しより上の行（表題や sep= など）を消して、見出しから始まるファイルを出力し直してください",
        )
    if wrong:
        raise FileRefused(
            "file.cells",
            f"{rows_named(wrong)}の項目数が見出し（{width} 項目）と合いません",
            "区切り文字を含む項目を引用符で囲むなどして、項目数をそろえて出力し直してください",
        )
    cells = list(zip(*(cells[:width] for _, cells in body), strict=True)) or [()] * width
    return Grid(
        header=tuple(cell or "" for cell in header),
        columns=tuple(pa.array(column, pa.string()) for column in cells),
        rows=pa.array([row for row, _ in body], pa.int64()),
        header_row=header_row,
    )


def null_when_empty(column: pa.Array) -> pa.Array:
    """An empty cell holds nothing."""
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def without_empty_rows(grid: Grid) -> Grid:
    """A record of nothing but delimiters is what a spreadsheet leaves behind, not a row."""
    empty = pc.equal(grid.columns[0], "")
    for column in grid.columns[1:]:
        if not pc.any(empty).as_py():
            return grid
        empty = pc.and_(empty, pc.equal(column, ""))
    kept = pc.invert(empty)
    return Grid(grid.header, tuple(c.filter(kept) for c in grid.columns), grid.rows.filter(kept), grid.header_row)
