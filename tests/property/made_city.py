"""Made-up cities of many households in one set of tables, whose days lie on and beside every bound of a feature."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from features import inputs
from features.compiler import feature_table
from features.definition import Feature
from features.definitions import FEATURES
from features.kinds import kinds, source_names
from features.measures import OpenQuantity

DAY = date(2026, 4, 1)
SOURCES = tuple(source_names())
SCHEMAS = {
    "episodes": inputs.EPISODES,
    "membership": inputs.MEMBERSHIP,
    "residence": inputs.RESIDENCE,
    "permission": inputs.PERMISSION,
    "visible": inputs.VISIBLE,
}
# What each feature reads: a household's facts are drawn from those of a few, so that what only counts together meets.
READ = [sorted({kind for part in f.measure.parts() for kind in part.kinds}) for f in FEATURES.values()]
THEMES = 5
Row = dict[str, Any]

# A measure that no declared feature uses yet is held to its double all the same.
WITH_QUANTITY = {
    **FEATURES,
    "tax_overdue_yen": Feature(
        name="tax_overdue_yen",
        domain="家計・税",
        sources=("tax",),
        measure=OpenQuantity(("tax_overdue",), min_days_open=31),
        unit="円",
        direction=1,
        bins=(0.5,),
        title_ja="額",
        wording_ja="額",
        paper="ご案内",
        wording_en="yen",
        offer=("納付相談",),
    ),
}


@dataclass(frozen=True)
class City:
    """The five tables a day's features are made of, and the households wanted."""

    episodes: pa.Table
    membership: pa.Table
    residence: pa.Table
    permission: pa.Table
    visible: pa.Table
    households: pa.Table

    def arguments(self) -> tuple[Any, ...]:
        return (
            self.episodes,
            self.membership,
            self.residence,
            self.permission,
            self.visible,
            self.households,
            DAY,
        )

    def features(self) -> pa.Table:
        return feature_table(*self.arguments(), features=WITH_QUANTITY)


def _near(*bounds: int) -> list[int]:
    return sorted({days + beside for days in bounds for beside in (-1, 0, 1)})


BEGAN = _near(-2000, -1825, -730, -454, -365, -330, -180, -90, -31, -7, 0)
HOUSEHOLDS = 300
LENGTHS = [None, None, None, 0, 1, 7, 8, 30, 90, 400]
KNOWN = [-900, -400, -100, -30, -30, -1, 0, 1, 30]
UNTIL = [None, None, None, None, -1, 0, 1, 20]
COVERS = [None, None, -366, -365, -90, -8, 0, 5]
FROM = [-900, -365, -90, -8, -1, 0, 1]


def _day(offset: int | None) -> date | None:
    return None if offset is None else DAY + timedelta(days=offset)


def _known(dice: random.Random) -> Row:
    return {"known_from": _day(dice.choice(KNOWN)), "known_until": _day(dice.choice(UNTIL))}


def _stay(dice: random.Random, plain: bool = False) -> Row:
    if plain:
        return {"from": _day(-900), "until": None, "known_from": _day(-900), "known_until": None}
    return {"from": _day(dice.choice(FROM)), "until": _day(dice.choice(UNTIL)), **_known(dice)}


def _fact(dice: random.Random, owners: Sequence[Row], pool: Sequence[str]) -> Row:
    kind = dice.choice(pool)
    dwelling = kinds()[kind].source == "water"
    owner = dice.choice([owner for owner in owners if (owner["person_key"] is None) == dwelling] or owners)
    began, length = dice.choice(BEGAN), dice.choice(LENGTHS)
    return {
        "source": kinds()[kind].source if dice.random() < 0.85 else dice.choice(SOURCES),
        "kind": kind,
        "began_on": _day(began),
        "ended_on": None if length is None else _day(began + length),
        "quantity": dice.choice([None, 0, 1, 30_000, 9_999_999_999]),
        "date_precision": dice.choice(["day", "day", "batch", "unknown"]),
        **owner,
        **_known(dice),
    }


def _household(dice: random.Random, number: int) -> dict[str, list[Row]]:
    """One household with its members, dwelling, permissions and facts; every fifth shares a neighbour's dwelling.

    Two in five are plain: they stay, permit and show everything, so that most of their facts count.
    """
    rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    key, dwelling = f"h-{number}", f"d-{number - 1 if number % 5 == 4 else number}"
    plain = dice.random() < 0.4
    owners: list[Row] = [{"person_key": None, "dwelling_key": dwelling}]
    rows["residence"] = [{"dwelling_key": dwelling, "household_key": key, **_stay(dice, plain)}]
    for member in range(dice.randint(0, 3)):
        person = f"p{member}-{number}"
        owners.append({"person_key": person, "dwelling_key": None})
        stay = {"person_key": person, "household_key": key, **_stay(dice, plain)}
        rows["membership"] += [stay] * dice.choice([1, 1, 2])
        rows["permission"] += [
            {"person_key": person, "source": source, "covers_from": None if plain else _day(dice.choice(COVERS))}
            for source in _some(dice, plain)
        ]
    rows["visible"] = [{"household_key": key, "source": source} for source in _some(dice, plain)]
    pool = [kind for read in dice.sample(READ, THEMES) for kind in read]
    rows["episodes"] = [_fact(dice, owners, pool) for _ in range(dice.randint(0, 24))]
    return rows


def _some(dice: random.Random, plain: bool) -> Sequence[str]:
    return SOURCES if plain else dice.choices(SOURCES, k=dice.randint(0, 5))


def made_city(seed: int, households: int = HOUSEHOLDS) -> City:
    """Now and then a person also turns up in the next household (moved, or recorded twice)."""
    dice = random.Random(seed)
    rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    for number in range(households):
        for name, facts in _household(dice, number).items():
            rows[name] += facts
    rows["membership"] += [
        {**row, "household_key": f"h-{dice.randrange(households)}", **_stay(dice)}
        for row in dice.sample(rows["membership"], k=households // 6)
    ]
    tables = {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in SCHEMAS.items()}
    return City(**tables, households=pa.table({"household_key": [f"h-{i}" for i in range(households)]}))


def cities() -> st.SearchStrategy[City]:
    """Cities by their seed: what a household holds would be too much for hypothesis to draw piece by piece."""
    return st.integers(0, 2**32 - 1).map(made_city)
