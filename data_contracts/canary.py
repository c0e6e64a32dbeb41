"""A canary set per source, made from its declaration: every row breaks a rule, every rule is broken by a row.

The files are kept under tests/canaries/<source>/ so that people can read them; a test makes them again and compares.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from data_contracts.contract import Column, Contract, Rule
from data_contracts.profile import Source
from data_contracts.rules import KEY_CONFLICT, row_rules

Row = dict[str, str]
_NO_VALUE = {"int": "いくつか", "date": "2026-02-30", "flag": "はい"}
# Something that no sensible key or code pattern allows; the second fits a pattern that would allow the first.
_SHAPELESS = ("?!", "〓")


@dataclass(frozen=True)
class CanaryRow:
    """One row of a canary file and the rule it was made to break."""

    rule: str
    cells: Row


def clean_rows(contract: Contract) -> list[Row]:
    """The examples of the contract put side by side: rows that break nothing."""
    length = max(len(column.examples) for column in contract.columns)
    return [{c.name: c.examples[n % len(c.examples)] for c in contract.columns} for n in range(length)]


def canary_rows(contract: Contract) -> list[CanaryRow]:
    """A row per row rule that breaks it, each with a key of its own, then a pair for key.conflict."""
    made: list[CanaryRow] = []
    for nth, rule in enumerate(row_rules(contract)):
        row = _numbered(contract, dict(clean_rows(contract)[0]), nth + 1, spare=_touched(rule))
        made.append(CanaryRow(rule.id, row | _breaking_cells(contract, rule)))
    first = _numbered(contract, dict(clean_rows(contract)[0]), len(made) + 1, spare=())
    return [*made, CanaryRow(KEY_CONFLICT, first), CanaryRow(KEY_CONFLICT, first | _other_content(contract))]


def csv_bytes(contract: Contract, rows: list[Row], *, columns: list[str] | None = None) -> bytes:
    """A delivery in the default profile: header row in the office's words, UTF-8, LF."""
    names = columns or list(contract.names)
    headers = {c.name: c.header for c in contract.columns}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([headers.get(name, name) for name in names])
    writer.writerows([[row.get(name, "") for name in names] for row in rows])
    return out.getvalue().encode()


def canary_files(source: Source) -> dict[str, bytes]:
    """File name → bytes: clean.csv, rows.csv, and one file for each file rule that a file alone can break."""
    contract = source.contract
    clean = clean_rows(contract)
    required = [c.name for c in contract.columns if c.required]
    files = {
        "clean.csv": csv_bytes(contract, clean),
        "rows.csv": csv_bytes(contract, [row.cells for row in canary_rows(contract)]),
        "file_missing_column.csv": csv_bytes(contract, clean, columns=[n for n in contract.names if n != required[-1]]),
        "file_extra_column.csv": csv_bytes(
            contract, [row | {"自由記述": "ことば"} for row in clean], columns=[*contract.names, "自由記述"]
        ),
    }
    if contract.minimum_rows:
        files["file_empty.csv"] = csv_bytes(contract, [])
    for rule in contract.file_rules:
        if rule.check == "latest_flag":
            wrong = [row | {rule.limit("flag"): "0"} for row in clean]
            files["file_latest_flag.csv"] = csv_bytes(contract, wrong)
        if rule.check == "fallen":
            files["file_fallen.csv"] = csv_bytes(contract, clean[-1:])
    return files


def _touched(rule: Rule) -> tuple[str, ...]:
    return tuple(name for name, _ in rule.example) or (rule.id.split(".")[0],)


def _breaking_cells(contract: Contract, rule: Rule) -> Row:
    if rule.example:
        return dict(rule.example)
    name, _, what = rule.id.partition(".")
    if name not in contract.names:
        raise ValueError(f"{contract.name}: rule {rule.id} has no example → add customProperties example")
    return {name: _breaking_cell(contract.column(name), what)}


def _breaking_cell(column: Column, what: str) -> str:
    match what:
        case "required":
            return ""
        case "type":
            return _NO_VALUE[column.type]
        case "pattern":
            return next(text for text in _SHAPELESS if not re.fullmatch(column.pattern or "", text))
        case "values":
            return "〓未定の語〓"
        case "minimum":
            return str((column.minimum or 0) - 1)
        case "maximum":
            return str((column.maximum or 0) + 1)
        case "length":
            return "あ" * ((column.max_length or 0) + 1)
    raise ValueError(f"no canary for {column.name}.{what}")


def _numbered(contract: Contract, row: Row, number: int, *, spare: tuple[str, ...]) -> Row:
    """Give the row a key of its own by counting one key column up, not one that the rule is about."""
    for name in reversed(contract.key):
        column = contract.column(name)
        if name in spare or column.values or column.type not in ("text", "int"):
            continue
        old = row[name]
        counted = str(int(old) + number) if column.type == "int" else _counted(old, number)
        if _still_fits(column, counted):
            return row | {name: counted}
    return row


def _counted(old: str, number: int) -> str:
    """The digits at the end counted up, their number kept: M001 → M012."""
    found = re.search(r"\d+$", old)
    if found is None:
        return f"{old}{number}"
    width = len(found.group())
    return old[: found.start()] + str(int(found.group()) + number).zfill(width)


def _still_fits(column: Column, text: str) -> bool:
    if column.type == "int":
        top = column.maximum
        return top is None or int(text) <= top
    return not column.pattern or re.fullmatch(column.pattern, text) is not None


def _other_content(contract: Contract) -> Row:
    """A cell outside the key changed to another valid value (for the second row of a key conflict)."""
    for column in contract.columns:
        if column.key_position is not None:
            continue
        others = [e for e in (*column.examples, *column.values) if e != column.examples[0]]
        if others:
            return {column.name: others[0]}
    raise ValueError(f"{contract.name}: no column outside the key has two examples → add examples")
