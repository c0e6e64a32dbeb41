"""A day's run in this process, step by step as Dagster's assets call them, without Dagster."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines import steps
from pipelines.home import Home, open_home
from pipelines.intake import sources_in_order


def day_steps(home: Home, day: date) -> list[tuple[str, Callable[[Home], Any]]]:
    """The steps of the daily run in order."""
    taken: list[tuple[str, Callable[[Home], Any]]] = [
        (f"take in {name}", lambda opened, name=name: steps.take_in(opened, name, day))  # type: ignore[misc]
        for name in sources_in_order(home)
    ]
    return [
        *taken,
        ("hub", lambda opened: steps.hub(opened, day)),
        ("features", lambda opened: steps.features(opened, day)),
        ("scores", lambda opened: steps.scores(opened, day)),
        ("lists", lambda opened: steps.lists(opened, day)),
    ]


def run_day(root: Path, day: date, config: Path | None = None) -> dict[str, Any]:
    """The whole run of a day; each step opens the home afresh. Returns the last step's figures."""
    figures: dict[str, Any] = {}
    for _name, step in day_steps(open_home(root, config), day):
        figures = step(open_home(root, config))
    return figures


def days(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
