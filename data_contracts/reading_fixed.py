"""Fixed-width records: widths in bytes per column, as mainframes write them; the profile says which column is where."""

import re

import pyarrow as pa

from data_contracts.grid import Grid
from data_contracts.profile import Profile
from data_contracts.refusal import FileRefused, rows_named


def read_fixed(data: bytes, profile: Profile) -> Grid:
    """Bytes of one file → grid under the canonical names. Padding (spaces, also full width) is not content.

    Records end with CRLF or LF, or follow one another without separator. Raises FileRefused for records of another
    length and for characters cut apart or unreadable.
    """
    total = sum(width for _, width in profile.widths)
    records = _records(data.rstrip(b"\x1a"), total)[profile.skip_rows :]
    numbered = [(row, rec) for row, rec in enumerate(records, profile.skip_rows + 1) if rec.strip()]
    wrong = [row for row, rec in numbered if len(rec) < total or rec[total:].strip()]
    if wrong:
        raise FileRefused(
            "file.width",
            f"{rows_named(wrong)}の長さが {total} バイトではありません",
            "項目ごとのバイト数を取り決めのとおりにして出力し直してください",
        )
    encoding = profile.encoding or "cp932"
    columns, start = [], 0
    for name, width in profile.widths:
        columns.append(pa.array([_cell(rec, start, width, encoding, row, name) for row, rec in numbered], pa.string()))
        start += width
    return Grid(
        header=tuple(name for name, _ in profile.widths),
        columns=tuple(columns),
        rows=pa.array([row for row, _ in numbered], pa.int64()),
        header_row=0,
    )


def _records(data: bytes, total: int) -> list[bytes]:
    if b"\n" in data or len(data) <= total:
        return re.split(rb"\r?\n", data)
    return [data[at : at + total] for at in range(0, len(data), total)]


def _cell(record: bytes, start: int, width: int, encoding: str, row: int, name: str) -> str:
    try:
        return record[start : start + width].decode(encoding).strip()
    except UnicodeDecodeError:
        raise FileRefused(
            "file.encoding",
            f"{row} 行目の {name} に {encoding} として読めない文字があります（桁ずれの疑い）",
            "文字コードと項目ごとのバイト数を確かめて出力し直してください",
        ) from None
