"""Kizuki beside dssg/triage: the same features, dates and model from the same made-up city (docs/benchmarks/triage.md).

    python -m benchmarks.peers.triage --home HOME --triage-python VENV/bin/python --out FILE.json

HOME comes from `python -m benchmarks.city` and `kizuki intake`; nothing in it is changed.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import click
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.daily.process import Usage, run
from benchmarks.daily.results import ROOT, machine
from benchmarks.peers.aggregates import shared
from benchmarks.peers.agreement import OUTCOME, compare, triage_matrices
from benchmarks.peers.experiment import LABEL, MODEL, column_of
from benchmarks.peers.export import as_of_dates, day_of, write
from benchmarks.peers.ratios import ratios
from benchmarks.peers.server import database
from features.definition import Feature
from features.definitions import FEATURES
from features.hub import DayScope
from pipelines.episodes import routine_kinds
from pipelines.home import open_home
from pipelines.persons import People
from pipelines.scope import scope
from pipelines.screening import Hub, last_day

NOT_COMPARED: Final = (
    "joining facts to people and households under permissions: handed to triage ready-made, done by Kizuki in its time",
    "taking deliveries in, loading PostgreSQL, creating triage's schema, starting Python: before the clock",
    "triage's validation of an experiment, individual importances, bias audit, report: not run",
    "Kizuki's own models, explanations, calibration, ethics report, lists: not run; triage has no counterpart of most",
    "features that take more than one SQL aggregate (shares, streaks, breadth), or everyday facts of past months",
    "several splits, several models, several cores of triage's MultiCoreExperiment",
)


@dataclass(frozen=True)
class Prepared:
    """What both are given."""

    features: Mapping[str, Feature]
    as_of: Sequence[date]
    run_day: date
    rows: Mapping[str, int]
    households: int


def prepare(root: Path, folder: Path, months: int) -> Prepared:
    """Export from the home at `root` into `folder`, for `months` monthly dates, the last of which has its outcomes."""
    home = open_home(root)
    people, run_day = People(home), last_day(home)
    as_of = as_of_dates(run_day, months + 1)[:-1]
    days = [day_of(day) for day in as_of]
    features = shared(FEATURES, people.admitted["source"].to_pylist(), routine_kinds(home, run_day))
    scopes = {day: scope(people, day, run_day) for day in days}
    wanted = {day: DayScope(of.permission, of.visible, of.households) for day, of in scopes.items()}
    rows = write(folder, Hub.files(home), wanted, run_day, features)
    (folder / "names.json").write_text(json.dumps(list(features)))
    return Prepared(features, as_of, run_day, rows, scopes[days[-1]].households.num_rows)


def run_triage(python: Path, folder: Path, url: str, postmaster: int | None) -> tuple[Usage, dict[str, Any]]:
    """The experiment, in triage's environment; what the process took and what it says of itself."""
    command = ["env", f"PYTHONPATH={ROOT}", str(python), "-m", "benchmarks.peers.inside_triage", str(folder), url]
    usage, _ = run([*command, *([str(postmaster)] if postmaster else [])])
    return usage, json.loads((folder / "triage.json").read_text())


def run_ours(root: Path, folder: Path, of: Prepared) -> tuple[Usage, dict[str, Any]]:
    """The same by Kizuki, in a process of its own."""
    days = [day_of(day).isoformat() for day in of.as_of]
    command = [sys.executable, "-m", "benchmarks.peers.ours", str(root), str(folder), of.run_day.isoformat(), *days]
    usage, _ = run(["env", f"PYTHONPATH={ROOT}", *command])
    return usage, json.loads((folder / "ours.json").read_text())


def agreement(folder: Path, features: Mapping[str, Feature]) -> dict[str, Any]:
    """Every value of both matrices, and every label, of one beside the other."""
    columns = {name: column_of(feature) for name, feature in features.items()}
    theirs = triage_matrices(folder / "project", columns, pq.read_table(folder / "entities.parquet"), LABEL)
    ours = pa.concat_tables([pq.read_table(folder / f"ours_{name}.parquet") for name in ("train", "test")])
    labels = compare(ours, theirs, [OUTCOME])
    return compare(ours, theirs, list(columns)) | {"labels": labels["values"], "labels_differing": labels["differing"]}


@click.command()
@click.option("--home", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option(
    "--triage-python", type=click.Path(path_type=Path, exists=True), required=True, help="of triage's own venv"
)
@click.option("--database", "url", help="PostgreSQL to work in; default: a throw-away cluster on this machine")
@click.option("--months", type=click.IntRange(min=2), default=6, show_default=True, help="as-of dates; the last tests")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="result file; a size already in it is replaced"
)
@click.option("--note", default="", help="what else the machine was doing")
def main(home: Path, triage_python: Path, url: str | None, months: int, out: Path, note: str) -> None:
    """Measure both, compare every value, write the figures."""
    # A venv's python is a link: followed, it would be the python that the venv was made with.
    python = triage_python.absolute()
    folder = Path(tempfile.mkdtemp(prefix="kizuki-peers-"))
    try:
        given = prepare(home, folder, months)
        click.echo(f"{len(given.features)} features, {given.households} households, rows: {given.rows}")
        load = os.getloadavg()[0]
        with database(url) as (where, postmaster):
            their_usage, theirs = run_triage(python, folder, where, postmaster)
        our_usage, ours = run_ours(home.resolve(), folder, given)
        figures = {
            "data": "架空データ",
            "machine": machine() | {"load_before": round(load, 1), "note": note},
            "households": given.households,
            "as_of_dates": [day.isoformat() for day in given.as_of],
            "model": MODEL,
            "features": list(given.features),
            "rows": given.rows,
            "triage": theirs | {"process": their_usage.figures()},
            "kizuki": ours | {"process": our_usage.figures()},
            "ratios": ratios(theirs["stages"], ours["stages"]),
            "agreement": agreement(folder, given.features),
            "not_compared": NOT_COMPARED,
        }
    finally:
        shutil.rmtree(folder)
    keep(out, f"{given.households} households, {months} dates", figures)
    click.echo(json.dumps({key: figures[key] for key in ("ratios", "agreement")}, ensure_ascii=False))


def keep(out: Path, size: str, figures: dict[str, Any]) -> None:
    """Put a size into a result file."""
    result = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {"sizes": {}}
    result["sizes"][size] = figures
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
