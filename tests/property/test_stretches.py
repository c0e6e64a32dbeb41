"""Stretches of days in SQL are what a calendar says: days held, one after the other."""

from datetime import date, timedelta

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.stretches import numbered, stretches, unbroken

START = date(2026, 1, 1)
PIECES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(0, 5)), max_size=12)


def day(n: int) -> date:
    return START + timedelta(days=n)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(PIECES)
def test_stretches_are_the_runs_of_days_held(pieces: list[tuple[int, int, int]]) -> None:
    with duckdb.connect() as con:
        con.register(
            "pieces_drawn",
            pa.table(
                {
                    "who": pa.array([who for who, _, _ in pieces], pa.int64()),
                    "f": pa.array([day(first) for _, first, _ in pieces], pa.date32()),
                    "u": pa.array([day(first + more) for _, first, more in pieces], pa.date32()),
                }
            ),
        )
        found = con.sql(f"from {stretches('pieces_drawn', 'who')} order by who, f").fetchall()
        between = (f"date '{day(4)}'", f"date '{day(7)}'")
        lasting = con.sql(f"from {unbroken('pieces_drawn', 'who', *between)} order by who").fetchall()
        labelled = con.sql(
            f"select who, min(f), max(u) from {numbered('pieces_drawn', 'who')} group by who, stretch order by all"
        ).fetchall()
    held = {(who, day(first + n)) for who, first, more in pieces for n in range(more + 1)}
    starts = sorted((who, d) for who, d in held if (who, d - timedelta(days=1)) not in held)
    ends = sorted((who, d) for who, d in held if (who, d + timedelta(days=1)) not in held)
    assert found == [(who, first, last) for (who, first), (_, last) in zip(starts, ends, strict=True)]
    assert labelled == found
    assert lasting == [(who,) for who in range(3) if all((who, day(n)) in held for n in range(4, 8))]
