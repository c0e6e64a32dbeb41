"""Comparable forms of names and addresses (DOMAIN §3.3). The originals are kept; these are keys for matching only.

Nothing is invented: an address whose 町字 is not in the list, or without a number, has no dwelling.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

_VARIANTS = str.maketrans(
    "髙﨑嵜邊邉齋齊斎濵濱嶋嶌惠澤國廣櫻瀨德栁渕淵桒冨眞榮壽藏條萬曾藪籠濤鷗麴檜龍穗埜薗區縣號",
    "高崎崎辺辺斉斉斉浜浜島島恵沢国広桜瀬徳柳渕渕桑富真栄寿蔵条万曽薮篭涛鴎麹桧竜穂野園区県号",
)
_SMALL_KANA = str.maketrans("ァィゥェォッャュョヮヵヶヅヂヲヰヱ", "アイウエオツヤユヨワカケズジオイエ")
_HYPHENS = re.compile(r"[\u002d\u02d7\u2010-\u2015\u2212\u2043\u30fc\uff0d\uff70\u2500\u2501~\u301c\uff5e]")
_IVS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_GAP = re.compile(r"(?<=\d)\s+(?=\d)")
_KANJI_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")}
_COUNTED = re.compile(r"([〇一二三四五六七八九十]+)(?=丁目?|番|号|条|線|地割|の)")
_KANJI = r"[一-鿿々]"
_GA = re.compile(rf"(?<![ァ-ヴ-])[ヶヵケガがカ](?={_KANJI})")
_NO = re.compile(rf"(?<={_KANJI})[ノ之乃](?={_KANJI})")
_AZA = re.compile(r"大字|(?:^|(?<=[市区町村]))字")
# What may stand before a 町字: nothing, a postcode, the names of prefecture and city, in Kyoto the way there.
_BEFORE = re.compile(r"(?:^(?:〒?\d{3}-?\d{4})?|[都道府県市区]|[郡都道府県].+[町村]|[上下][るル]|[東西]?入[るル]?)$")
_CHOME_END = re.compile(r"(?<=\d)(?:丁目?|[-_の])$")
# A number of a 棟, 室 or 階 is not a number of the 番地.
_NUMBER = r"\d+(?!\d|号?(?:棟|館|室)|階|[Ff])"
_NUMBERS = re.compile(r"\d+")
_LOT = re.compile(
    rf"^[-_の]?([甲乙丙丁]?)({_NUMBER}(?:(?:丁目?|番地[の-]?|番[の-]?|号[の-]?|地割|の|-)-?{_NUMBER})*)"
    r"(?:番地|番|号|丁目?|地割)?(.*)$"
)


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
    """An address for comparing.

    Folded; hyphens alike; 大字, 字 dropped; ヶ=ケ=が and ノ=之=の inside names; kanji numbers before 丁目・番・号・条
    as digits; a space between two digits stays as `_`, so that «1-2 301» does not become 1-2301.
    """
    plain = _HYPHENS.sub("-", folded(_GAP.sub("_", unicodedata.normalize("NFKC", text))))
    plain = _NO.sub("の", _GA.sub("ケ", _AZA.sub("", plain)))
    return _COUNTED.sub(lambda found: str(kanji_number(found[1])), plain)


def building_key(text: str | None) -> str:
    """A building and room for comparing: folded, 号室・号・室・第 dropped; numbers stay apart: 1-101 is not 11-01."""
    if not text:
        return ""
    plain = _HYPHENS.sub("-", folded(_GAP.sub("_", unicodedata.normalize("NFKC", text))))
    plain = re.sub(r"(?:号室|号|室|第|[_#・.,()-])+", "-", plain)
    return re.sub(r"(?<!\d)-|-(?!\d)", "", plain).lower()


def plain_lot(text: str) -> str | None:
    """The numbers of a lot, joined by «-», when nothing in it could belong to the 町字 before it or to a building."""
    key = address_key(text)
    rest = _LOT.match(key)
    if not key[:1].isdigit() or "丁" in key or rest is None or rest[3]:
        return None
    return "-".join(str(int(number)) for number in _NUMBERS.findall(rest[2]))


class AddressBook:
    """Knows one city's 町字 and nothing else. `towns`: table (town_code, town); repeats are fine.

    A name with several codes gets the smallest, whatever else is in the table.
    """

    def __init__(self, towns: pa.Table) -> None:
        pairs = set(zip(towns["town_code"].to_pylist(), towns["town"].to_pylist(), strict=True))
        written = sorted(((code, town) for code, town in pairs if town and code), reverse=True)
        self._codes = {_CHOME_END.sub("丁", address_key(town)): code for code, town in written}
        self._sorted = sorted(self._codes)
        self._with_chome = {re.sub(r"\d+丁$", "", town) for town in self._codes if town.endswith("丁")}

    @cached_property
    def _towns(self) -> re.Pattern[str]:
        """At each place the longest 町字 that begins there; 丁目 may be written as «3-»."""
        longest_first = sorted(self._codes, key=lambda town: (-len(town), town))
        return re.compile(f"(?=({'|'.join(self._spellings(town) for town in longest_first) or '(?!)'}))")

    @staticmethod
    def _spellings(town: str) -> str:
        counted = re.fullmatch(r"(.*\d)丁", town)
        return rf"{re.escape(counted[1])}(?:丁目|丁|[-_の])" if counted else re.escape(town)

    def split(self, address: str | None, building: str | None = None) -> tuple[str, str, str] | None:
        """(town_code, lot as numbers joined by «-», building key), or None when 町字 or lot is not found."""
        if not address:
            return None
        text = address_key(address)
        for found in self._towns.finditer(text):
            rest = _LOT.match(text[found.end(1) :])
            if rest and _BEFORE.search(text[: found.start()]) and not self._unknown_chome(found[1], rest[2]):
                town = self._codes[_CHOME_END.sub("丁", found[1])]
                lot = "-".join(str(int(number)) for number in _NUMBERS.findall(rest[2]))
                return town, rest[1] + lot, _joined(building_key(rest[3]), building_key(building))
        return None

    def _unknown_chome(self, town: str, lot: str) -> bool:
        """Whether a 丁目 is written that is not on the list, where the list has others of the same name."""
        return town in self._with_chome and re.match(r"\d+丁", lot) is not None

    def plain_town(self, town: str) -> str | None:
        """The code of a 町字 that may be read apart from what stands behind it, provided that is a `plain_lot`."""
        key = _CHOME_END.sub("丁", address_key(town))
        after = self._sorted[bisect_right(self._sorted, key) :][:1]
        longer = any(other.startswith(key) for other in after)
        return None if longer or key[-1:].isdigit() else self._codes.get(key)

    def dwelling_id(self, address: str | None, building: str | None = None) -> str | None:
        """`town_code|lot|building` of an address as written, or None."""
        parts = self.split(address, building)
        return "|".join(parts) if parts else None

    def dwellings(self, addresses: pa.ChunkedArray | pa.Array, buildings: pa.ChunkedArray | pa.Array) -> pa.Array:
        """dwelling_id of each row; parsed once per distinct spelling."""
        return by_uniques(self.dwelling_id, [addresses, buildings])


def _joined(behind: str, building: str) -> str:
    """One building key from what stands behind the lot and in the column 方書, which may repeat it."""
    if behind in building or building in behind:
        return max(behind, building, key=len)
    return behind + building


def by_uniques(parse: Callable[..., str | None], columns: Iterable[pa.ChunkedArray | pa.Array]) -> pa.Array:
    """`parse` of each row of the columns together, called once per distinct row: strings, null for None."""
    names = []
    table = {}
    for place, column in enumerate(columns):
        names.append(f"c{place}")
        table[f"c{place}"] = column
    rows = pa.table(table)
    distinct = rows.group_by(names).aggregate([])
    known = {row: parse(*row) for row in zip(*(distinct[name].to_pylist() for name in names), strict=True)}
    keys = zip(*(rows[name].to_pylist() for name in names), strict=True)
    return pa.array([known[key] for key in keys], pa.string())


def kana_keys(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """kana_key of each value; null and empty stay null."""
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = pc.dictionary_encode(flat)
    made = pa.array([kana_key(text) or None for text in coded.dictionary.to_pylist()], pa.string())
    return made.take(coded.indices)
