"""The register of legal bases (目的外利用等の登録簿): which uses are allowed, on what article, and from when to when.

A use without a live entry is refused (SOURCES «Legal bases»).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

KINDS = ("consent", "within_purpose", "statutory", "internal_use", "provided_use", "support_meeting")
_MAY_BE_EMPTY = ("council_on", "valid_to", "opinion")
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("number", "source", "purpose", "kind", "opinion")]
    + [("valid_from", pa.date32()), ("valid_to", pa.date32()), ("scores", pa.bool_())]
)


@dataclass(frozen=True)
class Basis:
    """One use. `opinion` names the legal opinion where 地方税法22条 asks for one; `scores`: whether an entry of another
    kind than consent may feed scores at all."""

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
    """Read `legal_bases.yaml`. Raises ValueError naming the entry and the remedy when one cannot be a lawful entry.

    A field is missing; the kind is unknown; a number is used twice; it ends before it begins; anything but consent is
    entered for every source or purpose (相当の理由 is judged one by one, DOMAIN §1.2); a support meeting feeds scores.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["bases"]
    numbers = [entry.get("number") for entry in entries]
    return tuple(_basis(entry, numbers.count(entry.get("number"))) for entry in entries)


def _basis(entry: dict[str, Any], times: int) -> Basis:
    missing = sorted(set(Basis.__dataclass_fields__) - set(entry) - {"opinion", "council_on", "valid_to", "scores"})
    kind, until = entry.get("kind"), entry.get("valid_to")
    wrong = {
        f"missing {missing} → complete the entry": bool(missing),
        f"unknown kind {kind!r} → one of {', '.join(KINDS)}": kind not in KINDS,
        "the number is used twice → number it anew": times > 1,
        "valid_to is before valid_from → correct the days": bool(until and not missing and until < entry["valid_from"]),
        "only consent may be entered for every source or purpose → name them one by one": kind != "consent"
        and "*" in (entry.get("source"), entry.get("purpose")),
        "a support meeting never feeds scores → scores: false": kind == "support_meeting" and bool(entry.get("scores")),
    }
    for message, is_wrong in wrong.items():
        if is_wrong:
            text = f"legal_bases.yaml, {entry.get('number')}: {message}"
            raise ValueError(text)
    return Basis(**{"opinion": None, "council_on": None, "valid_to": None, "scores": kind == "consent", **entry})
