"""Eleven years of a city's tax-sale lists through the ordinary commands.

    python -m benchmarks.real.baltimore --data baltimore_tax_sale_2006_2016.csv.gz --home DIR [--question B]

Writes a new home at DIR (deliveries, settings; a copy of the config beside it), then runs `kizuki intake`, `train
--validation yearly`, `verify` and `report`, and prints what they published, each test year by itself, with the lines
that only the raw file can draw. Question A: who is sold; B (no crisis): who left and is on the next list again.

What stands for what: benchmarks.real.baltimore_bills and docs/benchmarks/baltimore.md. A sale stands in for a seizure.
"""

import json
from pathlib import Path
from typing import Any

import click
import pandas as pd

from benchmarks.real.baltimore_bills import COLUMNS, Listings
from benchmarks.real.baltimore_home import write_home
from benchmarks.real.baltimore_lines import Rows, first_listed, prior_listings, with_late
from benchmarks.real.home import additivity, published, run, told, write_config

PAGE = "docs/benchmarks/baltimore.md"
TRAINED_ON = "2016-06-30"
# A: the auction comes 66 days after the as-of date; the last outcomes of a year are posted in June.
A = {"target": "tax_seized", "horizon_days": 66, "lag_days": 46, "yearly_on": "03-10",
     "rules": ["tax_largest_overdue_yen"]}  # fmt: skip
# B: the next list is 245 days after 1 July; the horizon ends before the cohort of the next year is known.
B = {"target": "tax_seized", "horizon_days": 360, "lag_days": 0, "yearly_on": "07-01",
     "rules": ["tax_seized_1825d"]}  # fmt: skip
# The stamps are those of batches, not of single acts.
BATCH = {"sources/tax_bills/episodes.yaml": ("else 'day' end", "else 'batch' end")}
BAR_AUC = 0.775
SIZE = "500"
RULE = "rule:tax_largest_overdue_yen"


def read(data: Path) -> Listings:
    """The published file."""
    return Listings.of(pd.read_csv(data, dtype=str, usecols=list(COLUMNS)))


def figures_of(home: Path, model: str, listings: Listings, *, again: bool) -> dict[str, Any]:
    """What the commands published on the model, and the lines drawn from its validation rows; JSON-able."""
    metrics, ethics, validation = published(home, model)
    years = metrics["by_date"]
    found = {
        "model": model,
        "shipped": metrics["chosen"],
        "choice": metrics["choice"],
        "years": years,
        "additivity_max_error": additivity(ethics),
    }
    rows = Rows(home, validation, listings)
    if again:
        return found | {"lines": {"minus number of prior listings": prior_listings(rows)}}
    met_bar = {day: met(year, metrics["chosen"]) for day, year in years.items()}
    lines = {"first listed": first_listed(rows), "late counted as sold": with_late(rows)}
    return found | {"met": met_bar, "lines": lines}


def met(year: dict[str, Any], shipped: str) -> dict[str, bool]:
    """The bar of the data's README for one year."""
    gain = year["gain_of_chosen_over"][RULE]["hits_at"][SIZE]
    return {"auc": year["policies"][shipped]["auc"]["value"] >= BAR_AUC, "precision": gain["low"] > 0}


def show(figures: dict[str, Any]) -> None:
    """The tables that docs/evidence.md quotes."""
    click.echo(f"\nshipped: {figures['shipped']} ({figures['model'][:12]}): {figures['choice']['reason']}")
    for day, year in figures["years"].items():
        click.echo(f"{day}: base rate {told(year['base_rate'])}; bar: {figures.get('met', {}).get(day, 'none')}")
        for name, found in year["policies"].items():
            sizes = " ".join(f"{size}: {figure['value']:.3f}" for size, figure in found["precision_at"].items())
            click.echo(f"  {name:32s} AUC {told(found['auc'])}  precision {sizes}")
        for name, gain in year["gain_of_chosen_over"].items():
            if name.startswith("rule:") or name in ("ceiling", "logistic", "boosting"):
                click.echo(f"  minus {name:26s} AUC {told(gain['auc'])}")
                for size, figure in gain["hits_at"].items():
                    click.echo(f"    precision at {size:5s} {told(figure)}")
        for line, of_day in figures["lines"].items():
            for what, figure in of_day[day].items():
                click.echo(f"  {line}, {what}: {told(figure)}")
    click.echo(f"additivity, worst row: {figures['additivity_max_error']:.1e}")


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
@click.option(
    "--home", type=click.Path(path_type=Path, exists=False), required=True, help="a folder that does not exist"
)
@click.option("--question", type=click.Choice(["A", "B"]), default="A", help="A: sold; B: listed again after leaving")
@click.option(
    "--late-as-sold", is_flag=True, help="sensitivity: leaving after the sale counts as sold, in learning too"
)
def main(data: Path, home: Path, question: str, late_as_sold: bool) -> None:
    """Baltimore's tax-sale lists as a city's tax bills, through the ordinary commands."""
    home = home.resolve()
    if home.exists():
        raise click.BadParameter("the home must not exist yet", param_hint="--home")
    listings, again = read(data), question == "B"
    if late_as_sold:
        listings = listings.with_late_as_sold()
    click.echo(f"delivered: {write_home(listings, home, again=again)}")
    config = write_config(home.parent / f"{home.name}.config", B if again else A, PAGE, BATCH)
    run("intake", home, config, "--to", TRAINED_ON)
    trained = run("train", home, config, "--as-of", TRAINED_ON, "--validation", "yearly")
    run("verify", home, config)
    report = run("report", home, config, "--model", trained["model"])
    figures = figures_of(home, trained["model"], listings, again=again)
    show(figures)
    (home.parent / f"{home.name}.figures.json").write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
    click.echo(f"report: {report['html']}")


if __name__ == "__main__":
    main()
