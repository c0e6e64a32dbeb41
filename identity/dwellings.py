"""Where households live: dwellings as normalised addresses, over valid and transaction time (DESIGN §3).

All who live in one dwelling, in whatever households, are the address group: it sees through 世帯分離 (DOMAIN §3.5).
"""

from collections.abc import Callable

import duckdb
import pyarrow as pa

from identity.normalise import AddressBook, building_key, plain_lot
from identity.states import HERE
from identity.stretches import numbered

# A piece is a member's state while its household is believed to be theirs. Pieces that touch in known time are one
# stay. A stay begins as its first piece said, so that no later piece changes what was known; once it is over, it ended
# the day before the event that ended its last piece.
_RESIDENCE = f"""
create or replace temp table residence as
with dated as (
  select resident_id, dwelling_id, status, event_on, resident_since, "from", "until",
    lead(event_on) over w as next_event, lead("from") over w as next_from
  from states window w as (partition by resident_id order by "from")),
lived as (
  select m.household_id, s.dwelling_id, greatest(s."from", m.known_from) as f,
    least(coalesce(s."until", date '9999-12-31'), coalesce(m.known_until - 1, date '9999-12-31')) as u,
    greatest(least(coalesce(s.event_on, s.resident_since, s."from"), s."from"), m."from") as since,
    case when m.known_until <= coalesce(s."until" + 1, date '9999-12-31') then coalesce(c."until" + 1, m."from")
      when next_from = s."until" + 1 then least(next_event, next_from) end as moved_on
  from dated s join membership m on m.resident_id = s.resident_id and m."until" is null
  left join membership c on c.resident_id = m.resident_id and c.household_id = m.household_id
    and c.known_from = m.known_until and c."until" is not null
  where s.dwelling_id is not null and s.status in (select unnest($here))),
firsts as (
  select *, min(f) over w as first_f, max(u) over w as last_u
  from {numbered("(from lived where f <= u)", "household_id, dwelling_id")}
  window w as (partition by household_id, dwelling_id, stretch)),
stays as (
  select dwelling_id, household_id, min(since) filter (f = first_f) as "from", first_f as f, last_u as u,
    max(coalesce(moved_on, u + 1)) filter (u = last_u and u < date '9999-12-31') as left_on
  from firsts group by dwelling_id, household_id, stretch, first_f, last_u)
select dwelling_id, household_id, "from", null::date as "until", f as known_from,
  case when u < date '9999-12-31' then u + 1 end as known_until from stays
union all
select dwelling_id, household_id, "from", left_on - 1, u + 1, null from stays where "from" < left_on
"""


# Town, lot and building are read each for themselves where the book says that they may be, so that a city's few
# spellings of each are parsed and not its many addresses.
_APART = """
create or replace temp table read as
select *, case when town_code_read is not null and lot_read is not null
  then town_code_read || '|' || lot_read || '|' || building_read end as dwelling_id
from (
  select distinct s.town, s.lot, s.building, t.code as town_code_read, l.lot_key as lot_read,
    coalesce(b.building_key, '') as building_read
  from states s left join towns_read t on t.town = s.town left join lots_read l on l.lot = s.lot
  left join buildings_read b on b.building = s.building)
where town is not null and lot is not null
"""
_WITH_DWELLINGS = """
create or replace temp table states as
select s.*, coalesce(r.dwelling_id, w.dwelling_id) as dwelling_id
from states s
left join read r on r.town = s.town and r.lot = s.lot and r.building is not distinct from s.building
left join whole w on w.town = s.town and w.lot = s.lot and w.building is not distinct from s.building
"""


def with_dwellings(states: pa.Table) -> pa.Table:
    """States with `dwelling_id` (`town_code|lot|building`, normalised; null when town or lot is missing), in order of
    resident and day.
    """
    with duckdb.connect() as con:
        con.register("given", states)
        con.execute("create temp table states as from given")
        con.execute("create temp view towns as select town_code, town from given")
        make_dwellings(con)
        return con.sql('select * from states order by resident_id, "from"').to_arrow_table()


def make_dwellings(con: duckdb.DuckDBPyConnection) -> None:
    """Add `dwelling_id` to `states`, a table of `con`, by `towns` (town_code, town); see `with_dwellings`."""

    def column(sql: str) -> list[str]:
        return [value for (value,) in con.sql(sql).fetchall()]

    book = AddressBook(con.sql("select distinct town_code, town from towns").to_arrow_table())
    _spellings(con, "towns_read", "town", "code", column("select distinct town from states"), book.plain_town)
    _spellings(con, "lots_read", "lot", "lot_key", column("select distinct lot from states"), plain_lot)
    _spellings(
        con, "buildings_read", "building", "building_key", column("select distinct building from states"), building_key
    )
    con.execute(_APART)
    rest = con.sql("select town, lot, building from read where dwelling_id is null").fetchall()
    found = [book.dwelling_id(town + lot, building) for town, lot, building in rest]
    names = ("town", "lot", "building")
    parts = {name: pa.array([row[i] for row in rest], pa.string()) for i, name in enumerate(names)}
    con.register("whole", pa.table({**parts, "dwelling_id": pa.array(found, pa.string())}))
    con.execute(_WITH_DWELLINGS)
    for name in ("towns_read", "lots_read", "buildings_read", "whole"):
        con.unregister(name)
    con.execute("drop table read")


def _spellings(
    con: duckdb.DuckDBPyConnection,
    table: str,
    name: str,
    key: str,
    written: list[str],
    read: Callable[[str], str | None],
) -> None:
    known = [text for text in written if text is not None]
    keys = pa.array([read(text) for text in known], pa.string())
    con.register(table, pa.table({name: pa.array(known, pa.string()), key: keys}))


def residence(states: pa.Table, membership: pa.Table) -> pa.Table:
    """Which household lived in which dwelling.

    In: `with_dwellings` states; membership by id (identity.spine). Out: dwelling_id, household_id, from, until (valid
    days, inclusive), known_from, known_until; sorted. A stay that ended is believed open until its end was known.
    """
    with duckdb.connect() as con:
        con.register("states", states)
        con.register("membership", membership)
        make_residence(con)
        return con.sql("from residence order by all").to_arrow_table()


def make_residence(con: duckdb.DuckDBPyConnection) -> None:
    """Make `residence` of `states` and `membership`, tables of `con`, in no order; see `residence`."""
    con.execute(_RESIDENCE, {"here": list(HERE)})
