"""docs/cli.md: every command of `kizuki` with its options, read from the commands themselves."""

from typing import Final

import click

HEAD: Final = """# コマンド / Commands

<!-- コマンドの宣言から印刷したページです。直すのは pipelines/cli.py などの宣言のほうです: make docs -->

終了の値: 0 終わった、1 データか関所が断った(1行で、どの関所か、どうすればよいか)、2 使い方がちがう。`--json` は
機械のための形です。`--home` は環境変数 `KIZUKI_HOME` でも渡せます。読む人ごとの手引きは
[はじめのページ](index.md)から選べます。

Exit status: 0 done; 1 the data or a gate said no (one line: which, and what to do); 2 wrong usage.
"""


def cli_page() -> str:
    """The whole page: one heading per command, those of other rooms (entry points) and of groups included."""
    from pipelines.cli import kizuki

    context = click.Context(kizuki, info_name="kizuki")
    return HEAD + "".join(_sections(kizuki, context))


def option_names() -> dict[str, set[str]]:
    """Every command with the options it takes, to hold the pages' examples against."""
    from pipelines.cli import kizuki

    found: dict[str, set[str]] = {}
    _collect(kizuki, click.Context(kizuki, info_name="kizuki"), found)
    return found


def _collect(group: click.Group, context: click.Context, found: dict[str, set[str]]) -> None:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            _collect(command, inner, found)
        else:
            found[inner.command_path] = {option for p in command.get_params(inner) for option in p.opts}


def _sections(group: click.Group, context: click.Context) -> list[str]:
    parts: list[str] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            parts += _sections(command, inner)
        else:
            parts.append(_section(command, inner))
    return parts


def _section(command: click.Command, context: click.Context) -> str:
    usage = " ".join(command.collect_usage_pieces(context))
    lines = ["", f"## `{context.command_path}`", "", f"`{context.command_path} {usage}`", "", _one_line(command), ""]
    rows = [row for parameter in command.get_params(context) if (row := _row(parameter, context)) is not None]
    lines += ["| option | | |", "|---|---|---|", *rows]
    return "\n".join(lines) + "\n"


def _one_line(command: click.Command) -> str:
    return " ".join((command.help or "").split())


def _row(parameter: click.Parameter, context: click.Context) -> str | None:
    if "--help" in parameter.opts:
        return None
    name = ", ".join(parameter.opts) if isinstance(parameter, click.Option) else parameter.make_metavar(context)
    need = "required" if parameter.required else _default(parameter)
    text = (getattr(parameter, "help", None) or "").replace("|", "\\|")
    return f"| {f'`{name}` {_kind(parameter, context)}'.strip()} | {need} | {text} |"


def _kind(parameter: click.Parameter, context: click.Context) -> str:
    if not isinstance(parameter, click.Option) or parameter.is_flag:
        return ""
    if isinstance(parameter.type, click.Choice):
        return " · ".join(str(choice) for choice in parameter.type.choices)
    return parameter.make_metavar(context)


def _default(parameter: click.Parameter) -> str:
    """What stands for the default: its value, or the words the command gives for one that is computed."""
    shown = parameter.show_default if isinstance(parameter, click.Option) else None
    if not shown:
        return ""
    return f"default {shown if isinstance(shown, str) else parameter.default}"
