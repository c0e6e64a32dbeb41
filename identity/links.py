"""Find the person behind a row that knows no 宛名番号 (water, school): exact keys only; the rest is counted.

Probabilistic linkage has its place here later; it will add candidates, not change these rules. Persons protected on the
day are never linked by name: a row that would match one counts as not found, and goes to no namesake either (SOURCES;
DOMAIN §1.4).
"""

from typing import Literal

import duckdb
import pyarrow as pa

from identity.normalise import AddressBook, kana_keys
from identity.states import HERE

How = Literal["kana_address", "kana_birth_or_address"]
FOREVER = "date '9999-12-31'"

# Everybody whom the row fits in one way or both. One person who fits in both ways goes before namesakes born on the
# same day; who fits by birth date, before who fits by dwelling.
_LINK = f"""
with here as (from near where kana_key is not null),
candidates as (
  select r.row_id, r.day, h.resident_id, true as by_birth,
    coalesce(r.dwelling_id = h.dwelling_id, false) as by_dwelling
  from rows r join here h on r.kana_key = h.kana_key and r.birth_date = h.birth_date
    and r.day between h."from" and coalesce(h."until", {FOREVER}) where $how = 'kana_birth_or_address'
  union
  select r.row_id, r.day, h.resident_id,
    coalesce($how = 'kana_birth_or_address' and r.birth_date = h.birth_date, false), true
  from rows r join here h on r.kana_key = h.kana_key and r.dwelling_id = h.dwelling_id
    and r.day between h."from" and coalesce(h."until", {FOREVER})),
graded as (
  select row_id, resident_id, case when by_birth and by_dwelling then 0 when by_birth then 1 else 2 end as grade,
    exists (select 1 from never n where n.resident_id = c.resident_id
      and c.day between n."from" and coalesce(n."until", {FOREVER})) as shielded
  from candidates c),
ranked as (
  select *, min(grade) over (partition by row_id) as best, bool_or(shielded) over (partition by row_id) as closed
  from graded),
found as (
  select row_id, min(resident_id) as resident_id, count(distinct resident_id) as people
  from ranked where grade = best and not closed group by row_id)
select r.row_id, case when f.people = 1 then f.resident_id end as resident_id, r.dwelling_id,
  case when f.people is null then 'none' when f.people = 1 then 'linked' else 'ambiguous' end as outcome
from rows r left join found f using (row_id) order by r.row_id
"""


# Whom any row could fit: of a day's few rows that is a handful, and only their names are normalised.
_NEAR = """
select resident_id, name_kana, birth_date, dwelling_id, "from", "until" from states
where status in (select unnest($here)) and (dwelling_id in (select dwelling_id from rows)
  or ($how = 'kana_birth_or_address' and birth_date in (select birth_date from rows)))
"""


def link(rows: pa.Table, states: pa.Table, book: AddressBook, how: How, never: pa.Table) -> pa.Table:
    """Link rows to residents by normalised kana and birth date, else kana and dwelling, as known on each row's day.

    In: rows (row_id, day, kana, birth_date, address, building); states (resident_id, status, name_kana, birth_date,
    dwelling_id, from, until); never: stretches
    (resident_id, from, until) of protection. Out: row_id, resident_id (null unless exactly one person fits),
    dwelling_id (null when the address is not understood), outcome linked|none|ambiguous; sorted by row_id.
    """
    keyed = rows.append_column("kana_key", kana_keys(rows["kana"]))
    keyed = keyed.append_column("dwelling_id", book.dwellings(rows["address"], rows["building"]))
    with duckdb.connect() as con:
        con.register("rows", keyed)
        con.register("states", states)
        con.register("never", never)
        near = con.execute(_NEAR, {"here": list(HERE), "how": how}).to_arrow_table()
        con.register("near", near.append_column("kana_key", kana_keys(near["name_kana"])))
        return con.execute(_LINK, {"how": how}).to_arrow_table()
