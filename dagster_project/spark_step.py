"""One step of the daily run in a process of its own, with a Spark session; started by Dagster Pipes.

In: the home, the step, its arguments and its days, as extras. Back: the last day's figures (counts only), or the one
line of a refusal. The process says nothing else: what Spark writes about a failure may quote a row.
"""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dagster_pipes import PipesContext, open_dagster_pipes

from dagster_project.figures import REFUSED, place, plain
from pipelines import steps
from pipelines.errors import GateClosed, WrongUse
from pipelines.home import open_home


def main() -> None:
    """Run the step that the extras name."""
    _be_silent()
    with open_dagster_pipes() as pipes:
        try:
            figures = _run(pipes.extras)
        except (GateClosed, WrongUse) as refusal:
            pipes.report_custom_message({REFUSED: str(refusal)})
        except OSError:
            raise  # the exit status says so, and Dagster tries again
        except Exception as error:
            pipes.report_custom_message({REFUSED: place(error)})
        else:
            _report(pipes, figures)


def _run(extras: Mapping[str, Any]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    config = Path(extras["config"]) if extras["config"] else None
    for day in extras["days"]:
        home = open_home(Path(extras["root"]), config, "spark")
        figures = getattr(steps, extras["step"])(home, *extras["arguments"], date.fromisoformat(day))
    return figures


def _report(pipes: PipesContext, figures: dict[str, Any]) -> None:
    pipes.report_asset_materialization(metadata=plain(figures) | {"engine": "spark"})


def _be_silent() -> None:
    with Path(os.devnull).open("w") as nothing:
        for stream in (1, 2):
            os.dup2(nothing.fileno(), stream)


if __name__ == "__main__":
    main()
