"""Sensors: a corrected file in an open day's folder asks for that day again; a failed run is said aloud, without a
person.
"""

import hashlib
from collections.abc import Iterator

import dagster as dg

from dagster_project.jobs import UnresolvedAssetJobDefinition
from dagster_project.resources import HomeResource
from pipelines.clock import today


def sensors(daily: UnresolvedAssetJobDefinition) -> list[dg.SensorDefinition]:
    """deliveries, and the failure sensor."""

    @dg.sensor(job=daily, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.STOPPED)
    def deliveries(_context: dg.SensorEvaluationContext, home: HomeResource) -> Iterator[dg.RunRequest | dg.SkipReason]:
        """One request per waiting file, for the day from which it will be known: run_key = source, folder day and
        digest, so that a file asks once.
        """
        opened = home.open()
        ledger, to = opened.ledger(), today()
        asked = False
        for source in opened.catalog.names:
            for entry in ledger.waiting(source, to):
                asked = True
                path = hashlib.sha256(f"{source}/{entry.folder_day}/{entry.file}".encode()).hexdigest()[:16]
                yield dg.RunRequest(run_key=f"{path}-{entry.sha256}", partition_key=str(entry.known_from))
        if not asked:
            yield dg.SkipReason("no file is waiting")

    @dg.run_failure_sensor(monitor_all_code_locations=False)
    def failures(context: dg.RunFailureSensorContext) -> None:
        """Log job, day and the gate's own line."""
        day = context.dagster_run.tags.get("dagster/partition", "")
        context.log.error(f"{context.dagster_run.job_name} {day}: {context.failure_event.message}")

    return [deliveries, failures]
