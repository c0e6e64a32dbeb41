"""見えている範囲: how much of each ward can be seen, with nothing small told and nothing hidden to be worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

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
        f"{SMALL}に満たない数のある地区は、逆算できないように、その分け方の数と、必要ならほかの地区の数も隠しています。"
    )
    if new := source_ja("|".join(too_new)):
        note += f"「{new}」は学ぶのにまだ新しくモデルが読まないため、見える情報源に数えていません。"
    body = table("地区ごとの見え方", columns, coverage_cells(rows) if rows else [], note)
    return Section("coverage", "見えている範囲", (body,))


def coverage_cells(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Cell, ...]]:
    """One line per ward and a total line; figures that may not be told are hidden."""
    scope = hidden_wards([_by_scope(row) for row in rows])
    parts = [_by_sources(row) for row in rows]
    # Then «none visible» says no more than «not in scope».
    all_seen = not any(none for none, _, _ in parts)
    seen, single = hidden_wards([part[1:] for part in parts] if all_seen else parts, scope.wards), True
    if len(seen.wards) == len(rows):
        seen, single = hidden_wards([(none + one, more) for none, one, more in parts], scope.wards), False

    def told(in_scope: bool, by_sources: bool) -> tuple[bool, ...]:
        each = by_sources and single
        return in_scope, in_scope if all_seen else each, each, by_sources

    def line(name: Cell, whole: Cell, of: Mapping[str, Any], shown: tuple[bool, ...]) -> tuple[Cell, ...]:
        figures = zip(("in_scope", *SOURCES), shown, strict=True)
        return (name, whole, *(_exact(of[key]) if open_ else hidden() for key, open_ in figures))

    households = suppress([int(row["households"]) for row in rows])
    lines = []
    for place, row in enumerate(rows):
        whole = _exact(row["households"]) if households.cells[place] else hidden()
        lines.append(line(words(row["ward"]), whole, row, told(place not in scope.wards, place not in seen.wards)))
    total = {key: sum(int(row[key]) for row in rows) for key in ("households", "in_scope", *SOURCES)}
    whole = count(total["households"]) if households.total else hidden()
    return [*lines, line(words("全体"), whole, total, told(scope.total, scope.total and seen.total))]


class Hidden(NamedTuple):
    """Places of the wards whose split is hidden, and whether the sums over all wards may be told."""

    wards: set[int]
    total: bool


def hidden_wards(splits: Sequence[Sequence[int]], closed_before: Collection[int] = ()) -> Hidden:
    """The wards whose split is hidden: those with a small part, and the next smallest until nothing can be worked out.

    `splits`: the parts of each ward. Whoever knows what the parts of each ward come to, the splits shown and the totals
    must not be able to place any hidden part within a range narrower than ten (bounds of Fréchet). Where the whole of a
    ward is hidden itself (`closed_before`) the parts can be placed even less well, and any wholes that fit the totals
    leave parts that fit them: a finer split tells nothing of a coarser one.
    """
    closed = {i for i, parts in enumerate(splits) if min(parts) < SMALL} | set(closed_before)
    while closed and not _safe([splits[i] for i in closed]):
        open_ones = [i for i in range(len(splits)) if i not in closed]
        if not open_ones:
            break
        closed.add(min(open_ones, key=lambda i: (sum(splits[i]), i)))
    sums = [sum(column) for column in zip(*splits, strict=True)]
    return Hidden(closed, len(closed) < len(splits) or (_safe(splits) and min(sums, default=0) >= SMALL))


def _by_scope(row: Mapping[str, Any]) -> tuple[int, ...]:
    """Households in scope and the others."""
    inside = int(row["in_scope"])
    return inside, int(row["households"]) - inside


def _by_sources(row: Mapping[str, Any]) -> tuple[int, ...]:
    """Households in scope by visible sources: none, one, more. Nothing is visible of the others."""
    one, more = int(row["sources_1"]), int(row["sources_2_plus"])
    return int(row["in_scope"]) - one - more, one, more


def _safe(lines: Sequence[Sequence[int]]) -> bool:
    total = sum(map(sum, lines))
    columns = [sum(column) for column in zip(*lines, strict=True)]
    return all(
        min(sum(line), column) - max(0, sum(line) + column - total) >= SMALL for line in lines for column in columns
    )


def _exact(value: int) -> Cell:
    return Cell(f"{int(value):,}", style="number", data=int(value))
