"""`python -m benchmarks.city --home DIR --households N`: settings, key and inbox of a city of that size."""

import json
import time
from datetime import date
from pathlib import Path

import click

from benchmarks.city.deliver import deliver
from benchmarks.city.plan import LAST_DAY, Plan
from pipelines.options import Day


@click.command()
@click.option("--home", type=click.Path(path_type=Path), required=True)
@click.option("--households", type=int, required=True, help="households living in the city on the last day")
@click.option("--months", default=60, show_default=True)
@click.option("--to", "last", type=Day(), default=LAST_DAY, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--threads", default=2, show_default=True)
def main(home: Path, households: int, months: int, last: date, seed: int, threads: int) -> None:
    """Write a city; prints rows and bytes by source, and seconds."""
    start = time.monotonic()
    figures = deliver(Plan(home, households, months, last, seed, threads), click.echo)
    click.echo(json.dumps(figures | {"seconds": round(time.monotonic() - start, 1)}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
