"""The one place where delivered text becomes a value: dates, amounts, flags, lists, codes and names.

Everything works on the distinct texts of a column (dictionary encoding), so a column of a million bills with a
thousand different due dates costs a thousand parses.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int64(),
    "date": pa.date32(),
    "flag": pa.bool_(),
    "list": pa.list_(pa.string()),
}
"""Arrow type of a typed column, by the contract's column type."""

DATE_NONE_TEXTS = ("0000-00-00", "0000/00/00", "00000000", "99999999", "9999-99-99", "9999/99/99", "0")
"""What offices write for «no date» (SOURCES; DOMAIN §3.2). Compared after NFKC and trimming."""

_ERAS = {"明": (1867, 45), "大": (1911, 15), "昭": (1925, 64), "平": (1988, 31), "令": (2018, 99)}
_LATIN = dict(zip("MTSHR", _ERAS, strict=True))
_NUMBER = dict(zip("12345", _ERAS, strict=True))
_FIRST_YEAR = 1868  # 明治元年: an earlier year is a slip of the pen, not a date about anyone alive
_WESTERN = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日|(\d{4})(\d{2})(\d{2})")
_ERA_WRITTEN = re.compile(
    r"(明治?|大正?|昭和?|平成?|令和?|[MTSHR])(元|\d{1,2})(?:年(\d{1,2})月(\d{1,2})日|([-/.])(\d{1,2})\5(\d{1,2}))"
)
_ERA_COMPACT = re.compile(r"([MTSHR1-5])(\d{2})(\d{2})(\d{2})")
_PARTLY_KNOWN = re.compile(
    r".*(?:不詳|不明|頃|ころ|ごろ).*|(?:(?:明治?|大正?|昭和?|平成?|令和?|[MTSHR])(?:元|\d{1,2})|\d{4})年(?:\d{1,2}月)?"
)
_AMOUNT = re.compile(r"-?(?:[0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3}){1,5})")
_PLAIN_ASCII = r"^[!-~](?:[ -~]*[!-~])?$"
# NFC would fold a CJK compatibility ideograph into another character: a name is not ours to respell.
_NOT_COMPATIBILITY = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
_UNKNOWN = object()


def parse_column(strings: pa.Array, kind: str, *, code: bool = False) -> tuple[pa.Array, pa.Array | None]:
    """Type one column of delivered text.

    In: strings as delivered (null = empty cell); `kind` text|int|date|flag|list; `code` marks a text that is a key or
    a coded value (full width becomes half width, leading zeros stay). Out: the typed array (ARROW_TYPES[kind]; null
    where there is no value or the text is not one) and, for dates, a bool array «不詳 or only partly known».
    Source: SOURCES, default profile.
    """
    parse = _code if code and kind == "text" else _PARSERS[kind]
    encoded = _encoded(strings)
    uniques = encoded.dictionary
    if kind == "text":
        return _take(_texts(uniques, parse), encoded), None
    values = [None if text is None else parse(text) for text in uniques.to_pylist()]
    typed = pa.array([None if value is _UNKNOWN else value for value in values], ARROW_TYPES[kind])
    if kind != "date":
        return _take(typed, encoded), None
    unknown = _take(pa.array([value is _UNKNOWN for value in values], pa.bool_()), encoded)
    return _take(typed, encoded), pc.fill_null(unknown, False)


def is_none_text(strings: pa.Array, kind: str = "text") -> pa.Array:
    """Bool array: the office says «nothing» (empty, blank or, for a date, a sentinel). Never null."""
    encoded = _encoded(strings)
    blank = pa.array([_is_none(text, kind) for text in encoded.dictionary.to_pylist()], pa.bool_())
    return pc.fill_null(_take(blank, encoded), True)


def half_width(text: str) -> str:
    """NFKC and trimmed: full-width digits and letters become half width, half-width kana full width."""
    return unicodedata.normalize("NFKC", text).strip()


def clean_text(text: str) -> str | None:
    """Free text or a name: control and invisible format characters out, trimmed, composed; 外字, PUA and IVS stay."""
    spaced = "".join(" " if char in "\t\r\n" else char for char in text)
    visible = "".join(char for char in spaced if unicodedata.category(char) not in ("Cc", "Cf"))
    composed = _NOT_COMPATIBILITY.sub(lambda run: unicodedata.normalize("NFC", run.group()), visible)
    return composed.strip() or None


def parse_date(text: str) -> Any:
    """One date text → date, None (nothing or not a date) or the mark for 不詳; see `parse_column`."""
    compact = "".join(half_width(text).replace("−", "-").split())
    if not compact or compact in DATE_NONE_TEXTS:
        return None
    if _PARTLY_KNOWN.fullmatch(compact):
        return _UNKNOWN
    parts = _western(compact) or _era(compact)
    if parts is None:
        return None
    year, month, day = parts
    if day == 0 and 0 <= month <= 12 and year >= _FIRST_YEAR:
        return _UNKNOWN  # 昭和20年00月00日, 1945-05-00: the registers' way to say that part of it is not known
    try:
        return date(year, month, day) if year >= _FIRST_YEAR else None
    except ValueError:
        return None


def _western(text: str) -> tuple[int, int, int] | None:
    found = _WESTERN.fullmatch(text)
    if found is None:
        return None
    groups = found.groups()
    year, month, day = next(
        triple for triple in ((groups[0], groups[2], groups[3]), groups[4:7], groups[7:10]) if triple[0] is not None
    )
    return int(year), int(month), int(day)


def _era(text: str) -> tuple[int, int, int] | None:
    written = _ERA_WRITTEN.fullmatch(text)
    if written:
        name, year, kanji_month, kanji_day, _, month, day = written.groups()
        month, day = kanji_month or month, kanji_day or day
    else:
        compact = _ERA_COMPACT.fullmatch(text)
        if compact is None:
            return None
        name, year, month, day = compact.groups()
    era = _LATIN.get(name) or _NUMBER.get(name) or name[0]
    base, last = _ERAS[era]
    number = 1 if year == "元" else int(year)
    return (base + number, int(month), int(day)) if 1 <= number <= last else None


def _amount(text: str) -> int | None:
    found = _AMOUNT.fullmatch(half_width(text).replace("−", "-"))
    return int(found.group().replace(",", "")) if found else None


def _flag(text: str) -> bool | None:
    return {"0": False, "1": True}.get(half_width(text))


def _items(text: str) -> list[str] | None:
    items = [item.strip() for item in half_width(text).split("|")]
    return list(dict.fromkeys(item for item in items if item)) or None


def _code(text: str) -> str | None:
    cleaned = clean_text(text)
    return None if cleaned is None else half_width(cleaned) or None


_PARSERS: dict[str, Callable[[str], Any]] = {
    "text": clean_text,
    "int": _amount,
    "date": parse_date,
    "flag": _flag,
    "list": _items,
}


def _is_none(text: str | None, kind: str) -> bool:
    if text is None or not text.strip():
        return True
    return kind == "date" and "".join(half_width(text).split()) in DATE_NONE_TEXTS


def _texts(uniques: pa.Array, parse: Callable[[str], str | None]) -> pa.Array:
    """Clean distinct texts; plain ASCII (most keys) needs no look at each character."""
    plain = pc.fill_null(pc.match_substring_regex(uniques, _PLAIN_ASCII), True)
    if pc.all(plain).as_py() is not False:
        return uniques
    odd = uniques.filter(pc.invert(plain))
    cleaned = pa.array([parse(text) for text in odd.to_pylist()], pa.string())
    return pc.replace_with_mask(uniques, pc.invert(plain), cleaned)


def _encoded(strings: pa.Array) -> pa.DictionaryArray:
    if isinstance(strings, pa.ChunkedArray):
        strings = strings.combine_chunks()
    return strings.cast(pa.string()).dictionary_encode()


def _take(values: pa.Array, encoded: pa.DictionaryArray) -> pa.Array:
    return values.take(encoded.indices)
