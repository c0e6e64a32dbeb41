"""Six months of arrears of 30,000 Taiwanese card holders through the ordinary commands.

    python -m benchmarks.real.taiwan --data UCI_Credit_Card.csv --home DIR

Writes a new home at DIR (deliveries, settings; a copy of the config beside it), then runs `kizuki intake`, `train
--validation single_cohort`, `verify` and `report`, and prints what they published next to a fit that goes past them.

What stands for what: a card account is insurance contributions, a monthly statement an instalment, a payment code the
arrears (benchmarks.real.taiwan_bills says how). The default of October 2005 is delivered in November as a seizure
(差押日 31 October on the instalment that fell due at the end of September): it stands in for a crisis, as a default is
the end of the same road, decided by the creditor. One month of labels: the config copy has horizon_days 30, lag_days 1.
"""

import json
from pathlib import Path
from typing import Any

import click
import pandas as pd

from benchmarks.real.home import additivity, household_of, published, run, told, write_config
from benchmarks.real.taiwan_bills import resident_ids
from benchmarks.real.taiwan_home import AS_OF, TRAINED_ON, write_home
from benchmarks.real.taiwan_outside import compare

HORIZON = {"horizon_days": 30, "lag_days": 1}


def figures_of(home: Path, model: str, data: pd.DataFrame) -> dict[str, Any]:
    """What the commands published on the model, beside the direct fit; JSON-able."""
    metrics, ethics, validation = published(home, model)
    people = resident_ids(data["ID"].to_numpy())
    keys = household_of(home, people)
    outside = compare(data, [keys[person] for person in people], validation)
    return {
        "n": outside.rows,
        "shipped": metrics["chosen"],
        "auc": {name: ranked["auc"] for name, ranked in metrics["ranking"].items()},
        "auc_against_logistic": metrics["auc_against_logistic"],
        "ceiling_minus_shipped": metrics["price_of_explainable"]["auc"],
        "direct_boosting": outside.direct.as_dict(),
        "shipped_minus_direct": outside.shipped_minus_direct.as_dict(),
        "additivity_max_error": additivity(ethics),
        "precision_at_k": metrics["ranking"][metrics["chosen"]]["precision_at_k"],
    }


def show(figures: dict[str, Any]) -> None:
    """The table that docs/benchmarks/taiwan.md quotes."""
    click.echo(
        f"\nAUC, 5-fold by household, as of {AS_OF}, label {TRAINED_ON:%B} deliveries; shipped: {figures['shipped']}"
    )
    for name, figure in figures["auc"].items():
        click.echo(f"  {name:22s} {told(figure)}")
    click.echo(f"  {'direct, past kizuki':22s} {told(figures['direct_boosting'])}")
    click.echo("AUC minus logistic, paired")
    for name, figure in figures["auc_against_logistic"].items():
        click.echo(f"  {name:22s} {told(figure)}")
    click.echo(f"ceiling minus shipped:  {told(figures['ceiling_minus_shipped'])}")
    click.echo(f"shipped minus direct:   {told(figures['shipped_minus_direct'])}")
    click.echo(f"additivity, worst row:  {figures['additivity_max_error']:.1e}")


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
@click.option(
    "--home", type=click.Path(path_type=Path, exists=False), required=True, help="a folder that does not exist"
)
def main(data: Path, home: Path) -> None:
    """Taiwan's card holders as a city's insurance bills, through the ordinary commands."""
    table = pd.read_csv(data)
    home = home.resolve()
    if home.exists():
        raise click.BadParameter("the home must not exist yet", param_hint="--home")
    rows = write_home(table, home)
    config = write_config(home.parent / f"{home.name}.config", HORIZON, "docs/benchmarks/taiwan.md")
    click.echo(f"delivered: {rows}")
    run("intake", home, config, "--to", TRAINED_ON.isoformat())
    trained = run("train", home, config, "--as-of", TRAINED_ON.isoformat(), "--validation", "single_cohort")
    run("verify", home, config)
    report = run("report", home, config, "--model", trained["model"])
    figures = figures_of(home, trained["model"], table)
    show(figures)
    (home.parent / f"{home.name}.figures.json").write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
    click.echo(f"report: {report['html']}")


if __name__ == "__main__":
    main()
