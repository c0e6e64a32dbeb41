"""`kizuki simulate`."""

import datetime as dt
from functools import partial
from pathlib import Path

import click

from simulation.city import NoWorkingDay, Plan, build
from simulation.rates import Rates

day_option = partial(click.option, type=click.DateTime(formats=["%Y-%m-%d"]), metavar="YYYY-MM-DD", required=True)


@click.command()
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), required=True, help="The home to fill.")
@click.option("--households", type=click.IntRange(min=50), required=True, help="How many households.")
@day_option("--from", "first", help="First day of deliveries.")
@day_option("--to", "last", help="Last day of deliveries.")
@click.option("--seed", type=click.IntRange(min=0), required=True, help="Same arguments, same bytes.")
@click.option(
    "--truth", type=click.Path(path_type=Path, file_okay=False), help="Where the truth goes (never in the home)."
)
@click.option("--visit-effect", type=click.FloatRange(0, 1), default=0.0, show_default=True,
              help="Share of crises that a visit within 180 days before would avert (truth only).")  # fmt: skip
@click.option("--visit-applications", type=click.FloatRange(0, 1), default=0.0, show_default=True,
              help="Growth of applications that visits would bring about (truth only).")  # fmt: skip
def simulate(
    home: Path,
    households: int,
    first: dt.datetime,
    last: dt.datetime,
    seed: int,
    truth: Path | None,
    visit_effect: float,
    visit_applications: float,
) -> None:
    """Write the deliveries of a made-up city into a new home (架空データ)."""
    if last <= first:
        raise click.UsageError("--to must be later than --from")
    if truth is not None and truth.resolve().is_relative_to(home.resolve()):
        raise click.UsageError("--truth must lie outside --home")
    if (home / "inbox").exists():
        raise click.UsageError("the home already has an inbox; take a new --home")
    plan = Plan(home, households, first.date(), last.date(), seed, truth, (visit_effect, visit_applications), Rates())
    try:
        build(plan, lambda text: click.echo(text, err=True))
    except NoWorkingDay as error:
        raise click.UsageError("no working day between --from and --to") from error
    click.echo(f"架空市 {households} 世帯: {home}/inbox (架空データ)")
