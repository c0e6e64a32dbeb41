"""What a step's outcome becomes in Dagster's records: counts, days and paths, one line for an error; never a person."""

import traceback
from pathlib import Path
from typing import Any, Final

REFUSED: Final = "refused"
"""The name under which a step in another process sends back the one line of its refusal."""


def place(error: Exception) -> str:
    """An unexpected error as one line: its kind and where. Its text may quote data, so it is not recorded."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: in {Path(where.filename).name}, line {where.lineno} → report this fault"


def plain(figures: dict[str, Any]) -> dict[str, Any]:
    """Counts, days and paths inside the home as metadata values; nested counts are flattened."""
    flat: dict[str, Any] = {}
    for name, value in figures.items():
        if isinstance(value, dict):
            flat |= {f"{name}: {inner}": number for inner, number in value.items()}
        elif value is not None:
            flat[name] = value if isinstance(value, int | float | str | bool) else str(value)
    return flat
