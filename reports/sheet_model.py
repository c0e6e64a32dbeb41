"""The printed visit list as rows of text, the same for Excel and PDF (PRACTICE «On paper»)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from outreach.outcomes import ACTIONS, CONTACTS
from reports.sheet_form import Column, Form, Row
from reports.words import legible, require_fit, tells_too_much, unfit_for_paper

CAUTION = "取扱注意・複写禁止・要返却"
REGULAR = "定期のご案内"
ASK = "担当へ確認してください"
EMPTY = "この一覧に、お会いする方はいません。"
_LONGEST = 240
_MONTH = re.compile(r"^(?P<head>.*[(\uff08])(?P<year>\d{4})年(?P<month>\d{1,2})月の情報(?P<tail>[)\uff09])$")
_NO_LINE_START = set("、。,.・:;)」』】〕〉》ー々っゃゅょッャュョ!?\uff09\uff0c\uff0e\uff1a\uff1b\uff01\uff1f")
_WORD = 8
"""How many characters of a name's part go to the next line rather than being cut."""


@dataclass(frozen=True)
class SheetLine:
    """One person to be met. Nothing here says why the person was chosen, in which place, or by what.

    ward, town_code, town, lot, building only order the sheet and make the address. triggers: up to three sentences
    for paper, each with its month; none → 「定期のご案内」. offers: at least one scheme to offer. existing: contacts
    with other desks. last: what came of the last visit. assignee: 担当.
    """

    name: str
    kana: str
    ward: str
    town_code: str
    town: str
    lot: str
    building: str
    contact_by: str
    avoid: str
    triggers: tuple[str, ...]
    offers: tuple[str, ...]
    existing: str = ""
    last: str = ""
    assignee: str = ""


@dataclass(frozen=True)
class CopyInfo:
    """One numbered copy: what list, whose, and until when it may be kept. demonstration prints 架空データ."""

    list_name: str
    team: str
    holder: str
    copy_number: str
    printed_on: date
    expires_on: date
    demonstration: bool = False

    @property
    def title(self) -> str:
        """The first heading line."""
        made_up = "【架空データ】" if self.demonstration else ""
        return f"{made_up}{legible(self.list_name)} {legible(self.team)}"

    @property
    def details(self) -> str:
        """The second heading line: number, holder, days."""
        return (
            f"写し番号 {legible(self.copy_number)} / 持つ人 {legible(self.holder)} / "
            f"印刷日 {self.printed_on:%Y-%m-%d} / 返却期限 {self.expires_on:%Y-%m-%d}"
        )


RETURN_CHECK = "返却確認:\u3000\u3000月\u3000\u3000日\u3000受け取った人:"


COLUMNS: tuple[Column, ...] = (
    Column("No", 7),
    Column("お会いする方", 26),
    Column("住所・方書", 34),
    Column("連絡方法", 12),
    Column("避けてほしいこと", 22),
    Column("きっかけ", 56),
    Column("ご案内できる制度", 32),
    Column("既存の関わり", 17),
    Column("前回", 13),
    Column("担当", 11),
    Column("訪問日", 11),
    Column("接触結果", 14),
    Column("対応", 14),
    Column("次回", 11),
)


def visits(lines: Sequence[SheetLine]) -> Form:
    """The visit list as a form; see ``sheet_rows``. 対応 may hold several codes, so there the list only helps."""
    choices = {"接触結果": (CONTACTS, True), "対応": (ACTIONS, False)}
    return Form("訪問リスト", COLUMNS, sheet_rows(lines), EMPTY, choices, ("訪問日", "次回"))


def sheet_rows(lines: Sequence[SheetLine]) -> list[Row]:
    """Order the lines by ward, 町字 and lot, number them and return one tuple of cell texts per line.

    Raises ValueError when a line has more than three triggers or nothing to offer, UnfitForPaper when a sentence
    written by us holds a forbidden word. Messages name the column, never the person.
    """
    return [_row(number, line) for number, line in enumerate(sorted(lines, key=sheet_order), start=1)]


def sheet_order(line: SheetLine) -> tuple[object, ...]:
    """The order of the walk: ward, 町字, lot and building by their numbers (2番 before 10番), then kana."""
    return (
        natural(line.ward),
        natural(line.town_code),
        natural(line.town),
        natural(line.lot),
        natural(line.building),
        natural(line.kana),
        natural(line.name),
    )


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which digits count as numbers, whatever their width."""
    parts = re.findall(r"\d+|\D+", unicodedata.normalize("NFKC", text))
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def _row(number: int, line: SheetLine) -> Row:
    if len(line.triggers) > 3:
        raise ValueError("「きっかけ」は一人三つまでです")
    if not line.offers:
        raise ValueError("「ご案内できる制度」が空の行があります。少なくとも一つ、お渡しできるものが要ります")
    triggers = [require_fit("きっかけ", text) for text in merged_months(line.triggers)] or [REGULAR]
    offers = [require_fit("ご案内できる制度", text) for text in dict.fromkeys(line.offers)]
    address = f"{line.town}{line.lot}\n{line.building}" if line.building else f"{line.town}{line.lot}"
    cells = (
        str(number),
        f"{line.name}\n{line.kana}",
        address,
        line.contact_by,
        ASK if unfit_for_paper(line.avoid) else guarded(line.avoid),
        "\n".join(triggers),
        "\n".join(offers),
        require_fit("既存の関わり", line.existing),
        require_fit("前回", line.last),
        line.assignee,
    )
    return (*map(_cell, cells), "", "", "", "")


def guarded(written: str) -> str:
    """What a person wrote in their own words, or that it is to be asked for in the office when it tells too much."""
    return ASK if tells_too_much(written) else written


def merged_months(sentences: Iterable[str]) -> list[str]:
    """Join sentences that differ only in their month: 「…(2026年2月・4月の情報)」, in order of first appearance."""
    months: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for sentence in sentences:
        found = _MONTH.match(sentence)
        key = (found["head"], found["tail"]) if found else (sentence, "")
        seen = months.setdefault(key, [])
        if found and (month := (int(found["year"]), int(found["month"]))) not in seen:
            seen.append(month)
    return [f"{head}{_months(seen)}の情報{tail}" if seen else head for (head, tail), seen in months.items()]


def _months(months: list[tuple[int, int]]) -> str:
    parts, last = [], None
    for year, month in sorted(months):
        parts.append(f"{month}月" if year == last else f"{year}年{month}月")
        last = year
    return "・".join(parts)


def _cell(text: str) -> str:
    lines = [legible(part) for part in text.split("\n")]
    joined = "\n".join(line for line in lines if line)
    return joined if len(joined) <= _LONGEST else joined[:_LONGEST] + "…(長いため省略)"


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Break text into lines no wider than ``width`` (in the unit of ``measure``, which sizes one character).

    Breaks anywhere, as Japanese does, but no line begins with 、。」 or a small kana, and a name in kana breaks between
    its parts (a full-width space among a line's last characters).
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for character in paragraph:
            size = measure(character)
            if line and used + size > width:
                word = line[-_WORD:].rpartition("\u3000")[2] if "\u3000" in line[-_WORD:].lstrip("\u3000") else ""
                last = line[-1] if character in _NO_LINE_START and len(line) > 1 else ""
                carried = word or last
                lines.append(line[: len(line) - len(carried)].rstrip("\u3000"))
                line, used = carried, sum(map(measure, carried))
            line, used = line + character, used + size
        lines.append(line)
    return lines
