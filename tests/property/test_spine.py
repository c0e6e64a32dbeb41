"""The household over time, under any history.

One household per person and moment, keys that are never reassigned, nothing known before changed by what is learnt
later, nobody's household changed by another's. Each generated history is made of several towns that share nobody, so
one call checks many histories.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from identity.spine import spine

FIRST = date(2026, 1, 1)
PEOPLE, DAYS, TOWNS = 6, 8, 10
STATES = pa.schema(
    [(name, pa.string()) for name in ("resident_id", "household_id", "status")]
    + [(name, pa.date32()) for name in ("event_on", "resident_since", "birth_date", "from", "until")]
)
Row = dict[str, object]


@dataclass(frozen=True)
class Turn:
    """On a day it becomes known that somebody is under a number (or gone), since `late` days."""

    day: int
    place: str
    late: int


turns = st.builds(Turn, st.integers(0, DAYS), st.sampled_from("0123001xd."), st.integers(0, 6))
person = st.lists(turns, min_size=1, max_size=4, unique_by=lambda turn: turn.day).map(
    lambda found: sorted(found, key=lambda turn: turn.day)
)
town = st.lists(person, min_size=2, max_size=PEOPLE)
towns = st.lists(town, min_size=TOWNS, max_size=TOWNS)


def day_of(number: int) -> date:
    return FIRST + timedelta(days=number)


def states(found: list[list[list[Turn]]]) -> pa.Table:
    """Drawn towns as states: `0…3` under that number, `x` moved away, `d` dead, `.` no row at all."""
    rows: list[Row] = []
    for place, people in enumerate(found):
        for who, told in enumerate(people):
            for turn, after in zip(told, [*told[1:], None], strict=True):
                if turn.place == ".":
                    continue
                rows.append(
                    {
                        "resident_id": f"t{place}p{who}",
                        "household_id": f"t{place}n{turn.place if turn.place.isdigit() else 0}",
                        "status": {"x": "転出", "d": "死亡"}.get(turn.place, "現存"),
                        "event_on": day_of(turn.day - turn.late),
                        "resident_since": None,
                        "birth_date": date(2026 - 10 if who == PEOPLE - 1 else 1980, 1, 1),
                        "from": day_of(turn.day),
                        "until": day_of(after.day) - timedelta(days=1) if after else None,
                    }
                )
    return pa.Table.from_pylist(rows, schema=STATES)


def known_by(table: pa.Table, day: date) -> pa.Table:
    """States as they were known on `day`."""
    with duckdb.connect() as con:
        con.register("states", table)
        return con.execute(
            """select * replace (case when "until" < $day then "until" end as "until") from states
            where "from" <= $day order by resident_id, "from" """,
            {"day": day},
        ).to_arrow_table()


def believed(table: pa.Table, day: date) -> list[Row]:
    """Membership rows known by `day`, a later end of belief not yet known."""
    rows = [row for row in table.to_pylist() if row["known_from"] <= day]
    return [row | {"known_until": end if (end := row["known_until"]) and end <= day else None} for row in rows]


def on(table: pa.Table, day: date) -> dict[str, str]:
    """Who is in which household on `day`, as known on `day`."""
    held = {}
    for row in table.to_pylist():
        known = row["known_from"] <= day and (row["known_until"] is None or day < row["known_until"])
        if known and row["from"] <= day and (row["until"] is None or day <= row["until"]):
            assert row["resident_id"] not in held
            held[row["resident_id"]] = row["household_id"]
    return held


def numbers_on(table: pa.Table, day: date) -> dict[str, str]:
    """Who was under which number on `day`, as known on `day`."""
    return {
        row["resident_id"]: row["household_id"]
        for row in table.to_pylist()
        if row["status"] == "現存" and row["from"] <= day and (row["until"] is None or day <= row["until"])
    }


@settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])
@given(towns)
def test_one_household_per_person_and_moment(found: list[list[list[Turn]]]) -> None:
    members = spine(states(found))
    with duckdb.connect() as con:
        con.register("members", members)
        overlaps = con.sql(
            """with m as (select *, row_number() over () as n, coalesce("until", date '9999-01-01') as u,
              coalesce(known_until, date '9999-01-01') as ku from members)
            select count(*) from m a join m b on a.resident_id = b.resident_id and a.n < b.n
              and a."from" <= b.u and b."from" <= a.u and a.known_from < b.ku and b.known_from < a.ku"""
        ).fetchone()
        crooked = con.sql(
            """select count(*) from members where "from" > "until" or known_from >= known_until
            or "from" > known_from"""
        ).fetchone()
    assert overlaps == (0,)
    assert crooked == (0,)


@settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])
@given(towns)
def test_households_are_the_groups_of_the_day(found: list[list[list[Turn]]]) -> None:
    """On every day, as known on it: same number, same household; other number, other household; nobody left out."""
    table = states(found)
    members = spine(table)
    for day in map(day_of, range(DAYS + 2)):
        numbers, households = numbers_on(table, day), on(members, day)
        assert numbers.keys() == households.keys()
        assert len({(numbers[p], households[p]) for p in numbers}) == len(set(numbers.values()))
        assert len({households[p] for p in numbers}) == len(set(numbers.values()))


@settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])
@given(towns)
def test_a_key_follows_its_people(found: list[list[list[Turn]]]) -> None:
    """A key is never reassigned: while it is in use, somebody is there who was there the day before."""
    members = spine(states(found))
    last: dict[str, set[str]] = {}
    for day in map(day_of, range(DAYS + 2)):
        now: dict[str, set[str]] = defaultdict(set)
        for resident, household in on(members, day).items():
            now[household].add(resident)
        for household, people in now.items():
            assert people & last.get(household, people)
            last[household] = people


@settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate])
@given(towns)
def test_nothing_learnt_later_changes_what_was_known(found: list[list[list[Turn]]]) -> None:
    table = states(found)
    whole = spine(table)
    for day in map(day_of, range(0, DAYS + 1, 2)):
        assert believed(whole, day) == believed(spine(known_by(table, day)), day)


@settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate])
@given(towns, st.integers(0, TOWNS - 1))
def test_others_change_nothing(found: list[list[list[Turn]]], kept: int) -> None:
    """Households that never share a person or a number with others are the same whether the others exist or not."""
    alone = [people if place == kept else [] for place, people in enumerate(found)]
    mine = [row for row in spine(states(found)).to_pylist() if row["resident_id"].startswith(f"t{kept}p")]
    assert mine == spine(states(alone)).to_pylist()
