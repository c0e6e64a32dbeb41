"""What was withdrawn and given again is lost from before the gap, however days are batched (promises 1, 4 and 8)."""

from datetime import date, timedelta

import duckdb
import pytest

from pipelines.holding import held_of
from pipelines.losses import households_lost, households_lost_since
from pipelines.persons import People
from pipelines.scope import scope

D = date(2026, 4, 6)
OPEN = None


def day(after: int) -> date:
    """So many days after D."""
    return D + timedelta(days=after)


class Made(People):
    """A household of one who permits what the rows (sources, purposes, from, until) say."""

    def __init__(self, *rows: tuple[str, str, int, int | None]) -> None:
        self.con = duckdb.connect()
        self.con.execute("set threads = 1")
        self.con.execute(
            """create table permission
              (resident_id varchar, sources varchar, purposes varchar, "from" date, "until" date, covers_from date);
            create table protection (resident_id varchar, "from" date, "until" date);
            create table membership as select 'R' as resident_id, 'H' as household_id, date '2020-01-01' as "from",
              null::date as "until", date '2020-01-01' as known_from, null::date as known_until;
            create table states as select 'R' as resident_id, date '2020-01-01' as "from", null::date as "until",
              '' as ward, '' as town_code, '' as sex, '' as nationality_class, date '1980-01-01' as birth_date;
            create table household_keys as
              select unnest(['H', 'I', 'J']) as household_id, unnest(['h', 'i', 'j']) as household_key;
            create table residence as
              select unnest(['H', 'I', 'J']) as household_id, unnest(['A', 'A', 'B']) as dwelling_id,
              date '2020-01-01' as "from", null::date as "until", date '2020-01-01' as known_from,
              null::date as known_until;
            create table person_keys as select 'R' as resident_id, 'r' as person_key;
            create table admitted as select unnest(['tax', 'water']) as source, date '2020-01-01' as since"""
        )
        for sources, purposes, first, last in rows:
            until = None if last is None else day(last)
            self.con.execute(
                "insert into permission values ('R', ?, ?, ?, ?, null)", [sources, purposes, day(first), until]
            )


OUTREACH = "early_outreach"
CASES = {
    "held all along": ([("tax", OUTREACH, -9, OPEN)], {"tax"}),
    "withdrawn": ([("tax", OUTREACH, -9, 0)], set()),
    "withdrawn and given again": ([("tax", OUTREACH, -9, 0), ("tax", OUTREACH, 2, OPEN)], set()),
    "given again on the next day": ([("tax", OUTREACH, -9, 0), ("tax", OUTREACH, 1, OPEN)], {"tax"}),
    "three in a row": ([("tax", OUTREACH, -9, 0), ("tax", OUTREACH, -3, 1), ("tax", OUTREACH, 2, OPEN)], {"tax"}),
    "for one source with a gap": (
        [("tax|water", OUTREACH, -9, 0), ("tax", OUTREACH, 1, OPEN), ("water", OUTREACH, 2, OPEN)],
        {"tax"},
    ),
    "for another purpose only": ([("tax", OUTREACH, -9, 0), ("tax", "contact", 1, OPEN)], set()),
}


@pytest.mark.parametrize("name", CASES)
def test_what_held_without_a_gap_is_in_scope(name: str) -> None:
    rows, wanted = CASES[name]
    of = scope(Made(*rows), D, day(3))
    assert set(of.permission["source"].to_pylist()) == wanted
    assert set(of.visible["source"].to_pylist()) == wanted
    assert of.households.num_rows == bool(wanted)


SINCE = {
    "held all along": {"tax": -9},
    "withdrawn": {},
    "withdrawn and given again": {"tax": 2},
    "given again on the next day": {"tax": -9},
    "three in a row": {"tax": -9},
    "for one source with a gap": {"tax": -9, "water": 2},
    "for another purpose only": {},
}


@pytest.mark.parametrize("name", CASES)
def test_rows_are_held_from_the_day_since_which_permission_has_no_gap(name: str) -> None:
    """What became known before that day is purged, on whatever days runs happened to be made."""
    made = Made(*CASES[name][0])
    found = {}
    for source in ("tax", "water"):
        for row in held_of(made, source, day(3)).to_pylist():
            assert row["resident_id"] == "R"
            found[source] = (row["since"] - D).days
    assert found == SINCE[name]


def test_what_begins_after_the_run_is_not_used_on_a_later_day() -> None:
    """Permission is checked on the day of the run too, also for a day that has not come yet."""
    entry = ("tax", OUTREACH, 2, OPEN)
    assert scope(Made(entry), day(3), day(0)).permission.num_rows == 0
    assert scope(Made(entry), day(3), day(3)).permission.num_rows == 1


@pytest.mark.parametrize("name", CASES)
def test_past_rows_go_when_anything_they_rest_on_did_not_hold_without_a_gap(name: str) -> None:
    rows, wanted = CASES[name]
    lost = ["h"] if wanted < {source for row in rows for source in row[0].split("|")} else []
    assert households_lost(Made(*rows), [D], day(3), [])[D].to_pylist() == lost
    assert households_lost_since(Made(*rows), D, day(3), [OUTREACH], []).to_pylist() == lost


def test_on_the_day_itself_nothing_is_lost() -> None:
    made = Made(("tax", OUTREACH, -9, 0))
    assert set(scope(made, D, D).permission["source"].to_pylist()) == {"tax"}
    assert households_lost(made, [D], D, ["water"])[D].to_pylist() == []


def test_what_was_known_of_a_dwelling_is_lost_to_all_under_its_roof() -> None:
    made = Made(("tax|water", OUTREACH, -9, 0), ("tax", OUTREACH, 1, OPEN))
    assert households_lost(made, [D], day(3), ["water"])[D].to_pylist() == ["h", "i"]
    assert households_lost_since(made, D, day(3), [OUTREACH], ["water"]).to_pylist() == ["h", "i"]
    taxes = Made(("tax|water", OUTREACH, -9, 0), ("water", OUTREACH, 1, OPEN))
    assert households_lost(taxes, [D], day(3), ["water"])[D].to_pylist() == ["h"]
    taxes.con.execute("insert into protection values ('R', $1, null)", [day(2)])
    assert households_lost(taxes, [D], day(3), ["water"])[D].to_pylist() == ["h", "i"]
    of_days = households_lost(taxes, [D, day(2)], day(3), ["water"])
    assert of_days[D].to_pylist() == ["h", "i"]
    assert of_days[day(2)].to_pylist() == ["h"], "its rows were not read on that day"


def test_a_renewal_that_covers_less_binds_from_its_own_day_on() -> None:
    """Decision 0024: no gap, so the older form's days keep what it covered; the day of the run keeps to the new one."""
    made = Made(("tax", OUTREACH, -9, 0), ("tax", OUTREACH, 1, OPEN))
    made.con.execute('update permission set covers_from = ? where "from" = ?', [day(-30), day(1)])
    assert scope(made, D, day(3)).permission["covers_from"].to_pylist() == [None]
    assert scope(made, day(3), day(3)).permission["covers_from"].to_pylist() == [day(-30)]
    assert [row["since"] for row in held_of(made, "tax", day(3)).to_pylist()] == [day(-9)]
