"""What was believed to be a resident's current state on each day, as known on that very day (the diagonal).

A state is the row with the highest 履歴番号 among those known by the day whose 異動年月日 has come (a registered future
move, 転出予定, counts from its day). Everything that asks «on D, as known on D» is then one filter.
"""

import duckdb
import pyarrow as pa

HERE = ("現存", "住登外")
"""住民状態 of persons who are here; 転出, 死亡 and 職権消除 end a stay."""

# A full that holds only the newest 履歴番号 of each person drops the older rows of people who are still in it. Such a
# row goes on until the newer one ends: else somebody with a 転出予定 would be nobody until the day of the move.
_ROWS = """
create or replace temp table rows as
with dated as (
  select rowid as row_id, resident_id, history_no, known_from, closed_by,
    greatest(known_from, coalesce(event_on, known_from)) as starts, coalesce(known_until, date '9999-12-31') as ends
  from versions),
newer as (
  select r.row_id, max(n.ends) as ends from dated r join dated n using (resident_id)
  where r.closed_by = 'vanished' and n.history_no > r.history_no and n.known_from <= r.ends and n.ends > r.ends
  group by r.row_id)
select d.row_id, d.resident_id, d.history_no, d.known_from, d.starts, coalesce(n.ends, d.ends) as ends
from dated d left join newer n using (row_id) where starts < coalesce(n.ends, d.ends)
"""
# Nearly everybody has one row and needs no timeline.
_CHOSEN = """
create or replace temp table chosen as
with several as (
  select resident_id from rows group by resident_id having count(*) > 1),
timed as (select * from rows semi join several using (resident_id)),
turns as (
  select resident_id, starts as day from timed
  union select resident_id, ends from timed where ends < date '9999-12-31'),
spans as (
  select resident_id, day as f, lead(day) over (partition by resident_id order by day) - 1 as u from turns),
held as (
  select s.f, s.u, r.resident_id, r.row_id from spans s
  join timed r on r.resident_id = s.resident_id and r.starts <= s.f and s.f < r.ends
  qualify row_number() over (partition by s.resident_id, s.f order by r.history_no desc, r.known_from desc) = 1),
marked as (
  select *, lag(row_id) over w is distinct from row_id or lag(u) over w is distinct from f - 1 as fresh
  from held window w as (partition by resident_id order by f)),
runs as (
  select *, sum(fresh::int) over (partition by resident_id order by f rows unbounded preceding) as run from marked)
select row_id, min(f) as f, nullif(max(coalesce(u, date '9999-12-31')), date '9999-12-31') as u
from runs group by row_id, resident_id, run
union all
select row_id, starts, case when ends < date '9999-12-31' then ends - 1 end
from rows anti join several using (resident_id)
"""
_STATES = """
create or replace temp table states as
select v.* exclude (known_from, known_until, closed_by), c.f as "from", c.u as "until"
from chosen c join versions v on v.rowid = c.row_id
"""
_BIRTHS = """
with told as (
  select resident_id, birth_date, "from", lag(birth_date) over w as before, row_number() over w as place
  from {states} window w as (partition by resident_id order by "from")),
changes as (select * from told where place = 1 or birth_date is distinct from before)
select resident_id, birth_date, "from",
  lead("from") over (partition by resident_id order by "from") - 1 as "until"
from changes
"""


def resident_states(versions: pa.Table) -> pa.Table:
    """One row per resident and stretch of days on which one state was believed.

    In: versions of the residents source (contract columns, known_from, known_until, closed_by). Out: the
    contract columns + from, until (date, inclusive; null until = still), sorted by resident_id, from. Somebody whose
    rows all vanished from a full delivery is not believed to be here from that day.
    """
    with duckdb.connect() as con:
        con.register("delivered", versions)
        make_states(con)
        return con.sql('select * from states order by resident_id, "from"').to_arrow_table()


def make_states(con: duckdb.DuckDBPyConnection) -> None:
    """Make `states` of `delivered`, both tables of `con`, in no order; see `resident_states`."""
    con.execute("create or replace temp table versions as select * from delivered")
    con.execute(_ROWS)
    con.execute(_CHOSEN)
    con.execute(_STATES)
    for name in ("versions", "rows", "chosen"):
        con.execute(f"drop table {name}")


def births_of(states: str) -> str:
    """SQL of `births` over a table of states."""
    return _BIRTHS.format(states=states)


def births(states: pa.Table) -> pa.Table:
    """The birth date of each resident as believed on each day: what ages are counted from.

    In: states. Out: resident_id, birth_date (null = 不詳), from, until (inclusive, null = still), sorted. It goes on
    when a person is no longer here: nobody's birth date ends. Before the first day the person was unknown.
    """
    with duckdb.connect() as con:
        con.register("states", states)
        return con.sql(f'{births_of("states")} order by resident_id, "from"').to_arrow_table()
