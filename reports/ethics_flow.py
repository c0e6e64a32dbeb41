"""Chapters about who is counted: the cohort flow, step by step, and its appendix of every as-of date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports import plots
from reports.ethics_blocks import SMALL, Block, Missing, Picture, Section, Text, count, dig, table, words
from reports.ethics_texts import FLOW_NOTE, FLOW_TABLE_NOTE
from reports.ethics_words import PERIODS, line_ja

_STEPS = (
    ("in_scope", "対象の世帯"),
    ("eligible", "情報源が最後まで見えるはずの世帯"),
    ("usable", "途中で見えなくならず、訪問の影響もない世帯"),
    ("positives", "うち、期間内に危機があった世帯"),
)


def flow(metrics: Mapping[str, Any], made_up: bool) -> Section:
    """集団の流れ: from everyone in scope to those who are judged, at the newest day of each period."""
    rows = [row for row in metrics.get("cohort_flow") or [] if row.get("target") == metrics.get("target")]
    if not rows:
        return Section("flow", "集団の流れ", (Missing("集団の流れ"),))
    newest = rows[-1]
    drawn = [(name, newest.get(key)) for key, name in _STEPS]
    shown = [{"step": name, "households": value} for name, value in drawn]
    picture = Picture(
        f"集団の流れ({newest['as_of']})",
        plots.funnel(drawn, made_up=made_up),
        "、".join(f"{name} {'非表示' if n is None else n}" for name, n in drawn),
        shown,
    )
    blocks: list[Block] = [
        Text((FLOW_NOTE,)),
        picture,
        _flow_table("期間ごとの最後の基準日", [(label, row) for label, row in _last_of_each(rows, metrics)]),
        _touched(metrics),
    ]
    return Section("flow", "集団の流れ", tuple(blocks))


def appendix(metrics: Mapping[str, Any]) -> Section:
    """付録: the cohort flow of every as-of date, and of each kind of crisis on the newest."""
    parts, flows = metrics.get("components") or [], metrics.get("cohort_flow") or []
    target, newest = metrics.get("target"), max((row["as_of"] for row in flows), default=None)
    main = [("目的とする出来事", row) for row in flows if row.get("target") == target]
    rest = [(line_ja(str(row["target"]), parts), row) for row in flows
            if row.get("target") != target and row["as_of"] == newest]  # fmt: skip
    blocks = [_flow_table("すべての基準日", main)]
    if rest:
        blocks.append(_flow_table("危機の種類ごと(最後の基準日)", rest))
    return Section("appendix", "付録 集団の流れ(すべての基準日)", tuple(blocks))


def _last_of_each(rows: Sequence[Mapping[str, Any]], metrics: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    by_day = {row["as_of"]: row for row in rows}
    found = []
    for key, name in PERIODS.items():
        days = [day for day in dig(metrics, "split", key) or [] if day in by_day]
        if days and key != "replay":
            found.append((name, by_day[days[-1]]))
    return found


def _flow_table(caption: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> Block:
    columns = ("期間・目的", "基準日", "対象", "見えるはず", "途中で不明", "訪問の影響", "評価に使う", "危機あり",
               "最悪の場合の危機")  # fmt: skip
    keys = ("in_scope", "eligible", "censored", "touched", "usable", "positives", "positives_at_worst")
    cells = [(words(label), words(row["as_of"]), *(count(row.get(key)) for key in keys)) for label, row in rows]
    return table(caption, columns, cells, FLOW_TABLE_NOTE)


def _touched(metrics: Mapping[str, Any]) -> Block:
    if "touched_stretches" not in metrics:
        return Missing("訪問の影響を受けた期間の数")
    found = metrics["touched_stretches"]
    said = f"{SMALL}未満" if found is None else f"{found:,}"
    return Text((f"訪問や紹介の記録があり、評価から外した期間の数: {said}",))
