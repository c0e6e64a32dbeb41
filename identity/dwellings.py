"""Where households live: dwellings as normalised addresses, over valid and transaction time (DESIGN §3)."""

import duckdb
import pyarrow as pa

from identity.normalise import AddressBook
from identity.states import HERE

_RESIDENCE = """
with lived as (
  select m.household_id, s.dwelling_id, greatest(s."from", m.known_from) as f,
    least(coalesce(s."until", date '9999-12-31'), coalesce(m.known_until - 1, date '9999-12-31')) as u,
    least(coalesce(s.event_on, s."from"), s."from") as since
  from states s join membership m on m.resident_id = s.resident_id and m."until" is null
  where s.dwelling_id is not null and s.status in (select unnest($here))),
marked as (
  select *, max(u) over (partition by household_id, dwelling_id order by f, u
    rows between unbounded preceding and 1 preceding) as reach from lived where f <= u),
islands as (
  select *, sum(case when reach is null or f > reach + 1 then 1 else 0 end)
    over (partition by household_id, dwelling_id order by f, u rows unbounded preceding) as island from marked),
stays as (
  select dwelling_id, household_id, min(since) as "from", min(f) as f, max(u) as u
  from islands group by dwelling_id, household_id, island)
select dwelling_id, household_id, "from", null::date as "until", f as known_from,
  case when u < date '9999-12-31' then u + 1 end as known_until from stays
union all
select dwelling_id, household_id, "from", u, u + 1, null from stays where u < date '9999-12-31' and "from" <= u
order by all
"""


def with_dwellings(states: pa.Table) -> pa.Table:
    """States with `dwelling_id` (`town_code|lot|building`, normalised; null when town or lot is missing)."""
    book = AddressBook(states.select(["town_code", "town"]))
    con = duckdb.connect()
    con.register("states", states)
    written = con.sql("select town || lot as address, building from states").to_arrow_table()
    return states.append_column("dwelling_id", book.dwellings(written["address"], written["building"]))


def residence(states: pa.Table, membership: pa.Table) -> pa.Table:
    """Which household lived in which dwelling.

    In: `with_dwellings` states; membership by id (identity.spine). Out: dwelling_id, household_id, from, until (valid days,
    inclusive), known_from, known_until; sorted. A stay that ended is believed open until it was known to have ended.
    """
    con = duckdb.connect()
    con.register("states", states)
    con.register("membership", membership)
    return con.execute(_RESIDENCE, {"here": list(HERE)}).to_arrow_table()
