"""The receipt that goes back to the delivering office: what was refused, where and how to mend it. Never a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pyarrow.compute as pc

from data_contracts.drift import Drift, sentence
from data_contracts.judging import FileFailure, Judgement
from data_contracts.profile import Source
from data_contracts.rules import KEY_CONFLICT, KEY_CONFLICT_REMEDY, KEY_CONFLICT_SENTENCE, row_rules


def receipt(
    source: Source,
    *,
    folder_day: date | None,
    known_from: date | None,
    kind: str,
    sha256: str,
    delivery: int,
    judgement: Judgement | None,
    failures: Sequence[FileFailure] = (),
    drift: Sequence[Drift] = (),
) -> dict[str, Any]:
    """JSON-able receipt of one delivered file, the same whenever it is made.

    In: `judgement` None (or not holding this delivery) when the file could not be read; `failures` why the whole file
    is refused. Out: figures, `refused` and `noticed` (warnings): one entry per broken rule with its sentence, remedy,
    number of rows and row numbers as the office sees them («2-5», «9»). Accepted and forgotten rows are one number:
    the receipt does not say who lacked consent or is protected. `drift`: how the file differs from the last ones.
    """
    rows, refused_rows, broken = _seen(delivery, judgement)
    refused_rows = rows if failures else refused_rows
    return {
        "source": source.name,
        "title": source.contract.title,
        "folder_day": folder_day and folder_day.isoformat(),
        "admitted_day": known_from and known_from.isoformat(),
        "kind": kind,
        "sha256": sha256,
        "contract": {"version": source.contract.version, "sha256": source.contract.digest},
        "verdict": "refused" if failures else "accepted",
        "rows_in": rows,
        "rows_refused": refused_rows,
        "accepted_or_forgotten": rows - refused_rows,
        "file_failures": [{"rule": f.rule, "detail": f.detail, "remedy": f.remedy} for f in failures],
        "refused": _by_rule(source, broken, "error"),
        "noticed": _by_rule(source, broken, "warning"),
        "drift": _drift(source, drift, kind),
    }


def _drift(source: Source, drift: Sequence[Drift], kind: str) -> list[dict[str, str]]:
    said = {rule.id: rule for rule in source.contract.drift}
    return [
        {
            "rule": one.rule,
            "sentence": said[one.rule].sentence,
            "detail": sentence(one, source.contract, kind),
            "remedy": said[one.rule].remedy,
        }
        for one in drift
    ]


def row_ranges(rows: Iterable[int]) -> list[str]:
    """Row numbers written short, nothing left out: 2,3,4,9 → «2-4», «9»."""
    spans: list[list[int]] = []
    for row in sorted(set(rows)):
        if spans and spans[-1][1] == row - 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return [str(first) if first == last else f"{first}-{last}" for first, last in spans]


def _seen(delivery: int, judgement: Judgement | None) -> tuple[int, int, dict[str, list[int]]]:
    """Rows read, rows with an error, and row numbers by rule, of one delivery."""
    if judgement is None or delivery not in judgement.counts:
        return 0, 0, {}
    counts = judgement.counts[delivery]
    mine = judgement.broken.filter(pc.equal(judgement.broken["delivery"], delivery))
    broken: dict[str, list[int]] = {}
    for rule, row in zip(mine["rule"].to_pylist(), mine["row"].to_pylist(), strict=True):
        broken.setdefault(rule, []).append(row)
    return counts.rows, counts.refused, broken


def _by_rule(source: Source, broken: dict[str, list[int]], severity: str) -> list[dict[str, Any]]:
    said = [(r.id, r.sentence, r.remedy, r.severity) for r in row_rules(source.contract)]
    said.append((KEY_CONFLICT, KEY_CONFLICT_SENTENCE, KEY_CONFLICT_REMEDY, "error"))
    return [
        {
            "rule": rule,
            "sentence": sentence,
            "remedy": remedy,
            "count": len(broken[rule]),
            "rows": row_ranges(broken[rule]),
        }
        for rule, sentence, remedy, weight in said
        if weight == severity and rule in broken
    ]
