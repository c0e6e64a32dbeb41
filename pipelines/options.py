"""Options of `kizuki`: what they may hold (anything else is wrong usage) and those that commands share."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import strptime
from typing import Any, Final

import click


class Day(click.ParamType):
    """A day as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse or fail with usage."""
        if isinstance(value, date):
            return value
        try:
            return date(*strptime(value, "%Y-%m-%d")[:3])
        except ValueError:
            self.fail(f"{value} is not a day like 2026-04-01", param, ctx)


class Filled(click.ParamType):
    """Words that are more than blanks: who asks or holds a copy (the audit names them), why somebody says no."""

    def __init__(self, name: str, blank: str) -> None:
        """`name`: how the help names the words; `blank`: what is said of a blank."""
        self.name, self.blank = name, blank

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The words without blanks around them, or fail with usage."""
        return str(value).strip() or self.fail(self.blank, param, ctx)


SOMEBODY: Final = Filled("NAME", "nobody is named")
REASONS: Final = Filled("TEXT", "no reason is given")


class NewFile(click.ParamType):
    """A file to write, in a folder that is there."""

    name = "FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, or fail with usage."""
        path = Path(value)
        return path if path.parent.is_dir() else self.fail(f"there is no folder {path.parent}", param, ctx)


def with_home(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that works on a home."""
    return _taking(
        command,
        click.option(
            "--home", "root", type=click.Path(path_type=Path, file_okay=False), required=True, envvar="KIZUKI_HOME"
        ),
        click.option("--config", type=click.Path(path_type=Path, exists=True), help="another config folder"),
        click.option("--json", "as_json", is_flag=True, help="figures for machines"),
    )


def as_reviewer(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a reviewer who signs or refuses a model."""
    return _taking(
        command,
        click.option("--on", "day", type=Day(), help="day of signing; default: the last day that is known"),
        click.option("--key", "key_file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True),
        click.option("--as", "name", type=SOMEBODY, required=True),
        click.option("--model", required=True, help="hash, its first characters, or newest"),
    )


def _taking(
    command: Callable[..., Any], *options: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Callable[..., Any]:
    for option in options:
        command = option(command)
    return command
