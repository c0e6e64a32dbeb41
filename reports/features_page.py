"""The analyst's page of all features: distributions and coverage by as-of date; self-contained, counts only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import pyarrow as pa

from features.definition import DOMAINS, Feature
from features.dictionary import definition_ja
from features.kinds import source_names
from models.disclosure import SMALL, rounded
from models.intervals import MADE_UP, mark
from reports.ethics_blocks import FEW
from reports.features_steps import DayCounts, Stand, coverage, stand
from reports.rendering import page

_WIDTH, _HEIGHT = 560, 16
_NEED, _SUPPORT = ((226, 234, 241), (8, 48, 107)), ((226, 240, 231), (0, 84, 44))
_PATTERNS: Final = (
    '<svg aria-hidden="true" width="0" height="0" style="position:absolute"><defs>'
    '<pattern id="unseen" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#fff"/><path d="M0 6L6 0" stroke="#7a7a7a" stroke-width="1"/></pattern>'
    '<pattern id="untold" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect width="5" height="5" fill="#f1e3d3"/><circle cx="2.5" cy="2.5" r="1" fill="#7a3e00"/></pattern>'
    "</defs></svg>"
)


def features_page(
    features: Mapping[str, Feature],
    tables: Mapping[date, pa.Table],
    *,
    municipality: str,
    day: date,
    made_up: bool,
) -> tuple[str, dict[str, Any]]:
    """(HTML, JSON) of every feature over the days of `tables` (day → feature table); equal inputs give equal bytes.

    Nothing under ten households is told, and nothing that would give it away; all numbers are to the nearest ten, so
    that two days' pages tell no single household. Japanese.
    """
    from markupsafe import Markup

    days = dict(sorted(tables.items()))
    everybody = {one: rounded(t.num_rows) if t.num_rows >= SMALL else None for one, t in days.items()}
    stands = {name: stand(feature, days) for name, feature in features.items()}
    seen = coverage(source_names(), list(features.values()), days)
    domains = [
        {
            "name": domain,
            "features": [
                _entry(feature, stands[name]) for name, feature in features.items() if feature.domain == domain
            ],
        }
        for domain in DOMAINS
    ]
    html = page(
        "features.html.j2",
        domains=domains,
        days=[str(one) for one in days],
        households=[_told(n) for n in everybody.values()],
        coverage=[{**row, "households": [_told(n) for n in row["households"]]} for row in seen],
        patterns=Markup(_PATTERNS),  # our own drawing
        municipality=municipality,
        day=str(day),
        made_up=MADE_UP if made_up else "",
        count=len(features),
        small=SMALL,
    )
    told = {
        "report": "kizuki features",
        "day": str(day),
        "municipality": municipality,
        "households": [{"day": str(one), "n": n} for one, n in everybody.items()],
        "coverage": seen,
        "features": {name: found.as_dict() for name, found in stands.items()},
        **mark(made_up),
    }
    figures: dict[str, Any] = json.loads(json.dumps(told, ensure_ascii=False, allow_nan=False))
    return html, figures


def _entry(feature: Feature, found: Stand) -> dict[str, Any]:
    from markupsafe import Markup

    names = source_names()
    return {
        "name": feature.name,
        "title": feature.title_ja,
        "definition": definition_ja(feature),
        "unit": feature.unit,
        "direction": "多いほど心配が大きい(+1)" if feature.direction > 0 else "多いほど心配が小さい・支え(−1)",
        "sources": "・".join(names[source] for source in feature.sources),
        "note": feature.note_ja,
        "labels": [*found.labels, "見えない"],
        "rows": [
            {
                "day": str(one.day),
                "bar": Markup(bar(one, found.labels, protective=feature.direction < 0)),
                "cells": [*(_cell(n, one) for n in one.steps), _cell(one.unseen, one)],
            }
            for one in found.days
        ],
    }


def bar(counts: DayCounts, labels: Sequence[str], *, protective: bool) -> str:
    """One day as a bar of everybody: the steps from light to dark, what is hidden dotted, not visible hatched."""
    low, high = _SUPPORT if protective else _NEED
    parts = [
        (label, n, _between(low, high, place / max(len(labels) - 1, 1)))
        for place, (label, n) in enumerate(zip(labels, counts.steps, strict=True))
        if n
    ]
    parts += [(FEW, counts.untold, "url(#untold)"), ("見えない", counts.unseen or 0, "url(#unseen)")]
    at, drawn = 0.0, []
    for _, n, fill in parts:
        width = n / max(counts.total, 1) * _WIDTH
        if n:
            drawn.append(
                f'<rect x="{at:.2f}" y="0.5" width="{width:.2f}" height="{_HEIGHT - 1}" fill="{fill}"'
                ' stroke="#fff" stroke-width="0.6"/>'
            )
        at += width
    said = "、".join(f"{label} {n:,}世帯" for label, n, _ in parts if n)
    return f'<svg role="img" aria-label="{said}" viewBox="0 0 {_WIDTH} {_HEIGHT}">{"".join(drawn)}</svg>'


def _between(low: tuple[int, int, int], high: tuple[int, int, int], share: float) -> str:
    mixed = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _told(n: int | None) -> str:
    return FEW if n is None or 0 < n < SMALL else f"{n:,}"


def _cell(n: int | None, of: DayCounts) -> str:
    if n is None:
        return FEW
    return f"{n:,}({100 * n / of.total:.1f}%)" if n else "0"
