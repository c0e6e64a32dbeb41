"""Comparable forms of names and addresses (DOMAIN §3.3). The originals are kept; these are keys for matching only.

Nothing is invented: an address whose 町字 is not in the list, or without a number, has no dwelling.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

_VARIANTS = str.maketrans(
    "髙﨑邊邉齋齊斎濵濱嶋嶌惠澤國廣櫻瀨德栁祐礼渕淵桒", "高崎辺辺斉斉斉浜浜島島恵沢国広桜瀬徳柳祐礼渕渕桑"
)
_SMALL_KANA = str.maketrans("ァィゥェォッャュョヮヵヶヅヂヲ", "アイウエオツヤユヨワカケズジオ")
_HYPHENS = re.compile(r"[\u002d\u02d7\u2010-\u2015\u2212\u2043\u30fc\uff0d\uff70\u2500\u2501~\u301c\uff5e]")
_IVS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_KANJI_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")}
_CHOME = re.compile(r"([〇一二三四五六七八九十]+)(?=丁目|丁(?!\S*丁)|番|号|の)")
_NUMBERS = re.compile(r"\d+")
_LOT = re.compile(r"^(\d+(?:(?:丁目|丁|番地の?|番の?|号|の|-)+\d+)*)(?:番地|番|号|丁目)?(?!\d)(.*)$")


def folded(text: str) -> str:
    """NFKC, without spaces and variation selectors, 旧字 and variants to their common form."""
    return "".join(_IVS.sub("", unicodedata.normalize("NFKC", _IVS.sub("", text))).split()).translate(_VARIANTS)


def kana_key(text: str) -> str:
    """Kana for comparing: katakana, small kana big, ヅ=ズ, ヂ=ジ, ヲ=オ; no long marks, hyphens, dots or spaces."""
    plain = unicodedata.normalize("NFKC", text)
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in plain)
    return re.sub(r"[^ァ-ヺA-Za-z]", "", katakana.translate(_SMALL_KANA)).upper()


def kanji_number(text: str) -> int:
    """〇…九十九 as a number: 二十三 → 23, 一〇 → 10."""
    if "十" not in text:
        return int("".join(str(_KANJI_DIGITS[c]) for c in text))
    tens, _, ones = text.partition("十")
    return (_KANJI_DIGITS[tens] if tens else 1) * 10 + (_KANJI_DIGITS[ones] if ones else 0)


def address_key(text: str) -> str:
    """An address for comparing: folded, hyphens alike, 大字・字 dropped, ヶ=ケ=が, kanji numbers before 丁目・番・号 as digits."""
    plain = (
        _HYPHENS.sub("-", folded(text)).replace("大字", "").replace("ヶ", "ケ").replace("が", "ケ").replace("ガ", "ケ")
    )
    return _CHOME.sub(lambda found: str(kanji_number(found[1])), plain)


def building_key(text: str | None) -> str:
    """A building and room for comparing: folded, 号室・号・第 dropped, hyphens dropped."""
    if not text:
        return ""
    plain = _HYPHENS.sub("", folded(text))
    return re.sub(r"(号室|号|室|第)", "", plain).lower()


class AddressBook:
    """Knows one city's 町字 and nothing else. `towns`: table (town_code, town); repeats are fine."""

    def __init__(self, towns: pa.Table) -> None:
        pairs = set(zip(towns["town_code"].to_pylist(), towns["town"].to_pylist(), strict=True))
        self._codes = {address_key(town): code for code, town in sorted(pairs, key=str) if town and code}

    @cached_property
    def _longest_first(self) -> list[str]:
        return sorted(self._codes, key=lambda town: (-len(town), town))

    @cached_property
    def _start(self) -> re.Pattern[str]:
        """Any 町字, the longest first; 丁目 may be written as «3-»."""
        return re.compile("|".join(self._spellings(town) for town in self._longest_first) or r"(?!)")

    @staticmethod
    def _spellings(town: str) -> str:
        found = re.fullmatch(r"(.*?)(\d+)丁目", town)
        return rf"{re.escape(found[1])}{found[2]}(?:丁目|丁|-)" if found else re.escape(town)

    def split(self, address: str | None, building: str | None = None) -> tuple[str, str, str] | None:
        """(town_code, lot as numbers joined by «-», building key), or None when 町字 or lot is not found."""
        if not address:
            return None
        text = address_key(address)
        found = self._start.search(text)
        if not found:
            return None
        town = re.sub(r"(?<=\d)(?:丁|-)$", "丁目", found[0])
        rest = _LOT.match(text[found.end() :])
        if not rest:
            return None
        lot = "-".join(_NUMBERS.findall(rest[1]))
        return self._codes[town], lot, building_key(building) or building_key(rest[2].lstrip("-"))

    def dwelling_id(self, address: str | None, building: str | None = None) -> str | None:
        """`town_code|lot|building` of an address as written, or None."""
        parts = self.split(address, building)
        return "|".join(parts) if parts else None

    def dwellings(self, addresses: pa.ChunkedArray | pa.Array, buildings: pa.ChunkedArray | pa.Array) -> pa.Array:
        """dwelling_id of each row; parsed once per distinct spelling."""
        return by_uniques(self.dwelling_id, [addresses, buildings])


def by_uniques(parse: Callable[..., str | None], columns: Iterable[pa.ChunkedArray | pa.Array]) -> pa.Array:
    """`parse` of each row of the columns together, called once per distinct row; strings, null where parse says None."""
    names = []
    table = {}
    for place, column in enumerate(columns):
        names.append(f"c{place}")
        table[f"c{place}"] = column
    rows = pa.table(table)
    distinct = rows.group_by(names).aggregate([])
    made = [parse(*row) for row in zip(*(distinct[name].to_pylist() for name in names), strict=True)]
    known = dict(zip(zip(*(distinct[name].to_pylist() for name in names), strict=True), made, strict=True))
    keys = zip(*(rows[name].to_pylist() for name in names), strict=True)
    return pa.array([known[key] for key in keys], pa.string())


def kana_keys(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """kana_key of each value; null and empty stay null."""
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = pc.dictionary_encode(flat)
    made = pa.array([kana_key(text) or None for text in coded.dictionary.to_pylist()], pa.string())
    return made.take(coded.indices)
