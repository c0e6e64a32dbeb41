"""What was believed to be a resident's current state on each day, as known on that very day (the diagonal).

A state is the row with the highest 履歴番号 among those known by the day whose 異動年月日 has come (a registered future
move, 転出予定, counts from its day). Everything that asks «on D, as known on D» is then one filter.
"""

import duckdb
import pyarrow as pa

HERE = ("現存", "住登外")
"""住民状態 of persons who are here; 転出, 死亡 and 職権消除 end a stay."""

_STATES = """
with rows as (
  select * exclude (known_until, closed_by), greatest(known_from, coalesce(event_on, known_from)) as starts,
    coalesce(known_until, date '9999-12-31') as ends
  from versions where known_until is null or known_until > greatest(known_from, coalesce(event_on, known_from))
), alone as (
  select resident_id from rows group by all having count(*) = 1
), turns as (
  select distinct resident_id, day from (
    select resident_id, starts as day from rows union all select resident_id, ends from rows where ends < date '9999-12-31')
  where resident_id not in (select resident_id from alone)
), spans as (
  select resident_id, day as f, lead(day) over (partition by resident_id order by day) - 1 as u from turns
), chosen as (
  select s.f, s.u, r.* from spans s join rows r
    on r.resident_id = s.resident_id and r.starts <= s.f and s.f < r.ends
  qualify row_number() over (partition by s.resident_id, s.f order by r.history_no desc, r.known_from desc) = 1
  union all
  select starts, case when ends < date '9999-12-31' then ends - 1 end, * from rows
  where resident_id in (select resident_id from alone)
), marked as (
  select *, lag(version_id) over w is distinct from version_id or lag(u) over w is distinct from f - 1 as fresh
  from chosen window w as (partition by resident_id order by f)
), runs as (
  select *, sum(fresh::int) over (partition by resident_id order by f rows unbounded preceding) as run from marked)
select * exclude (f, u, fresh, run, starts, ends, known_from, row_hash, version_id),
  min(f) as "from", case when bool_or(u is null) then null else max(u) end as "until"
from runs group by all
"""


def resident_states(versions: pa.Table) -> pa.Table:
    """One row per resident and stretch of days on which one state was believed.

    In: versions of the residents source (contract columns, version_id, known_from, known_until, closed_by). Out: the
    contract columns + from, until (date, inclusive; null until = still), sorted by resident_id, from. A person whose row
    vanished from a full delivery is not believed to be here from that day.
    """
    con = duckdb.connect()
    con.register("versions", versions)
    return con.sql(f'select * from ({_STATES}) order by resident_id, "from"').to_arrow_table()
