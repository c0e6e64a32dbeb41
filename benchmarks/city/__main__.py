"""`python -m benchmarks.city --home DIR --households N`: settings, key and inbox of a city of that size."""

import json
import time
from datetime import datetime
from pathlib import Path

import click

from benchmarks.city.deliver import deliver
from benchmarks.city.plan import LAST_DAY, Plan


@click.command()
@click.option("--home", type=click.Path(path_type=Path), required=True)
@click.option("--households", type=int, required=True, help="households living in the city on the last day")
@click.option("--months", default=60, show_default=True)
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), default=str(LAST_DAY), show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--threads", default=2, show_default=True)
def main(home: Path, households: int, months: int, last: datetime, seed: int, threads: int) -> None:
    """Write a city; prints rows and bytes by source, and seconds."""
    start = time.monotonic()
    figures = deliver(Plan(home, households, months, last.date(), seed, threads), click.echo)
    click.echo(json.dumps(figures | {"seconds": round(time.monotonic() - start, 1)}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
