"""Between a step and its asset: days in order, gates as failures that are not retried, figures as metadata (counts
only).
"""

import traceback
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.errors import GateClosed
from pipelines.home import Home

Step = Callable[[Home, date], dict[str, Any]]
RETRY = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)
"""For input and output errors only: a closed gate fails without retries."""


def days_of(context: dg.AssetExecutionContext) -> list[date]:
    """The days of this run, in order."""
    return [date.fromisoformat(key) for key in context.partition_keys]


def run(context: dg.AssetExecutionContext, step: Callable[[date], dict[str, Any]]) -> Iterator[dg.MaterializeResult]:
    """Call `step` for each day; the last day's figures are the metadata."""
    figures: dict[str, Any] = {}
    for day in days_of(context):
        try:
            figures = step(day)
        except GateClosed as closed:
            raise dg.Failure(description=str(closed), allow_retries=False) from None
        except OSError:
            raise
        except Exception as error:
            raise dg.Failure(description=_place(error), allow_retries=False) from None
    yield dg.MaterializeResult(metadata=plain(figures))


def _place(error: Exception) -> str:
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
