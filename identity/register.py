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
    """One entry. `source` and `purpose` are a name, a `|` list of names, or `*` (consent only).

    `opinion` names the legal opinion where 地方税法22条 asks for one; `scores`: whether an entry of another kind than
    consent may feed scores at all.
    """

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

    A field is empty or not what it should be; a number is used twice; it ends before it begins; anything but consent is
    entered for every source or purpose (相当の理由 is judged one by one, DOMAIN §1.2); a support meeting feeds scores.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries = raw.get("bases") if isinstance(raw, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("legal_bases.yaml: it holds no list of entries under `bases` → write them there")
    numbers = [entry.get("number") for entry in entries]
    twice = next((entry for place, entry in enumerate(entries) if entry.get("number") in numbers[:place]), None)
    if twice:
        raise _wrong(twice, "the number is used twice")
    return tuple(_basis(entry) for entry in entries)


def register_table(register: Register) -> pa.Table:
    """One row per entry × source × purpose: what the gate joins with."""
    rows = [
        {
            **{name: getattr(basis, name) for name in _SCHEMA.names},
            "source": source,
            "purpose": purpose,
            "opinion": basis.opinion or None,
        }
        for basis in register
        for source in basis.source.split("|")
        for purpose in basis.purpose.split("|")
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def uses(register: Register, source: str | None, purpose: str) -> tuple[Basis, ...]:
    """Entries for one source and one use that is not scoring (safeguards, slips): consent gives none of these."""
    return tuple(
        basis
        for basis in register
        if basis.kind != "consent" and source in basis.source.split("|") and purpose in basis.purpose.split("|")
    )


def _basis(entry: dict[str, Any]) -> Basis:
    fields = Basis.__dataclass_fields__
    empty = sorted(name for name in fields if name not in _MAY_BE_EMPTY and entry.get(name) in (None, ""))
    if empty:
        raise _wrong(entry, f"empty: {', '.join(empty)}")
    days = ("council_on", "valid_from", "valid_to")
    complaints = {
        f"kind is not one of {', '.join(KINDS)}": entry["kind"] not in KINDS,
        f"{', '.join(days)} are days, written 2026-04-01": not all(isinstance(entry.get(d), date | None) for d in days),
        "scores is true or false": not isinstance(entry["scores"], bool),
        "only consent may be entered for every source or purpose (*)": entry["kind"] != "consent"
        and "*" in (entry["source"], entry["purpose"]),
        "a support meeting never feeds scores": entry["kind"] == "support_meeting" and entry["scores"] is True,
    }
    for complaint, holds in complaints.items():
        if holds:
            raise _wrong(entry, complaint)
    if entry.get("valid_to") and entry["valid_to"] < entry["valid_from"]:
        raise _wrong(entry, "valid_to lies before valid_from")
    complete: dict[str, Any] = {name: entry.get(name) for name in fields}
    return Basis(**complete)


def _wrong(entry: dict[str, Any], what: str) -> ValueError:
    return ValueError(
        f"legal_bases.yaml, entry {entry.get('number')}: {what} → correct the entry; until then nothing runs"
    )
