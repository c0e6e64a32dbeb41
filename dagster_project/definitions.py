"""What Dagster loads: assets and checks made from the catalog of sources, jobs, schedules, sensors.

What must not go in here: what any of them does.
"""

import os
from pathlib import Path

import dagster as dg

from dagster_project.checks import contract_checks, protection
from dagster_project.intake_assets import accepted_assets
from dagster_project.jobs import jobs, schedules
from dagster_project.resources import HomeResource
from dagster_project.screening_assets import screening_assets
from dagster_project.sensors import sensors
from pipelines.home import read_catalog
from pipelines.settings import CONFIG


def build_definitions(home: Path, config: Path | None = None, engine: str = "duckdb") -> dg.Definitions:
    """All definitions for one home, its daily run on `engine`."""
    catalog = read_catalog((config or CONFIG) / "sources")
    named = jobs(list(catalog.names))
    return dg.Definitions(
        assets=[*accepted_assets(catalog), *screening_assets(list(catalog.names))],
        asset_checks=[protection, *(contract_checks(name) for name in catalog.names)],
        jobs=list(named.values()),
        schedules=schedules(named),
        sensors=sensors(named["daily_screening"]),
        resources={"home": HomeResource(root=str(home), config=str(config or ""), engine=engine)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The code location `kizuki dev` serves: the home of $KIZUKI_HOME."""
    config = os.environ.get("KIZUKI_CONFIG")
    home, engine = Path(os.environ.get("KIZUKI_HOME", ".")), os.environ.get("KIZUKI_ENGINE", "duckdb")
    return build_definitions(home, Path(config) if config else None, engine)
