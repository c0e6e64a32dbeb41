"""`kizuki screen` (the daily job, headless, in process) and `kizuki dev` (the same job's page on 127.0.0.1)."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import click

from pipelines.cli import say
from pipelines.engines import NAMES, Engines
from pipelines.errors import GateClosed
from pipelines.options import Day, with_home
from pipelines.settings import load_settings

INSTANCE = """telemetry: {enabled: false}
nux: {enabled: false}
run_retries: {enabled: true, max_retries: 1, retry_on_asset_or_op_failure: false}
run_monitoring: {enabled: true, start_timeout_seconds: 180}
concurrency:
  pools: {default_limit: 1, granularity: op}
retention: {schedule: {purge_after_days: 90}, sensor: {purge_after_days: {skipped: 7, failure: 30, success: -1}}}
"""


ENGINE = click.option(
    "--engine", type=click.Choice(NAMES), default="duckdb", show_default=True, help="spark: run make engines first"
)


def instance_folder(home: Path) -> Path:
    """Dagster's own records (runs, counts) of a home; made on first use."""
    folder = home.resolve() / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "dagster.yaml"
    if not settings.exists():
        settings.write_text(INSTANCE)
    return folder


@click.command()
@with_home
@click.option("--date", "day", type=Day(), required=True)
@ENGINE
def screen(root: Path, config: Path | None, as_json: bool, day: date, engine: str) -> None:
    """The daily job for one day: intake, hub, features, scores, list. Exit 1 when a gate is closed."""
    from dagster_project.headless import run_day

    Engines(engine, load_settings(root, config)).require()
    say(as_json, **run_day(root.resolve(), config, day, instance_folder(root), engine), engine=engine)


@click.command()
@with_home
@ENGINE
@click.option("--port", default=3000, show_default=True)
def dev(root: Path, config: Path | None, as_json: bool, engine: str, port: int) -> None:
    """Dagster's page for this home on 127.0.0.1, with the daemon for schedules and sensors."""
    if not (root / "settings.yaml").exists():
        raise GateClosed("home", f"{root} is not a home", "give --home the folder with settings.yaml")
    Engines(engine, load_settings(root, config)).require()
    environment = os.environ | {
        "DAGSTER_HOME": str(instance_folder(root)),
        "KIZUKI_HOME": str(root.resolve()),
        "KIZUKI_CONFIG": str(config.resolve()) if config else "",
        "KIZUKI_ENGINE": engine,
    }
    say(as_json, page=f"http://127.0.0.1:{port}")
    dagster = Path(sys.executable).with_name("dagster")
    command = [str(dagster), "dev", "-m", "dagster_project.definitions", "-h", "127.0.0.1", "-p", str(port)]
    sys.exit(subprocess.call(command, env=environment))
