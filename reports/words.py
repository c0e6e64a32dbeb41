"""What may stand on paper: no forbidden word, no amount of money, no trick of characters."""

from __future__ import annotations

import re
import unicodedata

from features.words import FORBIDDEN, forbidden_in

__all__ = ["FORBIDDEN", "UnfitForPaper", "forbidden_in", "legible", "require_fit", "tells_too_much", "unfit_for_paper"]

_VARIANTS = ("差し押さえ", "差し押え", "引きこもり", "引き籠", "ゴミ屋敷", "国籍")
# What a person, or who knows them, may write down in their own words and nobody may read over a shoulder: what the
# restricted lane keeps (PRACTICE «Three lanes») and who would be told. Our own sentences may offer 生活保護.
_KEPT_CLOSE = (
    *("DV", "ドメスティック", "ストーカー", "つきまとい", "暴力", "暴行", "殴", "虐待", "性被害", "モラハラ", "逃げて"),
    *("支援措置", "避難", "シェルター", "要対協", "児相", "児童相談所", "自殺", "自死", "死にたい"),
    *("生活保護", "ナマポ", "ケースワーカー", "警察", "逮捕", "服役", "刑務所", "入管", "在留", "借金", "自己破産"),
)
_SHORT = re.compile(r"生保(?!内)")  # 生保内 is a place
_YEN = re.compile(r"[0-9〇一二三四五六七八九十百千万億][0-9,.〇一二三四五六七八九十百千万億]*(?:円|えん)|¥")
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
_BLANKS = {"\n", "\r", "\t", "\v", "\f", "\u2028", "\u2029", "\u0085"}


class UnfitForPaper(ValueError):
    """A machine-written sentence holds something that must not be printed; the message names column and word only."""


def unfit_for_paper(text: str) -> list[str]:
    """Return the forbidden words, variants and amounts of money found in ``text`` (PRACTICE «On paper», «Words»)."""
    folded = _folded(text)
    variants = [word for word in _VARIANTS if word in folded]
    amounts = [found.group() for found in _YEN.finditer(folded)]
    return [*forbidden_in(text), *variants, *amounts]


def tells_too_much(text: str) -> bool:
    """Whether what a person wrote names a matter that a sheet carried to a door must not: violence and who protects
    from it, assistance, debt, crime, stay (PRACTICE «Three lanes», «One-way»). Width, case and blanks do not matter.
    """
    folded = _folded(text).upper()
    return bool(_SHORT.search(folded)) or any(word in folded for word in _KEPT_CLOSE)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def require_fit(column: str, text: str) -> str:
    """Return ``text``; raises UnfitForPaper when it may not be printed. No person is named."""
    found = unfit_for_paper(text)
    if found:
        raise UnfitForPaper(
            f"「{column}」に紙に書けない言葉があります: {'、'.join(found)}。"
            "言い回しの宣言(paper, offer)を直してください"
        )
    return text


def legible(text: str) -> str:
    """Make control and invisible characters visible and lines one line, so that nothing hides in a cell.

    Line breaks and tabs become a blank; other control characters their picture (U+2400 …); direction marks, zero-width
    and unassigned characters 〔U+202E〕. Variation selectors and private-use characters (外字) are kept.
    """
    return "".join(map(_visible, text)).strip()


def _visible(character: str) -> str:
    if character in _BLANKS:
        return " "
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if unicodedata.category(character) in _INVISIBLE:
        return f"〔U+{code:04X}〕"
    return character
