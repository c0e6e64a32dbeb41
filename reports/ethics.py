"""The ethics report: one self-contained page for those who sign, and the same figures as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from models.intervals import MADE_UP, mark
from models.table import model_hash
from reports.ethics_blocks import Section
from reports.ethics_context import explained_on, too_new
from reports.ethics_coverage import coverage
from reports.ethics_explained import additivity, households, stability, whole_model
from reports.ethics_flow import appendix, flow
from reports.ethics_groups import groups, limits
from reports.ethics_models import baselines, calibration, comparison
from reports.ethics_scope import contracts, reading_guide, register, scope, signatures
from reports.ethics_svg import Letters
from reports.ethics_visibility import visibility
from reports.rendering import page

VERSION = 1


def ethics_report(evidence: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """(HTML, JSON) of the ethics report, version 1; the same bytes for the same evidence.

    In, every key may be missing and is then said to be missing: `metrics` (TrainingResult.metrics), `model`
    (models.table.Model), `features` (name → feature with title_ja, unit), `municipality`, `as_of`, `explained_day`,
    `demonstration`, `coverage` (rows of ward, households, in_scope, sources_0, sources_1, sources_2_plus: true counts,
    suppressed here), `contracts`, `register`, `additivity` {max_error, rows}, `shap` {max_error, rows},
    `explained` {shares, global, local, steps: feature → households per step and not visible (`step_counts`)}.
    Every table and drawing stands in the JSON with the numbers printed. Nothing under ten is told.
    """
    metrics = evidence.get("metrics") or {}
    made_up = bool(evidence.get("demonstration") or metrics.get("made_up"))
    sections = report_sections(evidence, metrics, made_up)
    letters = Letters()
    drawn = letters.sections(sections)
    html = page(
        "ethics.html.j2",
        sections=drawn,
        sprite=Markup(letters.sprite()),  # our own outlines
        svg=Markup,
        made_up=MADE_UP if made_up else "",
        municipality=evidence.get("municipality") or "",
        as_of=str(evidence.get("as_of") or ""),
        fingerprint=_hash(evidence),
    )
    return html, _figures(evidence, sections, made_up)


def cases_page(evidence: Mapping[str, Any]) -> str:
    """The single households' explanations as a page of their own, so that a withdrawal can take it away unsigned.

    In: as `ethics_report`. The signed report names its SHA-256 (`explained.apart`) and holds no single household.
    """
    metrics = evidence.get("metrics") or {}
    made_up = bool(evidence.get("demonstration") or metrics.get("made_up"))
    letters = Letters()
    return page(
        "ethics.html.j2",
        sections=letters.sections([households(evidence, made_up)]),
        sprite=Markup(letters.sprite()),
        svg=Markup,
        made_up=MADE_UP if made_up else "",
        municipality=evidence.get("municipality") or "",
        as_of=str(evidence.get("as_of") or ""),
        fingerprint=_hash(evidence),
    )


def report_sections(evidence: Mapping[str, Any], metrics: Mapping[str, Any], made_up: bool) -> list[Section]:
    """The chapters of the report, in their order; what the evidence lacks is said in its place."""
    features = evidence.get("features") or {}
    return [
        scope(evidence),
        reading_guide(),
        flow(metrics, made_up),
        coverage(evidence.get("coverage"), explained_on(evidence), too_new(metrics)),
        contracts(evidence.get("contracts")),
        register(evidence.get("register"), too_new(metrics)),
        comparison(metrics, features, made_up),
        baselines(metrics, features, made_up),
        calibration(metrics, made_up),
        whole_model(evidence, made_up),
        households(evidence, made_up),
        additivity(evidence),
        stability(evidence, made_up),
        visibility(evidence, made_up),
        groups(metrics, made_up),
        limits(metrics, made_up),
        signatures(evidence, made_up),
        appendix(metrics),
    ]


def _hash(evidence: Mapping[str, Any]) -> str:
    model = evidence.get("model")
    return "" if model is None else model_hash(model)


def _figures(evidence: Mapping[str, Any], sections: Sequence[Section], made_up: bool) -> dict[str, Any]:
    found = {
        "report": "kizuki ethics",
        "version": VERSION,
        **mark(made_up),
        "municipality": evidence.get("municipality"),
        "as_of": str(evidence.get("as_of") or ""),
        "model_hash": _hash(evidence),
        "sections": [one.as_dict(made_up) for one in sections],
    }
    # Tuples become lists here, so that the dict equals what is read back from the file.
    plain: dict[str, Any] = json.loads(json.dumps(found, ensure_ascii=False, allow_nan=False))
    return plain
