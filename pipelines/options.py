"""What options of `kizuki` may hold: a day, somebody's name, a file to write. Anything else is wrong usage."""

from datetime import date
from pathlib import Path
from time import strptime
from typing import Any

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


class Somebody(click.ParamType):
    """Who asks or holds a copy; the audit names them, so a blank is nobody."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name without blanks around it, or fail with usage."""
        return str(value).strip() or self.fail("nobody is named", param, ctx)


class NewFile(click.ParamType):
    """A file to write, in a folder that is there."""

    name = "FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path, or fail with usage."""
        path = Path(value)
        return path if path.parent.is_dir() else self.fail(f"there is no folder {path.parent}", param, ctx)
