"""The analyst's page on deliveries: one page, self-contained, drawings as SVG, counts and shares only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.rendering import page

_WIDTH, _HEIGHT, _EDGE = 220, 34, 3
_FEW = 10


def deliveries_html(report: Mapping[str, Any]) -> str:
    """HTML (Japanese) of `pipelines.deliveries.report`; equal reports give equal bytes."""
    from markupsafe import Markup

    sources = [
        {
            **one,
            "volume": Markup(
                spark([_drawn(month["rows"]) for month in one["months"]], f"{one['title']}の月ごとの行数")
            ),
            "months": [_month(month, one["counted"]) for month in one["months"][-6:]],
            **{
                kind: [{**s, "drawn": Markup(spark(s["series"], f"{s['label']}の割合"))} for s in one[kind]]
                for kind in ("shares", "links")
            },
        }
        for one in report["sources"]
    ]
    first = report["sources"][0]["months"][0]["month"]
    late = [one["title"] for one in report["sources"] if one["overdue"]]
    return page("deliveries.html.j2", r=report, sources=sources, first=first, late=late)


def spark(values: Sequence[float | None], said: str) -> str:
    """A small line of values by month; months without a value are left open."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    reach = (high - low) or 1
    step = (_WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    marks, line = [], []
    for place, value in enumerate(values):
        if value is None:
            line.append("")
            continue
        x, y = _EDGE + place * step, _HEIGHT - _EDGE - (value - low) / reach * (_HEIGHT - 2 * _EDGE)
        line.append(f"{'L' if line and line[-1] else 'M'}{x:.1f} {y:.1f}")
        marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6" fill="#005a9c"/>')
    path = f'<path d="{"".join(line)}" fill="none" stroke="#005a9c" stroke-width="1.2"/>'
    head = f'<svg role="img" aria-label="{_escaped(said)}" viewBox="0 0 {_WIDTH} {_HEIGHT}" style="width:{_WIDTH}px">'
    return f"{head}{path}{''.join(marks)}</svg>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _month(month: Mapping[str, Any], counted: bool) -> dict[str, str]:
    rows, refused = month["rows"], month["refused_rows"]
    return {
        "month": month["month"],
        "files": f"{month['files']:,}",
        "late": f"{month['late']:,}",
        "refused_files": f"{month['refused_files']:,}",
        "rows": _told(rows) if counted else "載せません",
        "refused_rows": _told(refused) if counted else "載せません",
    }


def _drawn(count: int) -> int:
    """Counts that are not told are drawn at one height, so that the line tells no more than the table."""
    return _FEW if 0 < count < _FEW else count


def _told(count: int) -> str:
    return f"{count:,}" if count == 0 or count >= _FEW else f"{_FEW}未満"
