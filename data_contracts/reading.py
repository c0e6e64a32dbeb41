"""Takes one delivered file to a table of text cells under canonical names, or refuses it before anything is saved."""

import re
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import Column, Contract
from data_contracts.grid import Grid, null_when_empty
from data_contracts.my_number import holds_my_numbers
from data_contracts.profile import Profile, Source
from data_contracts.reading_csv import read_csv
from data_contracts.reading_fixed import read_fixed
from data_contracts.reading_xlsx import Spoilt, Turned, read_xlsx
from data_contracts.refusal import FileRefused, rows_named
from data_contracts.values import half_width

__all__ = ["FileRefused", "columns_named", "read_delivery"]

_FIXED_DIGITS = re.compile(r"(?:\[0-9\]|\\d)\{(\d+)\}")
_SCIENTIFIC = r"^[0-9](\.[0-9]+)?[Ee]\+?[0-9]+$"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of a workbook (also of an old or locked one): it is known by them, not by its name."""


def read_delivery(path: Path, source: Source) -> pa.Table:
    """Read one file as its profile says.

    Out: `row` int64 (the number the office sees: line, sheet row or record), then one string column per contract
    column, and the profile's delete column where it is no contract column; null when empty or when an optional column
    was not delivered. Raises FileRefused (rule, Japanese detail and remedy, file name; never a cell's content) as
    SOURCES «Bad input», first row, says.
    """
    try:
        _refuse_two_kinds(path.name, source.profile)
        return _table(path.read_bytes(), source)
    except FileRefused as refusal:
        refusal.file = path.name
        raise


def _refuse_two_kinds(filename: str, profile: Profile) -> None:
    if len(profile.kinds_said(filename)) == 2:
        full, delta = profile.full_glob, profile.delta_glob
        raise FileRefused(
            "file.two_kinds",
            f"ファイル名が全件（{full}）にも差分（{delta}）にも当てはまります",
            "どちらか一方だけに当てはまる名前で出し直してください",
        )


def _table(data: bytes, source: Source) -> pa.Table:
    contract, profile = source.contract, source.profile
    grid, spoilt = _grid(data, profile)
    for name, column in zip(grid.header, grid.columns, strict=True):
        _refuse_my_numbers(name, column, profile)
    grid = _without_blank_headers(grid)
    places = _places(grid, contract, profile)
    columns = {}
    for name in _wanted(contract, profile):
        place = places.get(name)
        columns[name] = pa.nulls(len(grid.rows), pa.string()) if place is None else null_when_empty(grid.columns[place])
    for column in contract.columns:
        if column.name in places:
            _refuse_turned(column, columns[column.name], grid.rows, spoilt.get(places[column.name], []))
    return pa.table({"row": grid.rows, **columns})


def _grid(data: bytes, profile: Profile) -> tuple[Grid, Spoilt]:
    if profile.kind == "fixed":
        return read_fixed(data, profile), {}
    if profile.kind == "xlsx" or data.startswith(_WORKBOOKS):
        return read_xlsx(data, profile)
    return read_csv(data, profile), {}


def _wanted(contract: Contract, profile: Profile) -> list[str]:
    extra = [] if profile.delete_column in (None, *contract.names) else [str(profile.delete_column)]
    return [*contract.names, *extra]


def _spelling(header: str) -> str:
    return "".join(half_width(header).split())


def columns_named(headers: Iterable[str], contract: Contract, profile: Profile) -> list[str | None]:
    """The canonical name of the column that each header names, in any spelling the profile reads; None for others."""
    known = {_spelling(spelling): name for name, spellings in profile.headers.items() for spelling in spellings}
    known |= {_spelling(name): name for name in _wanted(contract, profile) if name not in contract.names}
    return [known.get(_spelling(header)) for header in headers]


def _without_blank_headers(grid: Grid) -> Grid:
    """Columns without header and without content (Excel leaves such) are no columns."""
    kept = [
        i for i, name in enumerate(grid.header) if name.strip() or pc.any(pc.not_equal(grid.columns[i], "")).as_py()
    ]
    if len(kept) == len(grid.header):
        return grid
    return Grid(tuple(grid.header[i] for i in kept), tuple(grid.columns[i] for i in kept), grid.rows, grid.header_row)


def _places(grid: Grid, contract: Contract, profile: Profile) -> dict[str, int]:
    """Canonical name → position; refuses missing, extra, doubled and two-row headers."""
    found = columns_named(grid.header, contract, profile)
    missing = [c.header for c in contract.columns if c.required and c.name not in found]
    first = [column[0].as_py() if len(column) else None for column in grid.columns]
    below = sum(name is not None for name in columns_named(filter(None, first), contract, profile))
    if below >= 2 and (missing or below * 2 >= len(grid.header)):
        raise FileRefused(
            "file.header_two_rows",
            f"見出しが 2 行（{grid.header_row} 行目と {grid.rows[0].as_py()} 行目）に分かれています",
            "見出しを 1 行にまとめて出力し直してください",
        )
    if missing:
        raise FileRefused(
            "file.header_missing",
            f"{grid.header_row} 行目の見出しに必須の項目がありません: {'、'.join(missing)}",
            "契約のとおりの見出しを付けて出力し直してください",
        )
    _refuse_extra(found)
    return {name: place for place, name in enumerate(found) if name is not None}


def _refuse_extra(found: list[str | None]) -> None:
    extra = [place + 1 for place, name in enumerate(found) if name is None]
    if extra:
        raise FileRefused(
            "file.header_extra",
            f"契約にない項目があります（{'、'.join(map(str, extra))} 列目）",
            "契約の項目だけを出力してください。お預かりできない項目を含むファイルは保存していません",
        )
    doubled = sorted({str(name) for name in found if found.count(name) > 1})
    if doubled:
        raise FileRefused(
            "file.header_twice", f"同じ項目が 2 列あります: {'、'.join(doubled)}", "1 列だけにしてください"
        )


def _refuse_my_numbers(header: str, column: pa.Array, profile: Profile) -> None:
    if not holds_my_numbers(null_when_empty(column)):
        return
    known = any(_spelling(header) == _spelling(s) for spellings in profile.headers.values() for s in spellings)
    raise FileRefused(
        "file.my_number",
        f"個人番号と思われる 12 桁の番号の列があります{f'（{header}）' if known else ''}",
        "個人番号は受け取れません。その列を除いて出力し直してください。このファイルは保存していません",
    )


def _refuse_turned(column: Column, cells: pa.Array, rows: pa.Array, spoilt: list[Turned]) -> None:
    """Excel turned numbers of things into amounts, or «1-2-3» into a day: what was lost cannot be guessed, so the file
    goes back.
    """
    if column.type != "text":
        return
    if dated := [cell.row for cell in spoilt if cell.dated]:
        raise _lost(column, "日付や時刻に変わっています", dated)
    if column.key_position is None and column.pattern is None:
        return
    digits = _FIXED_DIGITS.fullmatch(column.pattern or "")
    length = int(digits.group(1)) if digits else None
    turned = [c.row for c in spoilt if length is None or not (c.text.isdigit() and len(c.text) == length)]
    if not turned and length is not None:
        turned = _shortened(cells, rows, length)
    if turned:
        raise _lost(column, "数値になり、頭の 0 が失われています", turned)


def _lost(column: Column, what: str, rows: list[int]) -> FileRefused:
    return FileRefused(
        "file.lost_zeros",
        f"「{column.header}」が{what}（{rows_named(rows)}）",
        f"「{column.header}」の列を「文字列」の書式にして、もとの書き方のまま（頭の 0 も残して）出力し直してください",
    )


def _shortened(cells: pa.Array, rows: pa.Array, length: int) -> list[int]:
    """Rows of a text file whose numbers went through Excel: all are numbers, at least half of them too short."""
    given = cells.is_valid()
    values = pc.utf8_normalize(pc.utf8_trim_whitespace(cells.filter(given)), "NFKC")
    scientific = pc.match_substring_regex(values, _SCIENTIFIC)
    short = pc.less(pc.utf8_length(values), length)
    numeric = pc.and_(pc.match_substring_regex(values, "^[0-9]+$"), pc.less_equal(pc.utf8_length(values), length))
    if not len(values) or not pc.all(pc.or_(numeric, scientific)).as_py():
        return []
    lost = pc.or_(pc.and_(numeric, short), scientific)
    if pc.sum(lost).as_py() * 2 < len(values) and not pc.any(scientific).as_py():
        return []
    return rows.filter(given).filter(lost).to_pylist()
