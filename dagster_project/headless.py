"""Run the daily job in this process, recorded in the home's own Dagster instance, and say what came of it."""

import logging
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy import Engine, event

from dagster_project.definitions import build_definitions
from dagster_project.partitions import DAYS
from pipelines.errors import GateClosed, WrongUse


@event.listens_for(Engine, "connect")
def _records_need_no_fsync(connection: Any, _record: Any) -> None:
    """Dagster's records only mirror the manifests: thousands of small commits need not wait for the disk."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


def run_day(
    home: Path, config: Path | None, day: date, instance_folder: Path, engine: str = "duckdb"
) -> dict[str, Any]:
    """Execute `daily_screening` for `day`. Returns the list's figures. Raises GateClosed with the first gate that
    closed, WrongUse when a step was called wrongly.
    """
    first, last = DAYS.get_first_partition_key(), DAYS.get_last_partition_key()
    if first is None or last is None or not first <= str(day) <= last:
        raise GateClosed("clock", f"{day} is no day from {first} to today ({last})", "check the day that was given")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    job = build_definitions(home, config, engine).resolve_job_def("daily_screening")
    with dg.DagsterInstance.from_config(str(instance_folder)) as instance:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        result = job.execute_in_process(
            partition_key=str(day), instance=instance, raise_on_error=False, run_config=quiet
        )
        if not result.success:
            raise _refusal(result)
        figures = result.asset_materializations_for_node("visit_list")[0].metadata
        return {name: value.value for name, value in figures.items() if not name.startswith("dagster")}


def _refusal(result: dg.ExecuteInProcessResult) -> GateClosed | WrongUse:
    """The first failed step as a refusal: the gate's own line when it was a gate, the kind of error otherwise.

    A gate's line has a remedy; a line without one tells of wrong use.
    """
    failed = [event for event in result.all_node_events if event.is_step_failure]
    step = failed[0].step_key or "run"
    data = failed[0].step_failure_data
    failure = data.user_failure_data
    if failure is not None and failure.description:
        if " → " not in failure.description:
            return WrongUse(failure.description)
        gate, _, rest = failure.description.partition(": ")
        what, _, remedy = rest.partition(" → ")
        return GateClosed(gate, what, remedy)
    cause = data.error
    while cause is not None and cause.cause is not None:
        cause = cause.cause
    return GateClosed(step, (cause.message if cause else "failed").strip().splitlines()[0], "see the run in kizuki dev")
