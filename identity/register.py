"""The register of legal bases (目的外利用等の登録簿): which uses are allowed, on what article, and from when to when.

A use without a live entry is refused (SOURCES «Legal bases»).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

KINDS = ("consent", "within_purpose", "statutory", "internal_use", "provided_use", "support_meeting")


@dataclass(frozen=True)
class Basis:
    """One entry. `source` is a basis name or `*`; `opinion` names the legal opinion where 地方税法22条 asks for one."""

    number: str
    source: str
    purpose: str
    kind: str
    article: str
    reason: str
    extent: str
    recipient: str
    decision: str
    council_on: date | None
    valid_from: date
    valid_to: date | None
    opinion: str | None
    scores: bool


Register = Sequence[Basis]


def load_register(path: Path) -> Register:
    """Read `legal_bases.yaml`. Raises ValueError naming the entry when a field is missing or the kind is unknown."""
    return tuple(_basis(entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["bases"])


def _basis(entry: dict[str, Any]) -> Basis:
    missing = set(Basis.__dataclass_fields__) - set(entry) - {"opinion", "council_on", "valid_to"}
    if missing or entry.get("kind") not in KINDS:
        message = f"legal_bases.yaml, {entry.get('number')}: missing {sorted(missing)} or unknown kind → complete the entry"
        raise ValueError(message)
    optional = {"opinion": None, "council_on": None, "valid_to": None}
    return Basis(**{**optional, **entry})
