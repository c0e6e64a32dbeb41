"""What a delivery looks like in counts: rows, empty cells by column, words by coded column. Never a row or a person.

Profiles are what drift is measured by (`drift.py`). Small counts are not kept: a delivery under LEAST_ROWS rows keeps
only its number of rows, and a cell that fewer than SMALL rows share is kept as none, one that all but a few share as
all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb
import pyarrow as pa

from data_contracts.contract import Contract
from data_contracts.judging import Staged, open_staged
from data_contracts.rules import quoted
from data_contracts.versions import joined

LEAST_ROWS = 200
SMALL = 10
MOST_LOOKED_AT = 200_000
"""Rows of a delivery that shares are counted from: of a larger one every second, third … row."""
_SHARED_ROLES = ("frame", "consents", "signal", "outcomes")
"""Of protection and slips only the number of rows is kept: what they say is not for figures."""


@dataclass(frozen=True)
class Profile:
    """One accepted delivery in counts. `looked_at` rows were counted for `empty` and `words` (0: too few rows)."""

    order: int
    folder_day: date
    kind: str
    rows: int
    looked_at: int = 0
    empty: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    """By «column=word»."""
    within: Mapping[str, int] = field(default_factory=dict)
    """Rows by what a full is complete within, where it is not of everything («2025» of bills)."""
    links: Mapping[str, int] = field(default_factory=dict)
    """Accepted rows without a number, by what came of looking for their person (pipelines.gate.LINKS)."""


ZERO = "0…"
"""In the place of a word: numbers that begin with 0. Where their length is not agreed, a number that lost its zeros
looks like any other, and is another customer's or household's.
"""
_ANY_LENGTH = re.compile(r"\[0-9A-Za-z-?\]\{1,\d+\}")


def watched_words(contract: Contract) -> list[tuple[str, str]]:
    """(column, word) of every coded column whose words may be counted, and (column, ZERO) of numbers of any length."""
    hidden = set(contract.uncounted)
    coded = [(c.name, word) for c in contract.columns if c.values and c.type == "text" for word in c.values]
    numbers = [(c.name, ZERO) for c in contract.columns if _ANY_LENGTH.fullmatch(c.pattern or "")]
    return [(name, word) for name, word in [*coded, *numbers] if f"{name}={word}" not in hidden]


def profiles(
    staged: Staged, contract: Contract, rows: Mapping[int, int]
) -> dict[int, tuple[int, dict[str, int], dict[str, int], dict[str, int]]]:
    """Counts by delivery over staged deliveries: (rows looked at, empty cells by column, words by «column=word», all
    rows by the contract's full_scope).

    `rows` gives the number of rows of each delivery; those with too few are left out.
    """
    large = {d: -(-n // MOST_LOOKED_AT) for d, n in rows.items() if n >= LEAST_ROWS}
    if contract.role not in _SHARED_ROLES or not large:
        return {}
    columns, words = [c.name for c in contract.columns], watched_words(contract)
    counted = [f"count(*) FILTER ({quoted(name)} IS NULL)" for name in columns]
    counted += [f"count(*) FILTER ({_says(name, word)})" for name, word in words]
    steps = pa.table({"delivery": pa.array(large, pa.int32()), "every": pa.array(large.values(), pa.int64())})
    with duckdb.connect() as con:
        open_staged(con, staged)
        con.register("steps", steps)
        found = con.sql(
            f"SELECT delivery, count(*), {', '.join(counted)} FROM staged JOIN steps USING (delivery) "
            "WHERE row % steps.every = 0 GROUP BY delivery"
        ).fetchall()
        within = _within(con, contract)
    return {line[0]: (*_kept(line[1], line[2:], columns, words), within.get(line[0], {})) for line in found}


def _within(con: duckdb.DuckDBPyConnection, contract: Contract) -> dict[int, dict[str, int]]:
    if not contract.full_scope:
        return {}
    told: dict[int, dict[str, int]] = {}
    counted = con.sql(
        f"SELECT delivery, {joined(contract.full_scope)}, count(*) FROM staged SEMI JOIN steps USING (delivery) "
        f"GROUP BY ALL HAVING count(*) >= {SMALL} ORDER BY ALL"
    )
    for delivery, scope, rows in counted.fetchall():
        told.setdefault(delivery, {})[scope] = rows
    return told


def _kept(
    n: int, counts: tuple[int, ...], columns: list[str], words: list[tuple[str, str]]
) -> tuple[int, dict[str, int], dict[str, int]]:
    told = [coarse(count, n) for count in counts]
    empty = dict(zip(columns, told[: len(columns)], strict=True))
    said = {f"{name}={word}": k for (name, word), k in zip(words, told[len(columns) :], strict=True)}
    return n, empty, said


def coarse(count: int, n: int) -> int:
    """A count of `n` rows that tells of no few: under SMALL none, all but a few all."""
    return 0 if count < SMALL else n if count > n - SMALL else count


def share_in_words(header: str, word: str) -> str:
    """What a count by «column=word» is of, in Japanese."""
    return f"「{header}」が 0 で始まる" if word == ZERO else f"「{header}」が「{word}」"


def _says(name: str, word: str) -> str:
    return f"starts_with({quoted(name)}, '0')" if word == ZERO else f"{quoted(name)} = {_text(word)}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
