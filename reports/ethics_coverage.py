"""見えている範囲: how much of each ward can be seen, with nothing small told and nothing hidden to be worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from models.disclosure import SMALL, suppress
from reports.ethics_blocks import Block, Bullets, Cell, Missing, Section, Text, count, hidden, table, words
from reports.ethics_words import source_ja

SOURCES: Final = ("sources_0", "sources_1", "sources_2_plus")
_NEVER_IN = (
    "同意のない人、同意を取り下げた人、同意の対象期間より前の事実",
    "支援措置などで保護されている人と、その人のいる世帯",
    "住民登録のない人、施設や他市に住む人",
    "受け取っている記録に現れない困りごと(病気、暴力、介護疲れ、借金、孤立など)",
    "期限までに払い続けている世帯の暮らしの苦しさ、口座の残高、収入そのもの(受け取っていません)",
)


def who_is_not_seen(rows: Sequence[Mapping[str, Any]] | None, on: str) -> list[Block]:
    """Who is not in the data, in words and, where it may be told, in numbers. `on`: of which day (`explained_on`)."""
    found: list[Block] = [Bullets("データに入っていない人とこと", _NEVER_IN)]
    if not rows:
        return [*found, Missing("対象に入っていない世帯の数")]
    shown = coverage_cells(rows)[-1]
    if shown[1].data is None or shown[2].data is None:
        return [*found, Text(("対象に入っていない世帯の数は、少数のため示せません。",))]
    missing = int(shown[1].data) - int(shown[2].data)
    whole = f"{on}全世帯(保護されている人のいる世帯を除く) {shown[1].data:,}"
    return [*found, Text((f"{whole} のうち {missing:,} 世帯は対象に入っていません。",))]


def coverage(rows: Sequence[Mapping[str, Any]] | None, on: str, too_new: Iterable[str]) -> Section:
    """The chapter: households by ward, in scope and by number of visible sources that the model reads. `on`: of which
    day; `too_new`: sources that it does not read yet.
    """
    columns = ("地区", "世帯", "対象の世帯", "見える情報源 0", "見える情報源 1", "見える情報源 2以上")
    note = (
        f"「世帯」は{on}全世帯(保護されている人のいる世帯を除く)。住民登録を全部数えたもので、推定ではないため区間はありません(n=世帯数)。"
        f"{SMALL}に満たない数のある地区は、逆算できないように行全体と、必要ならほかの行も隠しています。"
    )
    if new := source_ja("|".join(too_new)):
        note += f"「{new}」は学ぶのにまだ新しくモデルが読まないため、見える情報源に数えていません。"
    body = table("地区ごとの見え方", columns, coverage_cells(rows) if rows else [], note)
    return Section("coverage", "見えている範囲", (body,))


def coverage_cells(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Cell, ...]]:
    """One line per ward and a total line; figures that may not be told are hidden."""
    closed = hidden_wards(rows)
    total_told = len(closed) < len(rows) or _whole_told(rows)
    households = suppress([int(row["households"]) for row in rows])
    lines = []
    for place, row in enumerate(rows):
        parts = [hidden() if place in closed else _exact(row[key]) for key in ("in_scope", *SOURCES)]
        whole = _exact(row["households"]) if households.cells[place] else hidden()
        lines.append((words(row["ward"]), whole, *parts))
    total = {key: sum(int(row[key]) for row in rows) for key in ("households", "in_scope", *SOURCES)}
    sums = [_exact(total[key]) if total_told else hidden() for key in ("in_scope", *SOURCES)]
    return [*lines, (words("全体"), count(total["households"]) if households.total else hidden(), *sums)]


def hidden_wards(rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """The wards whose line is hidden: those with a small cell, and the next smallest until nothing can be worked out.

    Whoever knows every ward's households, the lines shown and the totals must not be able to place any hidden cell
    within a range narrower than ten (bounds of Fréchet for each split of the ward's households).
    """
    splits = [_splits(row) for row in rows]
    closed = {i for i, parts in enumerate(splits) if any(n < SMALL for split in parts for n in split)}
    while closed and not all(_safe([splits[i][k] for i in sorted(closed)]) for k in range(2)):
        open_ones = [i for i in range(len(rows)) if i not in closed]
        if not open_ones:
            break
        closed.add(min(open_ones, key=lambda i: (rows[i]["households"], i)))
    return closed


def _splits(row: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    inside = int(row["in_scope"])
    return tuple(int(row[key]) for key in SOURCES), (inside, int(row["households"]) - inside)


def _safe(lines: Sequence[Sequence[int]]) -> bool:
    total = sum(map(sum, lines))
    columns = [sum(column) for column in zip(*lines, strict=True)]
    return all(
        min(sum(line), column) - max(0, sum(line) + column - total) >= SMALL for line in lines for column in columns
    )


def _whole_told(rows: Sequence[Mapping[str, Any]]) -> bool:
    lines = [_splits(row) for row in rows]
    return all(_safe([line[k] for line in lines]) for k in range(2)) and not any(
        sum(column) < SMALL for k in range(2) for column in zip(*(line[k] for line in lines), strict=True)
    )


def _exact(value: int) -> Cell:
    return Cell(f"{int(value):,}", style="number", data=int(value))
