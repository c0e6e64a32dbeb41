"""Which slips are kept from the 主任 is what the rule says of one slip after another, read person by person.

Many small towns lie in one table: what one says of its people and homes concerns no other.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

import duckdb
import pyarrow as pa
import pytest

from pipelines import slip_gate
from pipelines.home import Home
from pipelines.persons import People

FIRST, RUN, TOWNS = date(2026, 4, 1), 5, 125
TEXT, DAY = pa.string(), pa.date32()
STRETCH = [("from", DAY), ("until", DAY)]
STATES = pa.schema(
    [
        (name, TEXT)
        for name in ("resident_id", "status", "town_code", "town", "ward", "dwelling_id", "name", "name_kana")
    ]
    + STRETCH
)
MEMBERSHIP = pa.schema(
    [("resident_id", TEXT), ("household_id", TEXT), *STRETCH, ("known_from", DAY), ("known_until", DAY)]
)
PROTECTION = pa.schema([("resident_id", TEXT), *STRETCH])
SLIPS = pa.schema(
    [(name, TEXT) for name in ("slip_no", "address", "name_kana")]
    + [(name, DAY) for name in ("seen_on", "known_from", "day")]
    + [("urgent", pa.bool_()), ("told_person", pa.bool_())]
)
HOMES = [None, ("1", ""), ("1", "101"), ("1", "101"), ("1", "102"), ("2", ""), ("2", "101"), ("3", "")]
Stretch = tuple[int, int | None]
Place = tuple[str, str] | None


@dataclass(frozen=True)
class Person:
    number: str
    kana: str | None
    homes: list[tuple[Stretch, Place, str]]
    shields: list[Stretch]
    households: list[tuple[str, Stretch, Stretch]]
    """Number, days meant, days on which it was believed (the last one excluded)."""


@dataclass(frozen=True)
class Slip:
    number: str
    day: int
    place: Place
    kana: str | None


def holds(stretch: Stretch, day: int) -> bool:
    return stretch[0] <= day and (stretch[1] is None or day <= stretch[1])


def may_be(said: Place, home: Place) -> bool:
    """One home, or a whole building that the other lies in; 1-101 may be room 101 of 1."""
    if not said or not home or not (f"{said[0]}-".startswith(f"{home[0]}-") or f"{home[0]}-".startswith(f"{said[0]}-")):
        return False
    rooms = (said[1] or said[0][len(home[0]) + 1 :], home[1] or home[0][len(said[0]) + 1 :])
    return rooms[0] == rooms[1] or "" in rooms


def read(people: list[Person], slip: Slip) -> tuple[bool, str | None]:
    """Whether a slip is closed, and else which one resident it fits."""
    days = (slip.day, RUN)
    shielded = {p.number for p in people if any(holds(s, on) for s in p.shields for on in days)}
    near = [
        p for p in people if any(houses(p, on) & houses(o, on) for o in people if o.number in shielded for on in days)
    ]
    near += [p for p in people if p.number in shielded and p not in near]
    named = slip.kana is not None and any(p.kana and p.kana in slip.kana for p in near)
    today = any(may_be(slip.place, home) for p in near for stay, home, _ in p.homes if holds(stay, RUN))
    once = any(may_be(slip.place, home) for p in near if p.number in shielded for _, home, _ in p.homes)
    others = [p for p in people if p not in near and slip.kana is not None and p.kana == slip.kana]
    fit = [p.number for p in others if any(lives_there(slip, *state) for state in p.homes)]
    one = fit[0] if len(fit) == 1 else None
    closed = today or ((once or named) and one is None) or (once and named)
    return closed, None if closed else one


def houses(person: Person, on: int) -> set[str]:
    return {
        number
        for number, meant, (known, until) in person.households
        if holds(meant, on) and known <= on and (until is None or until > on)
    }


def lives_there(slip: Slip, days: Stretch, home: Place, status: str) -> bool:
    exact = slip.place and home and slip.place[0] == home[0] and slip.place[1] in ("", home[1])
    return bool(exact) and holds(days, slip.day) and status in ("現存", "住登外")


def drawn(dice: random.Random, town: str) -> tuple[list[Person], list[Slip]]:
    kanas = [f"{first}{town}" for first in "カキ"]
    people = []
    for place in range(dice.randint(1, 5)):
        turns = sorted(dice.sample(range(-3, 8), dice.randint(1, 3)))
        ends = [after - 1 for after in turns[1:]] + [dice.choice([None, None, None, turns[-1] + 2])]
        homes = [
            (days, dice.choice(HOMES), dice.choice(["現存", "現存", "転出", "住登外", "死亡"]))
            for days in zip(turns, ends, strict=True)
        ]
        shields = [some_days(dice, (-3, 7), (0, 1, 3)) for _ in range(dice.choice([0, 0, 1, 1, 2]))]
        households = [
            (f"{dice.choice('hk')}{town}", some_days(dice, (-3, 5), (9,)), some_days(dice, (-3, 5), (4, 9)))
            for _ in range(dice.randint(1, 2))
        ]
        people.append(Person(f"R{place}{town}", dice.choice([*kanas, None]), homes, shields, households))
    said = [dice.choice([*HOMES[1:], ("2", "103"), ("1-101", ""), None]) for _ in range(3)]
    unknown = f"コ{town}"
    return people, [
        Slip(f"S{place}{town}", dice.randint(-2, RUN), home, dice.choice([*kanas, f"{kanas[0]}サン", None, unknown]))
        for place, home in enumerate(said)
    ]


def some_days(dice: random.Random, begin: tuple[int, int], lengths: tuple[int, ...]) -> Stretch:
    first = dice.randint(*begin)
    return first, dice.choice([None, *(first + length for length in lengths)])


class Drawn(People):
    """The people of all drawn towns."""

    def __init__(self, towns: dict[str, list[Person]]) -> None:
        self.con = duckdb.connect()
        self.con.execute("set threads = 1")
        everybody = [(town, person) for town, people in towns.items() for person in people]
        somebody = [
            ("Z", "現存", town, f"{town}町", "北区", f"{town}|9|", None, "ン", day_of((-9, None))) for town in towns
        ]
        states = [
            (
                p.number,
                status,
                town,
                f"{town}町",
                "北区",
                home and f"{town}|{home[0]}|{home[1]}",
                None,
                p.kana,
                day_of(days),
            )
            for town, p in everybody
            for days, home, status in p.homes
        ]
        self._make("states", STATES, [(*row[:-1], *row[-1]) for row in [*states, *somebody]])
        self._make("protection", PROTECTION, [(p.number, *day_of(days)) for _, p in everybody for days in p.shields])
        members = [(p.number, h, *day_of(d), *day_of(known)) for _, p in everybody for h, d, known in p.households]
        self._make("membership", MEMBERSHIP, members)

    def _make(self, name: str, schema: pa.Schema, rows: list[tuple]) -> None:
        columns = [pa.array([row[at] for row in rows], field.type) for at, field in enumerate(schema)]
        self.con.register(name, pa.table(columns, schema=schema))


def day_of(stretch: Stretch) -> tuple[date, date | None]:
    first, last = stretch
    return FIRST + timedelta(first), None if last is None else FIRST + timedelta(last)


def written(town: str, slip: Slip) -> dict[str, object]:
    room = f"{slip.place[1]}号室" if slip.place and slip.place[1] else ""
    on = FIRST + timedelta(slip.day)
    return {
        "slip_no": slip.number,
        "address": f"{town}町{slip.place[0]}番地{room}" if slip.place else "どこか",
        "name_kana": slip.kana,
        "seen_on": on,
        "known_from": on,
        "day": on,
    }


@pytest.mark.parametrize("seed", range(3))
def test_what_is_closed_and_whom_a_slip_fits(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)
    names = ["".join("アイウエオ"[place // n % 5] for n in (25, 5, 1)) for place in range(TOWNS)]
    towns = {town: drawn(dice, town) for town in names}
    people = Drawn({town: persons for town, (persons, _) in towns.items()})
    monkeypatch.setattr(slip_gate, "People", lambda _home: people)
    asked = pa.Table.from_pylist([written(town, s) for town, (_, said) in towns.items() for s in said], SLIPS)
    found = slip_gate.judged(cast(Home, None), asked, FIRST + timedelta(RUN)).to_pylist()
    expected = {slip.number: read(persons, slip) for persons, said in towns.values() for slip in said}
    got = {row["slip_no"]: (row["closed"], None if row["closed"] else row["resident_id"]) for row in found}
    assert got == expected
    closed = sum(closed for closed, _ in expected.values())
    assert TOWNS / 3 < closed < 2 * TOWNS, "of both kinds there are many"
    assert any(fit for _, fit in expected.values())
