"""Columns of text made from codes: Arrow kernels and look-ups, never a Python loop over rows."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulation.calendar import NEVER, NONE, Bools, Days, date_of

Text: TypeAlias = pa.Array
ERAS = ((dt.date(2019, 5, 1), "令和", "R"), (dt.date(1989, 1, 8), "平成", "H"), (dt.date(1926, 12, 25), "昭和", "S"))
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


def flat(array: Any) -> Text:
    """One contiguous string array, whatever a kernel returned."""
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def pick(words: Sequence[str], codes: NDArray[Any]) -> Text:
    """words[code] for every code."""
    return pa.array(list(words), pa.string()).take(pa.array(codes, pa.int64()))


def constant(word: str, n: int) -> Text:
    """The same word n times."""
    return pick([word], np.zeros(n, dtype=np.int64))


def numbers(values: NDArray[Any]) -> Text:
    """Integers as plain decimal text."""
    return pa.array(values.astype(np.int64)).cast(pa.string())


def padded(values: NDArray[Any], width: int) -> Text:
    """Integers with leading zeros."""
    return flat(pc.utf8_lpad(numbers(values), width=width, padding="0"))


def joined(*parts: Text | str, sep: str = "") -> Text:
    """Element-wise concatenation; plain strings stand for themselves in every row."""
    return flat(pc.binary_join_element_wise(*[pa.scalar(p) if isinstance(p, str) else p for p in parts], sep))


def choose(mask: Bools, yes: Text | str, no: Text | str) -> Text:
    """yes where the mask holds, else no."""
    return flat(pc.if_else(pa.array(mask), yes, no))


def by_unique(array: Text, function: Callable[[str], str]) -> Text:
    """A Python function over the distinct values of an array."""
    coded = array.dictionary_encode()
    words = pa.array([function(word) for word in coded.dictionary.to_pylist()], pa.string())
    return words.take(coded.indices)


def full_width(array: Text, mask: Bools) -> Text:
    """Digits and hyphens in full width where the mask holds."""
    where = np.flatnonzero(mask)
    if not len(where):
        return array
    changed = by_unique(array.take(pa.array(where)), lambda word: word.translate(FULL_WIDTH))
    return flat(pc.replace_with_mask(array, pa.array(mask), changed))


def _era(day: dt.date) -> tuple[str, str, int]:
    for first, name, letter in ERAS:
        if day >= first:
            return name, letter, day.year - first.year + 1
    return "大正", "T", day.year - 1911


def _iso(day: dt.date) -> str:
    return day.isoformat()


def _compact(day: dt.date) -> str:
    return day.strftime("%Y%m%d")


def _era_long(day: dt.date) -> str:
    name, _, year = _era(day)
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def _era_dotted(day: dt.date) -> str:
    _, letter, year = _era(day)
    return f"{letter}{year}.{day.month}.{day.day}"


def _era_packed(day: dt.date) -> str:
    _, letter, year = _era(day)
    return f"{letter}{year:02d}{day.month:02d}{day.day:02d}"


STYLES: dict[str, Callable[[dt.date], str]] = {
    "iso": _iso,  # 2026-04-01
    "compact": _compact,  # 20260401
    "era_long": _era_long,  # 令和8年4月1日
    "era_dotted": _era_dotted,  # R8.4.1
    "era_packed": _era_packed,  # R080401
}


def dates(days: Days, style: str, none: str = "", never: str = "99999999") -> Text:
    """Day numbers in a house format; `none` for no such day, `never` for an open end."""
    real = (days > NONE) & (days < NEVER)
    if not real.any():
        return choose(days >= NEVER, never, constant(none, len(days)))
    low, high = int(days[real].min()), int(days[real].max())
    words = [STYLES[style](date_of(d)) for d in range(low, high + 1)] + [none, never]
    codes = np.where(real, days - low, high - low + 1 + (days >= NEVER))
    return pick(words, codes)


def csv_lines(columns: Sequence[Text], encoding: str) -> pa.LargeBinaryArray:
    """One CSV line per row, ending in CRLF, in the office's encoding.

    Raises UnicodeEncodeError when a text cannot be written in that encoding.
    """
    text = joined(joined(*columns, sep=","), "\r\n")
    lines = text.cast(pa.large_string())
    if encoding == "utf-8":
        return lines.cast(pa.large_binary())
    whole = b"".join(chunk.encode(encoding) for chunk in ["".join(lines.to_pylist())])
    data = np.frombuffer(whole, dtype=np.uint8)
    ends = np.flatnonzero(data == 0x0A).astype(np.int64) + 1  # 0x0A is never a second byte in CP932
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), ends])
    return pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(ends), [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(whole)]
    )
