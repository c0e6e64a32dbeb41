"""Jobs and schedules. The run for D is at 05:30 on D; day D closes at 05:00 (SOURCES)."""

from collections.abc import Iterator

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from dagster_project.intake_assets import accepted_key


def jobs(sources: list[str]) -> dict[str, UnresolvedAssetJobDefinition]:
    """daily_screening, weekly_list, training, backfill."""
    daily = dg.AssetSelection.assets(
        *(accepted_key(name) for name in sources), "hub", "features", "scores", "visit_list"
    )
    calm = {"loggers": {"console": {"config": {"log_level": "WARNING"}}}}
    return {
        "daily_screening": dg.define_asset_job("daily_screening", daily, config=calm),
        "weekly_list": dg.define_asset_job(
            "weekly_list", dg.AssetSelection.assets("features", "scores", "visit_list"), config=calm
        ),
        "training": dg.define_asset_job("training", dg.AssetSelection.assets("model"), config=calm),
        # One run for many days: a check speaks of one day, so the days' own receipts say what was broken.
        "backfill": dg.define_asset_job(
            "backfill",
            dg.AssetSelection.assets(
                *(accepted_key(name) for name in sources), "hub", "features", "scores"
            ).without_checks(),
            config=calm,
        ),
    }


def schedules(named: dict[str, UnresolvedAssetJobDefinition]) -> list[dg.ScheduleDefinition]:
    """The daily run for the day itself, and training on the first of a month."""

    def today(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        day = context.scheduled_execution_time.date().isoformat()
        yield dg.RunRequest(run_key=day, partition_key=day)

    def schedule(job: str, cron: str) -> dg.ScheduleDefinition:
        return dg.ScheduleDefinition(
            name=f"{job}_schedule",
            job=named[job],
            cron_schedule=cron,
            execution_timezone="Asia/Tokyo",
            execution_fn=today,
        )

    return [schedule("daily_screening", "30 5 * * *"), schedule("training", "0 20 1 * *")]
