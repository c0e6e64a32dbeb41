"""The `kizuki` command: options, exit status and output (DESIGN §5 «Commands»). Each body calls one step.

Exit status: 0 done; 1 the data or a gate said no, in one line; 2 wrong usage. Rooms that pipelines may not import
(Dagster, the simulated city) hand in their commands as entry points of the group `kizuki.commands`.
"""

import getpass
import json
import os
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")

from pipelines.errors import GateClosed, WrongUse
from pipelines.options import REASONS, SOMEBODY, Day, NewFile, as_reviewer, with_home


class Commands(click.Group):
    """The group; commands of other rooms are loaded only when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Own commands and handed-in ones."""
        return sorted([*super().list_commands(ctx), *(entry.name for entry in entry_points(group="kizuki.commands"))])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """An own command, or the one handed in under this name."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        found = [entry for entry in entry_points(group="kizuki.commands") if entry.name == cmd_name]
        return found[0].load() if found else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def kizuki() -> None:
    """気づき: notices households in hardship early; people decide."""


def say(as_json: bool, **figures: Any) -> None:
    """Print figures: a line each, or one JSON object."""
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, sort_keys=True, default=str))
    else:
        for name, value in figures.items():
            click.echo(f"{name.replace('_', ' ')}: {_in_words(value)}")


def tell(as_json: bool, figures: dict[str, Any], module: str, words: str) -> None:
    """Print figures in the words that a function of a module has for them, or as one JSON object."""
    if as_json:
        say(as_json, **figures)
    else:
        click.echo(getattr(import_module(module), words)(figures))


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_in_words(inner)}" for name, inner in value.items() if inner) or "none"
    if isinstance(value, list):
        return "; ".join(map(_in_words, value)) or "none"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value) or "none"


def step(name: str) -> Callable[..., dict[str, Any]]:
    """A step by name; its libraries are loaded only when it runs, so that other commands start at once."""
    return getattr(import_module("pipelines.steps"), name)


def home_at(root: Path, config: Path | None) -> Any:
    """Open the home of a command."""
    return import_module("pipelines.home").open_home(root, config)


@kizuki.command()
@with_home
@click.option("--to", type=Day(), required=True)
def intake(root: Path, config: Path | None, as_json: bool, to: date) -> None:
    """Take in everything delivered up to a day, in bulk; the same ledger as day by day."""
    say(as_json, **step("intake")(home_at(root, config), to))


@kizuki.command()
@with_home
@click.option("--as-of", "as_of", type=Day(), required=True)
@click.option(
    "--validation",
    type=click.Choice(["temporal", "single_cohort", "yearly"]),
    default="temporal",
    show_default=True,
    help="only temporal can be signed for lists",
)
def train(root: Path, config: Path | None, as_json: bool, as_of: date, validation: str) -> None:
    """Train the candidates, validate, write the ethics report; waits for two signatures. Prints the model hash."""
    say(as_json, **step("train")(home_at(root, config), as_of, validation))


@kizuki.command()
@with_home
@as_reviewer
def sign(
    root: Path, config: Path | None, as_json: bool, model: str, name: str, key_file: Path, day: date | None
) -> None:
    """Sign a model, its data and its report (demonstrations and automation; people sign in the review app)."""
    say(as_json, **step("sign")(home_at(root, config), model, name, key_file, day))


@kizuki.command()
@with_home
@as_reviewer
@click.option("--because", type=REASONS, required=True, help="reasons for analyst and reviewers; no person in them")
def refuse(
    root: Path,
    config: Path | None,
    as_json: bool,
    model: str,
    name: str,
    key_file: Path,
    day: date | None,
    because: str,
) -> None:
    """Refuse a model with reasons: no list is made with it until the same person signs it on a later day."""
    say(as_json, **step("sign")(home_at(root, config), model, name, key_file, day, because))


@kizuki.command()
@with_home
@click.option("--from", "first", type=Day(), required=True)
@click.option("--to", "last", type=Day(), required=True)
def backtest(root: Path, config: Path | None, as_json: bool, first: date, last: date) -> None:
    """Recompute past days with the signed model, as known then and as permitted now."""
    say(as_json, **step("backtest")(home_at(root, config), first, last))


@kizuki.command()
@with_home
@click.option("--model", help="hash, or its first characters; default: the newest")
@click.option("--features", "all_features", is_flag=True, help="write the page of all features and print where it is")
@click.option("--date", "day", type=Day(), help="with --features; default: the newest day with features")
def report(
    root: Path, config: Path | None, as_json: bool, model: str | None, all_features: bool, day: date | None
) -> None:
    """Print where a model's ethics report and the page on deliveries are; or write the page of all features."""
    if (day and not all_features) or (model and all_features):
        message = "--date goes with --features, --model without it"
        raise WrongUse(message)
    home = home_at(root, config)
    say(as_json, **(step("feature_page")(home, day) if all_features else step("report")(home, model)))


@kizuki.command()
@with_home
@click.option("--date", "day", type=Day(), help="a day of lists or back-tests; default: the newest day with scores")
@click.argument("household_key")
def explain(root: Path, config: Path | None, as_json: bool, day: date | None, household_key: str) -> None:
    """Base + contributions = margin of one household, with dated facts in words."""
    tell(as_json, step("explain")(home_at(root, config), household_key, day), "pipelines.explaining", "in_words")


@kizuki.command("explain-feature")
@click.argument("name")
@click.option("--date", "day", type=Day(), default="2026-04-01", show_default=True, help="as-of date of the example")
@click.option("--lang", "language", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
def explain_feature(name: str, day: date, language: str) -> None:
    """Definition, window bounds, a worked example and the SQL of one feature; needs no home."""
    room = import_module("features.explained")
    first = import_module("features.example").FIRST_DAY
    if day < first:
        message = f"--date {day}: examples begin on {first}"
        raise WrongUse(message)
    try:
        click.echo(room.explained(name, day, language), nl=False)
    except room.UnknownFeature as error:
        near = f"; near it: {', '.join(error.near)}" if error.near else ""
        message = f"there is no feature {name}{near} (all of them: docs/features.md)"
        raise WrongUse(message) from None


@kizuki.command("print")
@with_home
@click.option(
    "--list", "list_name", required=True, type=Day(), help="the Monday of the list, or the day of an urgent sheet"
)
@click.option("--team", help="the team, or first: the first one; with --sheet desk the desk; not for the 主任's slips")
@click.option("--as", "holder", type=SOMEBODY, required=True)
@click.option(
    "--sheet",
    type=click.Choice(["week", "urgent", "slips", "desk"]),
    help="default: on a Monday the week's list, on another day the urgent sheet",
)
def print_list(
    root: Path, config: Path | None, as_json: bool, list_name: date, team: str | None, holder: str, sheet: str | None
) -> None:
    """Make a numbered Excel and PDF copy with names and addresses for a named holder."""
    wanted = sheet or ("urgent" if list_name.weekday() else "week")
    if (team is None) != (wanted == "slips"):
        message = "--team goes with every sheet but slips: these are the 主任's, of all teams"
        raise WrongUse(message)
    say(as_json, **step("print_copy")(home_at(root, config), list_name, team, holder, wanted))


@kizuki.command()
@with_home
@click.option("--resident", required=True)
@click.option(
    "--as", "holder", type=SOMEBODY, default=getpass.getuser, show_default="this user", help="who asks; audited"
)
def key(root: Path, config: Path | None, as_json: bool, resident: str, holder: str) -> None:
    """Print the key of a resident's household, for an authorised person."""
    say(as_json, **step("key")(home_at(root, config), resident, holder))


@kizuki.command()
@with_home
@click.argument("source")
@click.option("--out", type=NewFile(), help="default: request_SOURCE.csv")
def request(root: Path, config: Path | None, as_json: bool, source: str, out: Path | None) -> None:
    """Write the list of persons with a basis today, for the office that filters before it sends."""
    say(as_json, **step("request")(home_at(root, config), source, out or Path(f"request_{source}.csv")))


@kizuki.group()
def contract() -> None:
    """What a delivering office runs in its own room; needs no home."""


@contract.command("check")
@click.argument("source")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--config", type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True)
def contract_check(source: str, file: Path, config: Path | None, as_json: bool) -> None:
    """Check a file against its contract before it is sent; nothing is kept. Exit 1 when it would be refused whole."""
    figures = step("contract_check")(source, file, config)
    tell(as_json, figures, "reports.office_text", "check_text")
    if figures["verdict"] == "refused":
        raise GateClosed("取り決め (contract)", "ファイルの全部を受け入れられません", "上の「直し方」を見てください")


@contract.command("filter")
@click.argument("source")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--request", "request_file", type=click.Path(path_type=Path, dir_okay=False), help="default: request_SOURCE.csv"
)
@click.option(
    "--out",
    type=NewFile(),
    help="default: FILE with _filtered in its name; the name says full or delta",
)
@click.option("--config", type=click.Path(path_type=Path, exists=True))
@click.option("--json", "as_json", is_flag=True)
def contract_filter(
    source: str, file: Path, request_file: Path | None, out: Path | None, config: Path | None, as_json: bool
) -> None:
    """Keep only the rows of listed persons, in the office's own room."""
    wanted = request_file or Path(f"request_{source}.csv")
    kept = out or file.with_name(f"{file.stem}_filtered{file.suffix}")
    tell(as_json, step("contract_filter")(source, file, wanted, kept, config), "reports.office_text", "filter_text")


@kizuki.command()
@with_home
def verify(root: Path, config: Path | None, as_json: bool) -> None:
    """Re-check every manifest, chain and promise that can be re-checked."""
    say(as_json, **step("verify")(home_at(root, config)))


def main() -> None:
    """Entry point: run, and turn refusals into one line and an exit status."""
    try:
        kizuki(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except WrongUse as error:
        click.echo(f"kizuki: {error}", err=True)
        sys.exit(2)
    except GateClosed as error:
        click.echo(f"kizuki: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        what = os.strerror(error.errno) if error.errno else type(error).__name__
        click.echo(f"kizuki: disk: {what} → see to the disk of the home, then run the same command again", err=True)
        sys.exit(1)
