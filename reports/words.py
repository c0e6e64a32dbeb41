"""What may stand on paper: no forbidden word, no amount of money, no trick of characters."""

from __future__ import annotations

import re
import unicodedata

from features.words import FORBIDDEN, forbidden_in

__all__ = ["FORBIDDEN", "UnfitForPaper", "forbidden_in", "legible", "require_fit", "unfit_for_paper"]

_VARIANTS = ("差し押さえ", "差し押え", "引きこもり", "引き籠", "ゴミ屋敷", "国籍")
_YEN = re.compile(r"[0-9〇一二三四五六七八九十百千万億][0-9,.〇一二三四五六七八九十百千万億]*(?:円|えん)|¥")
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
_BLANKS = {"\n", "\r", "\t", "\v", "\f", "\u2028", "\u2029", "\u0085"}


class UnfitForPaper(ValueError):
    """A machine-written sentence holds something that must not be printed; the message names column and word only."""


def unfit_for_paper(text: str) -> list[str]:
    """Return the forbidden words, variants and amounts of money found in ``text`` (PRACTICE «On paper», «Words»)."""
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    variants = [word for word in _VARIANTS if word in folded]
    amounts = [found.group() for found in _YEN.finditer(folded)]
    return [*forbidden_in(text), *variants, *amounts]


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
