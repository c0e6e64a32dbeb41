"""Between a step and its asset: days in order, gates as failures that are not retried, figures as metadata (counts
only). On Spark a step runs in a process of its own, started by Pipes.
"""

import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg

from dagster_project.figures import REFUSED, place, plain
from dagster_project.resources import HomeResource
from pipelines import steps
from pipelines.errors import GateClosed, WrongUse

RETRY = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)
"""For input and output errors only: a closed gate fails without retries."""
ON_SPARK = ("take_in", "hub", "features", "scores")
"""Steps whose tables an engine works out; lists and training read what these published."""


def run(
    context: dg.AssetExecutionContext, home: HomeResource, step: str, *arguments: str
) -> Iterator[dg.MaterializeResult]:
    """Call a step of `pipelines.steps` for each day of the run, in order; the last day's figures are the metadata."""
    if home.engine == "spark" and step in ON_SPARK:
        yield from _on_spark(context, home, step, arguments)
    else:
        yield from _here(context, home, step, arguments)


def _here(
    context: dg.AssetExecutionContext, home: HomeResource, step: str, arguments: tuple[str, ...]
) -> Iterator[dg.MaterializeResult]:
    figures: dict[str, Any] = {}
    for day in context.partition_keys:
        try:
            figures = getattr(steps, step)(home.open(), *arguments, date.fromisoformat(day))
        except (GateClosed, WrongUse) as refusal:
            raise dg.Failure(description=str(refusal), allow_retries=False) from None
        except OSError:
            raise
        except Exception as error:
            raise dg.Failure(description=place(error), allow_retries=False) from None
    yield dg.MaterializeResult(metadata=plain(figures))


def _on_spark(
    context: dg.AssetExecutionContext, home: HomeResource, step: str, arguments: tuple[str, ...]
) -> Iterator[dg.MaterializeResult]:
    asked = {"root": home.root, "config": home.config, "step": step, "arguments": list(arguments)}
    done = dg.PipesSubprocessClient().run(
        context=context,
        command=[sys.executable, "-m", "dagster_project.spark_step"],
        extras=asked | {"days": list(context.partition_keys)},
    )
    for message in done.get_custom_messages():
        raise dg.Failure(description=message[REFUSED], allow_retries=False)
    yield done.get_materialize_result()
