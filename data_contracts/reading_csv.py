"""CSV as offices write it: UTF-8 or CP932, CRLF or LF, RFC 4180 quoting with line breaks inside quotes.

Two parsers, one result: Arrow's for files whose records are plain lines, Python's for the rest. The row number of a
record is the physical line on which it begins (the header is line 1), so it is the same either way.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence

import pyarrow as pa
from pyarrow import csv as arrow_csv

from data_contracts.grid import Grid, grid_of, without_empty_rows
from data_contracts.profile import Profile
from data_contracts.refusal import FileRefused

_ARROW_FROM = 200_000  # characters; below, starting Arrow's reader costs more than it saves
_LOOK = 100_000  # bytes from the start and around the damage that are looked at to tell the two encodings apart
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
# Single bytes that Python's codec lets through although CP932 assigns them nothing.
_NOT_CP932 = "\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3"
_SEPARATORS = {",": "カンマ", ";": "セミコロン", "\t": "タブ"}
csv.field_size_limit(2**31 - 1)  # a 10 MB cell is a bad row (too long), not an unreadable file


def read_csv(data: bytes, profile: Profile) -> Grid:
    """Bytes of one file → grid. Raises FileRefused for encoding, emptiness, broken quoting or uneven records."""
    text = decode(data, profile.encoding).rstrip("\x1a")
    if not text.strip("\r\n \t　,"):
        raise FileRefused(
            "file.empty", "ファイルに見出し行がありません", "0 件のときも見出し行を付けて出力してください"
        )
    grid = _by_arrow(text, profile) if len(text) >= _ARROW_FROM else None
    if grid is not None:
        _refuse_other_separator(grid.header, grid.header_row, profile)
        return grid
    records = list(_by_python(text, profile))
    if not records:
        raise FileRefused(
            "file.empty", "ファイルに見出し行がありません", "0 件のときも見出し行を付けて出力してください"
        )
    _refuse_other_separator(records[0][1], records[0][0], profile)
    return grid_of(records, records[0][0])


def _refuse_other_separator(header: Sequence[str], row: int, profile: Profile) -> None:
    if len(header) == 1 and any(mark in header[0] for mark in _SEPARATORS):
        agreed = _SEPARATORS.get(profile.delimiter, f"「{profile.delimiter}」")
        raise FileRefused(
            "file.separator",
            f"{row} 行目の見出しが{agreed}で区切られていません",
            f"{agreed}区切りで出力し直してください",
        )


def decode(data: bytes, encoding: str | None) -> str:
    """Text of a file: the profile's encoding, otherwise UTF-8 (with or without BOM) and then CP932, strictly."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _wrong_encoding("文字コードが UTF-16 です")
    names = ["utf-8-sig" if n.lower().replace("_", "-") == "utf-8" else n for n in ([encoding] if encoding else [])]
    for name in names or ["utf-8-sig", "cp932"]:
        try:
            text = data.decode(name)
        except UnicodeDecodeError as error:
            bad_line = data.count(b"\n", 0, error.start) + 1
            if name == "utf-8-sig" and (names or _mostly_utf8(data, error.start)):
                raise _wrong_encoding(f"{bad_line} 行目に UTF-8 として読めない文字があります") from None
            continue
        if name == "cp932" and (odd := [text.index(char) for char in _NOT_CP932 if char in text]):
            bad_line = text.count("\n", 0, min(odd)) + 1
            break
        return text
    raise _wrong_encoding(f"{bad_line} 行目に {encoding or 'CP932'} として読めない文字があります")


def _wrong_encoding(detail: str) -> FileRefused:
    return FileRefused("file.encoding", detail, "UTF-8 または Shift_JIS（CP932）で出力し直してください")


def _mostly_utf8(data: bytes, bad: int) -> bool:
    """A damaged UTF-8 file must not be read as CP932 gibberish: does far more of it read as Japanese than not?"""
    lenient = (data[:_LOOK] + b"\n" + data[max(0, bad - _LOOK) : bad + _LOOK]).decode("utf-8", "replace")
    return len(_JAPANESE.findall(lenient)) > 5 * lenient.count("\ufffd")


def _by_python(text: str, profile: Profile) -> Iterator[tuple[int, list[str]]]:
    lines = io.StringIO(text, newline="")
    for _ in range(profile.skip_rows):
        lines.readline()
    reader = csv.reader(lines, delimiter=profile.delimiter, strict=True)
    begins = profile.skip_rows + 1
    try:
        for cells in reader:
            if any(cells):
                yield begins, cells
            begins = profile.skip_rows + reader.line_num + 1
    except csv.Error:
        raise FileRefused(
            "file.quoting",
            f"{begins} 行目から始まる引用符が閉じていないか、引用符の後に文字が続いています",
            '引用符（"）を RFC 4180 のとおりに付けて出力し直してください',
        ) from None


def _by_arrow(text: str, profile: Profile) -> Grid | None:
    """The fast way; None unless every record is exactly one line of the right width. Raises FileRefused (quoting)."""
    if '"' in text:
        deque(_by_python(text, profile), maxlen=0)  # Arrow takes in what stands behind a closing quote
    newlines = text.count("\n") + text.count("\r") - text.count("\r\n")
    lines = newlines + (not text.endswith(("\n", "\r")))
    header = next(_by_python(text[:_LOOK], profile), None)
    if header is None:
        return None
    names = [str(n) for n in range(len(header[1]))]
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(text.encode()),
            arrow_csv.ReadOptions(column_names=names, skip_rows=profile.skip_rows + 1, block_size=1 << 24),
            arrow_csv.ParseOptions(
                delimiter=profile.delimiter, newlines_in_values='"' in text, ignore_empty_lines=False
            ),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    if header[0] != profile.skip_rows + 1 or table.num_rows != lines - profile.skip_rows - 1:
        return None
    grid = Grid(
        header=tuple(header[1]),
        columns=tuple(column.combine_chunks() for column in table.columns),
        rows=pa.array(range(header[0] + 1, header[0] + 1 + table.num_rows), pa.int64()),
        header_row=header[0],
    )
    return without_empty_rows(grid)
