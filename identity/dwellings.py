"""Where households live: dwellings as normalised addresses, over valid and transaction time (DESIGN §3).

All who live in one dwelling, in whatever households, are the address group: it sees through 世帯分離 (DOMAIN §3.5).
"""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from identity.normalise import AddressBook
from identity.states import HERE

# A piece is a member's state while its household is believed to be theirs. Pieces that touch in known time are one
# stay. A stay begins as its first piece said, so that no later piece changes what was known; once it is over, it ended
# the day before the event that ended its last piece.
_RESIDENCE = """
with dated as (
  select *, lead(event_on) over w as next_event, lead("from") over w as next_from
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
marked as (
  select *, max(u) over (partition by household_id, dwelling_id order by f, u
    rows between unbounded preceding and 1 preceding) as reach from lived where f <= u),
islands as (
  select *, sum(case when reach is null or f > reach + 1 then 1 else 0 end)
    over (partition by household_id, dwelling_id order by f, u rows unbounded preceding) as island from marked),
firsts as (
  select *, min(f) over w as first_f, max(u) over w as last_u
  from islands window w as (partition by household_id, dwelling_id, island)),
stays as (
  select dwelling_id, household_id, min(since) filter (f = first_f) as "from", first_f as f, last_u as u,
    max(coalesce(moved_on, u + 1)) filter (u = last_u and u < date '9999-12-31') as left_on
  from firsts group by dwelling_id, household_id, island, first_f, last_u)
select dwelling_id, household_id, "from", null::date as "until", f as known_from,
  case when u < date '9999-12-31' then u + 1 end as known_until from stays
union all
select dwelling_id, household_id, "from", left_on - 1, u + 1, null from stays where "from" < left_on
order by all
"""


def with_dwellings(states: pa.Table) -> pa.Table:
    """States with `dwelling_id` (`town_code|lot|building`, normalised; null when town or lot is missing)."""
    book = AddressBook(states.select(["town_code", "town"]))
    written = pc.binary_join_element_wise(states["town"], states["lot"], "", null_handling="emit_null")
    return states.append_column("dwelling_id", book.dwellings(written, states["building"]))


def residence(states: pa.Table, membership: pa.Table) -> pa.Table:
    """Which household lived in which dwelling.

    In: `with_dwellings` states; membership by id (identity.spine). Out: dwelling_id, household_id, from, until (valid
    days, inclusive), known_from, known_until; sorted. A stay that ended is believed open until its end was known.
    """
    with duckdb.connect() as con:
        con.register("states", states)
        con.register("membership", membership)
        return con.execute(_RESIDENCE, {"here": list(HERE)}).to_arrow_table()
