"""What a delivering office runs in its own room before it sends: check a file, and keep only the rows asked for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.judging import FileContext, FileFailure, judge
from data_contracts.profile import Profile, Source
from data_contracts.reading import read_delivery
from data_contracts.receipts import receipt
from data_contracts.refusal import FileRefused
from data_contracts.staging import stage
from data_contracts.values import parse_column
from data_contracts.workbook import read_cells

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")

_WORKBOOK = b"PK\x03\x04"  # as in reading: a workbook is known by its first bytes, not its name


def check(path: Path, source: Source, *, day: date | None = None, confirmed_rows: int | None = None) -> dict[str, Any]:
    """The receipt this file would get, were it delivered now (falls against earlier files are not seen here).

    In: the file, its declared source, the day to print on the receipt, the number of rows the office signs for, if any.
    Out: receipts.receipt's dictionary. A file that cannot be read gets a receipt too: nothing is raised for bad data.
    """
    kind = source.profile.kind_of(path.name, source.contract.default_kind)
    said: dict[str, Any] = {
        "folder_day": day,
        "known_from": day,
        "kind": kind,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "delivery": 1,
    }
    try:
        staged = stage([(1, read_delivery(path, source))], source)
    except FileRefused as refusal:
        failure = FileFailure(refusal.rule, refusal.detail, refusal.remedy)
        return receipt(source, judgement=None, failures=[failure], **said)
    judgement = judge(staged, source, {1: FileContext(kind, confirmed_rows=confirmed_rows, folder_day=day)})
    return receipt(source, judgement=judgement, failures=judgement.refused_files.get(1, []), **said)


def filter_rows(path: Path, source: Source, request: pa.Table, out_path: Path) -> tuple[int, int]:
    """Write a copy of the file that holds only the rows asked for; everything else never leaves the office.

    In: `request` as `kizuki request` writes it: one or more contract columns as text (宛名番号, or お客様番号 as
    written on the consent form); a row is kept when its values in those columns are those of one line of the request.
    Lines of text files are copied byte for byte with their header and encoding; a workbook becomes a workbook with that
    one sheet. Out: (rows in, rows kept). Raises FileRefused for a file that cannot be read and when nothing would be
    kept of it, ValueError for a request with a column the contract does not have.
    """
    delivered = read_delivery(path, source)
    staged = stage([(1, delivered)], source)
    wanted = staged.filter(_asked_for(staged, source, request))
    return copy_rows(path, source, delivered, set(wanted["row"].to_pylist()), out_path)


def copy_rows(path: Path, source: Source, delivered: pa.Table, rows: set[int], out_path: Path) -> tuple[int, int]:
    """Write a copy of the file with its header and the given rows (numbers of `read_delivery`), byte for byte.

    Out: (rows in, rows kept). Raises FileRefused, and writes nothing, when no row of a file with rows is kept: an empty
    full would say that everything vanished, and a list that fits nobody is mostly a spoilt one.
    """
    if delivered.num_rows and not rows:
        raise FileRefused(
            "request.nothing_kept",
            f"{delivered.num_rows} 行のうち、一覧の方の行が1行もありません",
            "この情報の、今日の一覧かを確かめてください。正しければ、今日はお届けいただくものがありません",
        )
    data = path.read_bytes()
    if data.startswith(_WORKBOOK):
        _copy_sheet(path, source.profile, rows, out_path)
    else:
        records = set(delivered["row"].to_pylist())
        out_path.write_bytes(b"".join(_kept(data, source.profile, records, rows)))
    return delivered.num_rows, len(rows)


def _asked_for(staged: pa.Table, source: Source, request: pa.Table) -> pa.Array:
    """Bool array: is this row's tuple of values one of the request's?"""
    if unknown := sorted(set(request.column_names) - set(source.contract.names)):
        raise ValueError(f"{source.name}: the request has columns the contract lacks: {', '.join(unknown)}")
    theirs: set[tuple[Any, ...]] = set(zip(*(_typed(source, request, n) for n in request.column_names), strict=True))
    ours = zip(*(staged[name].to_pylist() for name in request.column_names), strict=True)
    return pa.array([row in theirs and None not in row for row in ours], pa.bool_())


def _typed(source: Source, request: pa.Table, name: str) -> list[Any]:
    values = pc.cast(request[name], pa.string()).combine_chunks()
    return parse_column(values, source.contract.column(name).type, code=True)[0].to_pylist()


def _kept(data: bytes, profile: Profile, records: set[int], rows: set[int]) -> Iterable[bytes]:
    """Physical lines of the header and of kept records; a record runs from its first line to the next one's."""
    keep = True  # what stands before the first record is the header
    for number, line in enumerate(_lines(data, profile), 1):
        if number in records:
            keep = number in rows
        if keep:
            yield line


def _lines(data: bytes, profile: Profile) -> Iterable[bytes]:
    width = sum(n for _, n in profile.widths)
    if profile.kind == "fixed" and b"\n" not in data and len(data) > width:
        return [data[at : at + width] for at in range(0, len(data), width)]
    return (found.group() for found in _LINE.finditer(data))


def _copy_sheet(path: Path, profile: Profile, rows: set[int], out_path: Path) -> None:
    """The agreed sheet with its header and the kept rows. Other sheets are left behind: nobody asked for them."""
    import openpyxl  # heavy, and most deliveries are CSV
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    sheet = book[read_cells(path.read_bytes(), profile).title]
    sheet.reset_dimensions()
    copy = openpyxl.Workbook(write_only=True)
    page = copy.create_sheet(sheet.title)
    header = True
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        blank = all(cell in (None, "") for cell in cells)
        if number <= profile.skip_rows or (header and not blank) or number in rows:
            page.append([_as_text(WriteOnlyCell(page, value=cell)) for cell in cells])
        elif header or blank:
            page.append([])
        header = header and (number <= profile.skip_rows or blank)
    copy.save(out_path)


def _as_text(cell: Any) -> Any:
    """Text stays text: openpyxl would make a formula of whatever begins with «=»."""
    if isinstance(cell.value, str):
        cell.data_type = "s"
    return cell
