"""What a report is made of: sections of blocks. One structure gives the page and the JSON, so they cannot differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from models.intervals import mark
from reports.ethics_words import method_ja

NOT_MADE: Final = "この版では作成していません"
NO_INTERVAL: Final = "区間または件数がないため載せません"
CANNOT_TELL: Final = "判断できません"
FEW: Final = "少数のため非表示"
SMALL: Final = 10


@dataclass(frozen=True)
class Cell:
    """One cell: what is printed, a second line (interval and n), how it stands, and the same as data."""

    text: str
    detail: str = ""
    style: str = ""
    data: Any = None
    method: str = ""


def words(text: object) -> Cell:
    """Plain text; nothing at all is said to be nothing."""
    said = "なし" if text is None or text == "" else str(text)
    return Cell(said, data=said)


def count(number: int | None) -> Cell:
    """A count; None (hidden before) and one to nine are not shown."""
    if number is None or 0 < number < SMALL:
        return Cell(FEW, style="nothing")
    return Cell(f"{number:,}", style="number", data=number)


def hidden() -> Cell:
    """A count that may not be told."""
    return Cell(FEW, style="nothing")


def number(value: float | None, unit: str = "plain") -> Cell:
    """A number that is no estimate (a setting, an edge, a value of the table): it has no interval."""
    if value is None:
        return Cell("なし", style="nothing")
    return Cell(spoken(value, unit), style="number", data=value)


def figure(found: Any, unit: str = "plain") -> Cell:
    """An estimate with its interval and n, or why there is none. Without interval and n no value is ever printed."""
    if isinstance(found, str):
        return Cell(found, style="nothing", data={"value": None, "hidden": found})
    if not isinstance(found, Mapping) or "value" not in found:
        return Cell(NOT_MADE, style="nothing", data={"value": None, "not_made": NOT_MADE})
    if found["value"] is None:
        n = found.get("n")
        few = "30世帯未満" if "cannot_tell" in found else NOT_MADE
        return Cell(CANNOT_TELL, f"n={n:,}" if n else few, "nothing", dict(found))
    if any(found.get(need) is None for need in ("low", "high", "n")):
        return Cell(NO_INTERVAL, style="nothing", data={"value": None, "not_made": NO_INTERVAL})
    digits = next(d for d in range(12) if d == 11 or spoken(found["low"], unit, d) != spoken(found["high"], unit, d))
    low, high, value = (spoken(found[part], unit, digits) for part in ("low", "high", "value"))
    detail = f"[{low} ~ {high}] n={found['n']:,}"
    return Cell(value, detail, "number", dict(found), method_ja(str(found.get("method", ""))))


# unit → factor, decimals, word after the number
_UNITS: Final = {
    "days": (1, 1, "日"),
    "share": (100, 1, "%"),
    "per_hundred": (100, 1, "件"),
    "fine": (1, 4, ""),
    "exact": (1, 6, ""),
    "plain": (1, 3, ""),
}


def spoken(value: float, unit: str, more: int = 0) -> str:
    """A number in its unit (`_UNITS`), with `more` decimals where the usual ones would show an interval as empty."""
    factor, decimals, after = _UNITS[unit]
    text = f"{factor * value:.{decimals + more}f}"
    return (text[1:] if float(text) == 0 and text[0] == "-" else text).replace("-", "−") + after


_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def tiny(value: float, digits: int = 1) -> str:
    """A very small number as people write it: 1.6×10⁻¹⁵."""
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa}×10{str(int(exponent)).translate(_RAISED)}" if value else "0"


@dataclass(frozen=True)
class Text:
    """Paragraphs; `style` may be «box» or «lead»."""

    lines: tuple[str, ...]
    style: str = ""
    kind: str = "text"

    def as_dict(self, made_up: bool) -> dict[str, Any]:
        """JSON-able."""
        return {"kind": self.kind, "lines": list(self.lines), **mark(made_up)}


@dataclass(frozen=True)
class Bullets:
    """A list, with a sentence before it."""

    lead: str
    lines: tuple[str, ...]
    kind: str = "bullets"

    def as_dict(self, made_up: bool) -> dict[str, Any]:
        """JSON-able."""
        return {"kind": self.kind, "lead": self.lead, "lines": list(self.lines), **mark(made_up)}


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    title: str
    kind: str = "heading"

    def as_dict(self, made_up: bool) -> dict[str, Any]:
        """JSON-able."""
        return {"kind": self.kind, "title": self.title, **mark(made_up)}


@dataclass(frozen=True)
class Missing:
    """A part that was not made: said, never dropped."""

    what: str
    kind: str = "missing"
    why: str = NOT_MADE

    @property
    def sentence(self) -> str:
        """As printed."""
        return f"{self.what}: {self.why}。"

    def as_dict(self, made_up: bool) -> dict[str, Any]:
        """JSON-able."""
        return {"kind": self.kind, "what": self.what, "not_made": self.why, **mark(made_up)}


@dataclass(frozen=True)
class Untold:
    """A table in which nothing could be told, said in one sentence instead of many equal cells."""

    what: str
    sentence: str
    of: tuple[str, ...]
    kind: str = "untold"

    def as_dict(self, made_up: bool) -> dict[str, Any]:
        """JSON-able."""
        told = {"what": self.what, "value": None, "cannot_tell": self.sentence, "of": list(self.of)}
        return {"kind": self.kind, **told, **mark(made_up)}


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row is its heading."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    kind: str = "table"

    @property
    def methods(self) -> list[str]:
        """How the intervals of the table were made: each way once, with what was taken together."""
        ways: dict[str, set[str]] = {}
        for cell in (cell for row in self.rows for cell in row if cell.method):
            way, _, unit = cell.method.partition("(")
            ways.setdefault(way, set()).update({unit.rstrip(")")} - {""})
        return [f"{way}({'・'.join(sorted(units))})" if units else way for way, units in sorted(ways.items())]

    def as_dict(self, made_up: bool) -> dict[str, Any]:
        """JSON-able: cells as data, estimates with interval, n and method."""
        return {
            "kind": self.kind,
            "caption": self.caption,
            "columns": list(self.columns),
            "rows": [[cell.text if cell.data is None else cell.data for cell in row] for row in self.rows],
            "table_note": self.note,
            **mark(made_up),
        }


@dataclass(frozen=True)
class Picture:
    """A static SVG with its caption, what it shows in words (`alt`) and the numbers drawn (`data`)."""

    caption: str
    svg: str
    alt: str
    data: Any = field(default_factory=list)
    kind: str = "picture"

    def as_dict(self, made_up: bool) -> dict[str, Any]:
        """JSON-able: the numbers drawn, not the drawing."""
        return {"kind": self.kind, "caption": self.caption, "alt": self.alt, "data": self.data, **mark(made_up)}


@dataclass(frozen=True)
class Gallery:
    """Small pictures side by side."""

    pictures: tuple[Picture, ...]
    kind: str = "gallery"

    def as_dict(self, made_up: bool) -> dict[str, Any]:
        """JSON-able."""
        return {"kind": self.kind, "pictures": [one.as_dict(made_up) for one in self.pictures], **mark(made_up)}


@dataclass(frozen=True)
class Case:
    """What is said of one household: heading, a picture and what stands below it, kept on one page if possible."""

    title: str
    parts: tuple[Text | Bullets | Table | Picture, ...]
    kind: str = "case"

    def as_dict(self, made_up: bool) -> dict[str, Any]:
        """JSON-able."""
        parts = [part.as_dict(made_up) for part in self.parts]
        return {"kind": self.kind, "title": self.title, "parts": parts, **mark(made_up)}


Block = Text | Bullets | Heading | Missing | Untold | Table | Picture | Gallery | Case


@dataclass(frozen=True)
class Section:
    """A numbered chapter of the report."""

    key: str
    title: str
    blocks: tuple[Block, ...]

    def as_dict(self, made_up: bool) -> dict[str, Any]:
        """JSON-able."""
        blocks = [block.as_dict(made_up) for block in self.blocks]
        return {"key": self.key, "title": self.title, "blocks": blocks, **mark(made_up)}


def table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], note: str = "", why: str = NOT_MADE
) -> Table | Missing:
    """A table; without rows it is said that it was not made, or `why` there is none."""
    if not rows:
        return Missing(caption, why=why)
    return Table(caption, tuple(columns), tuple(tuple(row) for row in rows), note)


def dig(tree: Any, *path: str) -> Any:
    """What stands at a path of nested dicts; None where anything is missing."""
    for name in path:
        if not isinstance(tree, Mapping) or name not in tree:
            return None
        tree = tree[name]
    return tree
