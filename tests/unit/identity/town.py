"""Residents' versions for tests, drawn in a line each."""

from datetime import date
from typing import Any

import pyarrow as pa

DAYS = ("birth_date", "event_on", "resident_since", "known_from", "known_until")
TEXTS = ("resident_id", "household_id", "status", "town_code", "town", "lot", "building")
VERSIONS = pa.schema(
    [(name, pa.string()) for name in (*TEXTS, "closed_by")]
    + [(name, pa.date32()) for name in DAYS]
    + [("history_no", pa.int64())]
)


def told(resident: str, history: int, number: str, known: str, **other: Any) -> dict[str, Any]:
    """A version: known from a day (`until` … `why` when it was closed); days as text, the event on that day."""
    row: dict[str, Any] = {
        "resident_id": resident,
        "history_no": history,
        "household_id": number,
        "status": "現存",
        "known_from": known,
        "known_until": other.pop("until", None),
        "closed_by": other.pop("why", None),
        "event_on": other.pop("event", known),
        "resident_since": None,
        "birth_date": other.pop("born", "1980-01-01"),
        "town_code": "1",
        "town": "本町一丁目",
        "lot": other.pop("lot", "1番1号"),
        "building": None,
        **other,
    }
    return {name: date.fromisoformat(v) if name in DAYS and v else v for name, v in row.items()}


def versions(*rows: dict[str, Any]) -> pa.Table:
    """Versions as the log of the residents source holds them."""
    return pa.Table.from_pylist(list(rows), schema=VERSIONS)
