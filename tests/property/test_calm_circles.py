"""Calm circles are worked out in one query, the others walked through: the same households either way."""

from unittest.mock import patch

import duckdb
import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from identity import spine as module
from identity.spine import MEMBERSHIP_SCHEMA, make_membership, spine, walked
from tests.property.test_spine import DAYS, Turn, states, towns

KEYS = [(name, "ascending") for name in ("resident_id", "known_from", "from", "household_id")]
# Mostly one number: everybody comes, some die, leave, or the whole house takes another number.
places = st.sampled_from("000000000000xd1")
turns = st.builds(Turn, st.integers(0, DAYS), places, st.integers(0, 3))
person = st.lists(turns, min_size=1, max_size=3, unique_by=lambda turn: turn.day).map(
    lambda found: sorted(found, key=lambda turn: turn.day)
)
quiet_towns = st.lists(st.lists(person, min_size=1, max_size=4), min_size=40, max_size=40)


def by_walking_alone(table: pa.Table) -> pa.Table:
    """The spine with every circle walked through."""
    with duckdb.connect() as con:
        con.register("states", table)
        make_membership(con)
        changes = con.sql(
            "select day, resident_id, number, since, adult_on, dead from told order by day, resident_id"
        ).fetchall()
    return walked(changes).sort_by(KEYS)


def calm_share(table: pa.Table) -> tuple[int, int]:
    """Circles that are calm, and all."""
    with duckdb.connect() as con:
        con.register("states", table)
        make_membership(con)
        found = con.sql("select (select count(*) from calm), (select count(distinct circle) from people)").fetchone()
    assert found is not None
    return found


@settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate])
@given(quiet_towns)
def test_calm_circles_are_as_walked(found: list[list[list[Turn]]]) -> None:
    table = states(found)
    assert spine(table).equals(by_walking_alone(table))
    calm, circles = calm_share(table)
    assert calm > circles // 10, "the query must have something to say"


@settings(max_examples=10, deadline=None, derandomize=True, phases=[Phase.generate])
@given(towns)
def test_lively_towns_are_as_walked(found: list[list[list[Turn]]]) -> None:
    table = states(found)
    assert spine(table).equals(by_walking_alone(table))


def test_a_city_where_nothing_happens_is_not_walked() -> None:
    table = states([[[Turn(0, "0", 0)], [Turn(0, "0", 0)]] for _ in range(5)])
    with patch.object(module, "walked", wraps=walked) as spied:
        assert spine(table).num_rows == 10
    assert spied.call_args.args == ([],)
    assert spine(table.slice(0, 0)).schema.equals(MEMBERSHIP_SCHEMA)
