"""Chapters about people: tables by attribute, and what the report cannot show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.ethics_blocks import (
    FEW,
    NOT_MADE,
    Block,
    Bullets,
    Cell,
    Heading,
    Missing,
    Section,
    Text,
    count,
    dig,
    figure,
    number,
    table,
    words,
)
from reports.ethics_context import judged_days, too_new_ja
from reports.ethics_models import forest
from reports.ethics_texts import GROUPS_NOTE, LIMITS_MADE_UP, NO_CALIBRATION, NOT_HELD, ROWS_NOTE
from reports.ethics_words import AXES

_FIGURES = (
    ("recall_at_k", "再現率", "share"),
    ("selection_rate", "名簿に載る割合", "share"),
    ("base_rate", "危機の割合", "share"),
    ("precision_at_k", "適合率", "share"),
    ("false_omission", "載らなかった中の危機", "share"),
    ("observed_to_expected", "実際/見込み", "plain"),
)


def groups(metrics: Mapping[str, Any], made_up: bool) -> Section:
    """属性別の表: recall first, with n, interval and small cells hidden."""
    found = metrics.get("subgroups") or {}
    blocks: list[Block] = [Text((GROUPS_NOTE, *_period(metrics)))]
    figures: tuple[tuple[str, str, str], ...] = _FIGURES
    if dig(metrics, "calibration", "fitted") is False:
        # A probability that nobody fitted has no observed over expected: no column of empty cells for it.
        figures = tuple(one for one in _FIGURES if one[0] != "observed_to_expected")
        blocks.append(Text((f"「実際/見込み」の列はありません。{NO_CALIBRATION}",)))
    if not found:
        blocks.append(Missing("属性別の表"))
    for axis, shown in found.items():
        title = AXES.get(axis, axis)
        lines = [*(shown.get("rows") or []), *([shown["all"]] if shown.get("all") else [])]
        columns = ("属性", "n", "世帯", "評価できる割合", "危機", "再現率の上限", *(label for _, label, _ in figures))
        note = f"「評価できる割合」「再現率の上限」は全部を数えたもので、推定ではありません。{ROWS_NOTE}"
        blocks += [Heading(title), table(f"{title}ごと", columns, [_line(line, figures) for line in lines], note)]
        if any(isinstance(line.get("recall_at_k"), Mapping) for line in lines):
            entries = [(str(line.get("group")), line.get("recall_at_k")) for line in lines]
            blocks.append(forest(f"{title}ごとの再現率", entries, "share", "再現率(%)", made_up=made_up))
    return Section("groups", "属性別の表", tuple(blocks))


def _period(metrics: Mapping[str, Any]) -> list[str]:
    days = judged_days(metrics)
    if not days:
        return []
    if metrics.get("validation", "temporal") == "temporal" and len(days) > 1:
        return [f"検証期間 {days[0]} ~ {days[-1]} の基準日 {len(days)}回を合わせて数えています。"]
    return [f"{days[-1]} の世帯を数えています。"]


def _line(line: Mapping[str, Any], figures: Sequence[tuple[str, str, str]]) -> tuple[Cell, ...]:
    if "hidden" in line:
        rest = [Cell(FEW, style="nothing")] * (5 + len(figures))
        return (words(line.get("group")), *rest)
    share, ceiling = line.get("share_labelled"), line.get("recall_ceiling")
    return (
        words(line.get("group")),
        count(line.get("n")),
        count(line.get("households")),
        number(share, "share") if share is not None else words(NOT_MADE),
        count(line.get("positives")),
        number(ceiling, "share") if ceiling is not None else Cell(FEW, style="nothing"),
        *(figure(line.get(key), unit) for key, _, unit in figures),
    )


def limits(metrics: Mapping[str, Any], made_up: bool) -> Section:
    """限界: METHODS §11, what training did not do, what reviewers ask for and this version does not hold."""
    blocks: list[Block] = []
    if made_up:
        blocks.append(Text((LIMITS_MADE_UP,), "box"))
    unstable = dig(metrics, "split", "stability")
    if unstable:
        blocks.append(Text((f"{unstable}。",), "box"))
    notes = dig(metrics, "split", "notes") or []
    not_done = [*notes, *too_new_ja(metrics), *(metrics.get("not_done") or [])]
    if not_done:
        blocks.append(Bullets("学習と検証で行っていないこと", tuple(str(line) for line in not_done)))
    else:
        blocks.append(Missing("学習と検証で行っていないことの一覧"))
    rows = [(words(line), words(NOT_MADE)) for line in NOT_HELD]
    blocks.append(table("審査で求められ、この版にないもの", ("もの", "この版"), rows))
    return Section("limits", "限界「この報告で示せないこと」", tuple(blocks))
