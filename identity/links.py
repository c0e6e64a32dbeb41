"""Find the person behind a row that knows no 宛名番号 (water, school): exact keys only; the rest is counted, never guessed.

Probabilistic linkage has its place here later; it will add candidates, not change these rules. Persons protected on the
day are never linked by name: a row that would match one counts as not found (SOURCES; DOMAIN §1.4).
"""

from typing import Literal

import duckdb
import pyarrow as pa

from identity.normalise import AddressBook, kana_keys
from identity.states import HERE

How = Literal["kana_address", "kana_birth_or_address"]
FOREVER = "date '9999-12-31'"

_LINK = f"""
with here as (
  select s.* from states s where s.status in (select unnest($here)) and s.kana_key is not null),
shielded as (select * from never),
candidates as (
  select r.row_id, h.resident_id, 1 as grade from rows r join here h
    on r.kana_key = h.kana_key and r.birth_date = h.birth_date
    and r.day between h."from" and coalesce(h."until", {FOREVER}) where $how = 'kana_birth_or_address'
  union all
  select r.row_id, h.resident_id, 2 from rows r join here h
    on r.kana_key = h.kana_key and r.dwelling_id = h.dwelling_id
    and r.day between h."from" and coalesce(h."until", {FOREVER})),
open as (
  select c.* from candidates c join rows r using (row_id) where not exists (
    select 1 from shielded n where n.resident_id = c.resident_id
      and r.day between n."from" and coalesce(n."until", {FOREVER}))),
best as (
  select row_id, min(resident_id) as resident_id, count(distinct resident_id) as people
  from (select *, min(grade) over (partition by row_id) as first from open) where grade = first group by row_id)
select r.row_id, case when b.people = 1 then b.resident_id end as resident_id, r.dwelling_id,
  case when b.people is null then 'none' when b.people = 1 then 'linked' else 'ambiguous' end as outcome
from rows r left join best b using (row_id) order by r.row_id
"""


def link(rows: pa.Table, states: pa.Table, book: AddressBook, how: How, never: pa.Table) -> pa.Table:
    """Link rows to residents by normalised kana and birth date, else kana and dwelling, as known on each row's day.

    In: rows (row_id, day, kana, birth_date, address, building); states with dwelling_id and name_kana; never: stretches
    (resident_id, from, until) of protection. Out: row_id, resident_id (null unless exactly one person fits), dwelling_id
    (null when the address is not understood), outcome linked|none|ambiguous; sorted by row_id.
    """
    con = duckdb.connect()
    keyed = rows.append_column("kana_key", kana_keys(rows["kana"]))
    keyed = keyed.append_column("dwelling_id", book.dwellings(rows["address"], rows["building"]))
    con.register("rows", keyed)
    con.register("states", states.append_column("kana_key", kana_keys(states["name_kana"])))
    con.register("never", never)
    return con.execute(_LINK, {"here": list(HERE), "how": how}).to_arrow_table()
