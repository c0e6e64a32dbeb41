"""Which past rows are lost does not depend on the days on which runs happened to be made (promises 2 and 8)."""

from datetime import date, timedelta

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.losses import households_lost
from pipelines.persons import People

D = date(2026, 4, 6)
LAST = 5
STRETCH = st.tuples(st.integers(-3, LAST), st.integers(0, 4))
# Of one person: what they permit, when they are protected, and where they live, told by day and by when it was known.
PERSON = st.tuples(
    st.lists(st.tuples(STRETCH, st.sampled_from(["tax", "tax|water"])), max_size=3),
    st.lists(STRETCH, max_size=2),
    st.lists(st.tuples(st.sampled_from("ab"), STRETCH, STRETCH), min_size=1, max_size=3),
)
DAYS = [(name, pa.date32()) for name in ("from", "until")]


class Drawn(People):
    """The people of one drawn town."""

    def __init__(self, persons: list[tuple]) -> None:
        self.con = duckdb.connect()
        self.con.execute("set threads = 1")
        permission, protection, membership = [], [], []
        for place, (permits, shields, homes) in enumerate(persons):
            who = f"R{place}"
            permission += [(who, sources, "early_outreach", *_days(days)) for days, sources in permits]
            protection += [(who, *_days(days)) for days in shields]
            membership += [(who, f"{who}{home}", *_days(days), *_days(known)) for home, days, known in homes]
        who = ("resident_id", pa.string())
        told = [("sources", pa.string()), ("purposes", pa.string())]
        known = [("known_from", pa.date32()), ("known_until", pa.date32())]
        self._make("permission", [who, *told, *DAYS], permission)
        self._make("protection", [who, *DAYS], protection)
        self._make("membership", [who, ("household_id", pa.string()), *DAYS, *known], membership)
        self.con.execute(
            """create table household_keys as select distinct household_id, household_id as household_key
              from membership;
            create table residence as select household_id, '' as dwelling_id, "from", "until", known_from, known_until
              from membership where false"""
        )

    def _make(self, name: str, fields: list[tuple[str, pa.DataType]], rows: list[tuple]) -> None:
        columns = [pa.array([row[at] for row in rows], kind) for at, (_, kind) in enumerate(fields)]
        self.con.register(f"{name}_drawn", pa.table(columns, [field for field, _ in fields]))
        self.con.execute(f"create table {name} as from {name}_drawn")


def _days(stretch: tuple[int, int]) -> tuple[date, date]:
    first, more = stretch
    return D + timedelta(days=first), D + timedelta(days=first + more)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(PERSON, min_size=1, max_size=30))
def test_one_run_loses_what_a_run_on_each_day_between_loses(persons: list[tuple]) -> None:
    town = Drawn(persons)
    runs = [D + timedelta(days=n) for n in range(LAST + 1)]
    daily = {key for run in runs for key in households_lost(town, [D], run, [])[D].to_pylist()}
    assert set(households_lost(town, [D], runs[-1], [])[D].to_pylist()) == daily
