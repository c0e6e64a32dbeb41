"""Made-up accepted logs of any declared source: natural keys with one to four versions, columns of any content."""

import random
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from data_contracts.contract import Column
from data_contracts.profile import Source
from data_contracts.values import ARROW_TYPES

FIRST = date(2025, 10, 1)
Row = dict[str, Any]


def made_log(source: Source, seed: int, keys: int = 300) -> pa.Table:
    """Versions as `data_contracts.shapes.episodes` reads them: typed columns, a person or a dwelling, when believed."""
    dice = random.Random(f"{source.name} {seed}")
    columns = source.contract.columns
    of_dwelling = source.contract.subject.get("entity") == "dwelling"
    rows: list[Row] = []
    met: set[tuple[Any, ...]] = set()
    for number in range(keys):
        group = number // 6 if len(source.contract.key) > 1 else number
        key = {c.name: _key(c, dice, group) for c in columns if c.name in source.contract.key}
        if tuple(key.values()) in met:
            continue
        met.add(tuple(key.values()))
        # Some groups (a meter, a tenancy) have many rows of one owner; now and then a row names another.
        owner = f"o{number // 6 if dice.random() < 0.95 else dice.randrange(keys)}"
        whose = {"person_key": None if of_dwelling else owner, "dwelling_key": owner if of_dwelling else None}
        for since, until in _spans(dice):
            said = {c.name: _value(c, dice) for c in columns if c.name not in source.contract.key}
            rows.append({**key, **said, **whose, "known_from": since, "known_until": until})
    dice.shuffle(rows)
    typed = [(column.name, ARROW_TYPES[column.type]) for column in columns]
    more = [("person_key", pa.string()), ("dwelling_key", pa.string())]
    known = [("known_from", pa.date32()), ("known_until", pa.date32())]
    return pa.Table.from_pylist(rows, pa.schema([*typed, *more, *known]))


def _spans(dice: random.Random) -> list[tuple[date, date | None]]:
    """Stretches of belief that follow one another, now and then with a gap; the last may be open."""
    day, spans = FIRST + timedelta(days=dice.randrange(60)), []
    for _ in range(dice.randint(1, 4)):
        until = day + timedelta(days=dice.randint(1, 40))
        spans.append((day, until))
        day = until if dice.random() < 0.8 else until + timedelta(days=7)
    return [*spans[:-1], (spans[-1][0], None)] if dice.random() < 0.7 else spans


def _key(column: Column, dice: random.Random, group: int) -> Any:
    """Few values per key column, so that groups of several rows arise."""
    if column.values:
        return dice.choice(column.values)
    if column.type == "int":
        return dice.randrange(2020, 2026)
    if column.type == "date":
        month = date(2025, 8 + dice.randrange(5), 1)
        return month if column.name == "month" else month + timedelta(days=dice.randrange(28))
    return f"{group:06d}"


def _value(column: Column, dice: random.Random) -> Any:
    if dice.random() < 0.3:
        return None
    if column.type == "flag":
        return dice.random() < 0.5
    if column.type == "int":
        return dice.choice([0, 0, 1, 2, 500, 1000])
    if column.type == "date":
        return FIRST + timedelta(days=dice.randrange(-60, 150))
    if column.type == "list":
        return list(column.values[:2])
    return dice.choice(column.values) if column.values else column.examples[0]
