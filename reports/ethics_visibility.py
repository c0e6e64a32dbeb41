"""Chapter on visibility: that not being seen never raises a margin, and what the margin tells of it all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.table import Model
from reports.ethics_blocks import CANNOT_TELL, Block, Cell, Missing, Section, Text, count, dig, figure, table, words
from reports.ethics_context import judged_on
from reports.ethics_models import forest
from reports.ethics_texts import VISIBILITY_NOTE
from reports.ethics_words import source_ja

_AMONG = (("all", "すべての世帯"), ("without_signals", "困りごとの記録が1つもない世帯"))


def visibility(evidence: Mapping[str, Any], made_up: bool) -> Section:
    """見えないことで合計は上がらない: the lowest value of every step function, and the AUC of what is visible."""
    found = dig(evidence, "metrics", "visibility_auc") or {}
    blocks: list[Block] = [_lowest(evidence.get("model")), Text(VISIBILITY_NOTE)]
    on = judged_on(evidence.get("metrics") or {})
    columns = ("情報源", "見える世帯", "見えない世帯", "当てられる度合い(AUC)", "見えない世帯の合計は")
    for key, among in _AMONG:
        rows = [(words(source_ja(name)), *_line(line.get(key) or {})) for name, line in found.items()]
        blocks.append(
            table(f"合計から見えやすさを当てられる度合い: {among}", columns, rows, f"{on}世帯。" if on else "")
        )
    entries = [
        (f"{source_ja(name)}({label})", line.get(key))
        for name, line in found.items()
        for key, label in (("all", "すべて"), ("without_signals", "記録なし"))
    ]
    if entries:
        title = "合計から見えやすさを当てられる度合い"
        scale = "AUC(0.5=当てられない、上回るほど見えない世帯が低い)"
        blocks.append(forest(title, entries, "plain", scale, made_up=made_up, reference=0.5))
    return Section("visibility", "見えないことで合計は上がらない", tuple(blocks))


def _lowest(model: Model | None) -> Block:
    """That «not visible» is the lowest value of every table is read off the model itself."""
    if model is None:
        return Missing("見えないときの値が最小かどうか")
    lowest = [term.missing <= min(term.values) for term in model.terms]
    lowest += [bool((pair.cells[-1] <= pair.cells).all() and (pair.cells.T[-1] <= pair.cells.T).all())
               for pair in model.pairs]  # fmt: skip
    said = f"モデルの表 {len(lowest)}枚のうち、見えないときの値がいちばん低いもの: {sum(lowest)}枚"
    told = "情報源を隠しても、どの世帯の合計も上がりません" if all(lowest) else "署名してはいけません"
    return Text((f"{said}。{told}。",), "box")


def _line(line: Mapping[str, Any]) -> tuple[Cell, ...]:
    return count(line.get("seen")), count(line.get("unseen")), figure(line), words(_direction(line))


def _direction(line: Mapping[str, Any]) -> str:
    if line.get("value") is None:
        return CANNOT_TELL
    if line["low"] > 0.5:
        return "低い(想定どおり)"
    return "高い(理由の確認が要る)" if line["high"] < 0.5 else "違うとは言えない"
