"""Recognises a column of 個人番号, which no delivery may hold: the file is refused before anything is saved."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_WEIGHTS = np.array([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
_LEAST_VALUES = 5
_SHARE = 0.9


def check_digits_hold(numbers: pa.Array) -> np.ndarray:
    """Bool per 12-digit text: does its last digit fit the other eleven? Source: 番号法施行規則 (総務省令) 5条."""
    digits = np.array(numbers.to_pylist(), dtype="S12").view("S1").reshape(-1, 12).astype(np.int64)
    rest = (digits[:, :11] @ _WEIGHTS) % 11
    return digits[:, 11] == np.where(rest <= 1, 0, 11 - rest)


def holds_my_numbers(column: pa.Array) -> bool:
    """Is this delivered column (strings, null = empty) one of 個人番号? At least 5 values, 90 % with a valid digit.

    Full-width digits and separators do not hide it. A 15-digit 宛名番号 is never affected.
    """
    values = column.drop_null()
    length = pc.binary_length(values)
    likely = pc.sum(pc.and_(pc.greater_equal(length, 12), pc.less_equal(length, 64))).as_py() or 0
    if len(values) < _LEAST_VALUES or likely < _SHARE * len(values):
        return False
    plain = pc.replace_substring_regex(pc.utf8_normalize(values, "NFKC"), r"[\s\-−‐'=\"]", "")
    twelve = plain.filter(pc.match_substring_regex(plain, "^[0-9]{12}$"))
    if len(twelve) < _SHARE * len(values):
        return False
    return int(check_digits_hold(twelve).sum()) >= _SHARE * len(values)
