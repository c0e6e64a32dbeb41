"""The course of one size: a city, its history taken in, everything rebuilt, then days of each sort."""

import json
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.city.plan import LAST_DAY, Plan
from benchmarks.daily.model import carry_over, trained
from benchmarks.daily.process import Usage, kizuki, run
from benchmarks.daily.results import commit
from benchmarks.daily.steps import newest, steps_since
from pipelines.settings import CONFIG

REBUILT = ("people", "hub", "features", "scores", "lists")


def course(
    households: int,
    folder: Path,
    seed: int,
    say: Callable[[str], object],
    keep: Callable[[dict[str, Any]], object],
    begun: dict[str, Any] | None = None,
) -> None:
    """Measure everything at one size; `keep` is handed what is known after each command. Homes are made in `folder`.

    `begun`: what an earlier course handed to `keep`, whose home is still there; its commands are not run again.
    """
    plan = Plan(folder / f"city{households}", households, 60, LAST_DAY, seed)
    city = begun["city"] if begun else _city(plan, say)
    days = city["days"]
    measured: dict[str, Any] = dict(begun["phases"]) if begun else {}

    def phase(name: str, command: str, *options: str) -> None:
        if name in measured:
            return
        before = newest(plan.home)
        usage, _ = kizuki(command, plan.home, *options)
        measured[name] = {"commit": commit()} | _figures(plan.home, before, usage)
        say(f"{households} households · {name}: {usage.seconds:.1f} s, {usage.peak_mb} MB")
        keep({"city": city, "phases": measured})

    phase("intake", "intake", "--to", days["bulk"])
    if "rebuild" not in measured:
        carry_over(trained(folder, plan, days["bulk"]), plan.home, days["bulk"])
    # Another config digest: every step that rests on the config is done again from the accepted history.
    config = _config(folder / f"config{households}")
    first = date.fromisoformat(days["first_daily"])
    named = {
        "rebuild": first,
        "ordinary day": first + timedelta(days=1),
        "after a missed week": first + timedelta(days=9),
        "ordinary Monday": date(2026, 10, 19),
        "quiet day": date.fromisoformat(days["quiet"]),
        "same day again": date.fromisoformat(days["quiet"]),
    }
    for name, day in named.items():
        phase(name, "screen", "--date", str(day), "--config", str(config))
    phase("verify", "verify", "--config", str(config))


def _city(plan: Plan, say: Callable[[str], object]) -> dict[str, Any]:
    """Written by a process of its own, like everything that is measured."""
    for path in (plan.home, plan.home.with_name(f"{plan.home.name}.signers")):
        shutil.rmtree(path, ignore_errors=True)
    options = ("--home", str(plan.home), "--households", str(plan.households), "--seed", str(plan.seed))
    usage, said = run([sys.executable, "-m", "benchmarks.city", *options, "--to", str(plan.last)])
    figures: dict[str, Any] = json.loads(said[said.index("\n{") :])
    say(f"{plan.households} households · city: {usage.seconds:.1f} s, {sum(figures['rows'].values())} rows")
    return figures | {"usage": usage.figures()}


def _config(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(CONFIG, folder)
    with (folder / "municipality.yaml").open("a", encoding="utf-8") as file:
        file.write("# a benchmark's copy\n")
    return folder


def _figures(home: Path, before: int, usage: Usage) -> dict[str, Any]:
    steps = steps_since(home, before, usage.started)
    floors = _floors(home, steps)
    rows = []
    for step in steps:
        lowest = floors[step["step"]]
        seconds = lowest["read"] + lowest["write"]
        kept = {name: value for name, value in step.items() if name not in ("inputs", "outputs")}
        ratio = round(step["seconds"] / seconds, 1) if seconds >= 0.05 else None
        rows.append(kept | {"floor_read": lowest["read"], "floor_write": lowest["write"], "ratio": ratio})
    return usage.figures() | {"steps": rows}


def _floors(home: Path, steps: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """By step name; a step that published twice in one command counts with all it read and wrote."""
    wanted: dict[str, dict[str, set[str]]] = defaultdict(lambda: {"inputs": set(), "outputs": set()})
    for step in steps:
        wanted[step["step"]]["inputs"].update(step["inputs"])
        wanted[step["step"]]["outputs"].update(step["outputs"])
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        plain = {name: {key: sorted(paths) for key, paths in of.items()} for name, of in wanted.items()}
        json.dump(plain, file)
        file.flush()
        _, said = run([sys.executable, "-m", "benchmarks.daily.floor", str(home), file.name])
    floors: dict[str, dict[str, float]] = json.loads(said)
    return floors
