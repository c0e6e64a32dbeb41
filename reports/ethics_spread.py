"""Where the households stand on each step function: counts by step, never persons, small ones not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from models.disclosure import told_steps
from models.matrix import Matrix
from models.scoring import cells_of
from models.table import Model, Term
from reports import plots
from reports.ethics_blocks import (
    NOT_MADE,
    Block,
    Cell,
    Missing,
    Picture,
    Table,
    Text,
    count,
    hidden,
    number,
    spoken,
    table,
    words,
)
from reports.ethics_texts import STRIP_NOTE
from reports.ethics_words import feature_ja


def step_counts(model: Model, features: pa.Table) -> dict[str, list[int]]:
    """feature → households on each step of its function, then those for whom it is not visible (true counts).

    In: a feature table (household_key, float32 per feature, null = not visible). For `explained["steps"]`; the report
    hides what is small.
    """
    x = Matrix.from_table(features, model.names)
    return {
        term.feature: np.bincount(cells_of(term.edges, x.column(term.feature)), minlength=len(term.values) + 1).tolist()
        for term in model.terms
    }


def _told(term: Term, steps: Mapping[str, Sequence[int]]) -> list[int | None] | None:
    """Households per step, then not visible; fewer than ten and what gives them away hidden. None when not given."""
    counts = steps.get(term.feature)
    if counts is None or len(counts) != len(term.values) + 1:
        return None
    return [n or None for n in told_steps([int(n) for n in counts[:-1]], int(counts[-1]))]


def spread(
    model: Model, features: Mapping[str, Any], steps: Mapping[str, Sequence[int]], on: str, made_up: bool
) -> list[Block]:
    """One circle per step and feature, area by households; no mark is a person. `on`: households of which day."""
    rows: list[plots.Strip] = []
    data: list[dict[str, Any]] = []
    for term in model.terms:
        told = _told(term, steps)
        if told is None:
            continue
        last = max(len(term.values) - 1, 1)
        cells = [
            (value - term.mean, place / last, n)
            for place, (value, n) in enumerate(zip((*term.values, term.missing), told, strict=True))
        ]
        cells[-1] = (cells[-1][0], 0.0, cells[-1][2])
        rows.append((feature_ja(term.feature, features), cells))
        data.append({"feature": term.feature, "households": told})
    if not rows:
        return [Missing("世帯の広がりの図")]
    alt = "特徴量ごとに、段ごとの世帯数を寄与の位置に円で示した図。数は「モデルの全数値」の表"
    pictures = [
        Picture(f"寄与の広がり{which}", plots.strips(some, made_up=made_up, of=rows), alt, told)
        for (which, some), (_, told) in zip(plots.parted(rows), plots.parted(data), strict=True)
    ]
    return [Text((f"{on}世帯を数えています。{STRIP_NOTE}",)), *pictures]


def all_numbers(
    model: Model, features: Mapping[str, Any], steps: Mapping[str, Sequence[int]], on: str
) -> Table | Missing:
    """Every number of the model's terms, with the households (`on`: of which day) of each step where it may be told."""
    rows: list[tuple[Cell, ...]] = []
    for term in model.terms:
        told = _told(term, steps)
        names = [*plots.intervals_of(term.edges), "見えない"]
        for place, (name, value) in enumerate(zip(names, (*term.values, term.missing), strict=True)):
            unit = features[term.feature].unit if term.feature in features else ""
            known = words(NOT_MADE) if told is None else hidden() if told[place] is None else count(told[place])
            rows.append(
                (words(feature_ja(term.feature, features)), words(name), words(unit), number(value),
                 number(value - term.mean), known)
            )  # fmt: skip
    columns = ("事情", "値の範囲", "単位", "段の値", "寄与(平均との差)", "世帯数")
    note = (
        f"切片 {spoken(model.intercept, 'exact')}、出発点(平均) {spoken(model.base, 'exact')}。"
        f"モデルの定義であり、推定ではないため区間はありません。世帯数は{on}対象の世帯を数えたものです。"
    )
    return table("モデルの全数値", columns, rows, note)
