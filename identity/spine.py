"""The household over time: a key that follows the people, not the number on the form (DESIGN §3, DOMAIN §3.5).

A household continues while most of its surviving adults stay together. Ties go to the group that keeps the 世帯番号,
then to the one with the smallest resident_id; when households merge, the one that brings more adults continues.
A key is given once and never reassigned; people who were all gone from under a number and come back under it (a full
with gaps, 転出取消) get their key back. Days are read in the order in which things became known, so what was known on
a day does not change with what is learnt later.

Numbers that share people, one after the other, are one *circle*: what happens in it concerns no other. Most circles
are calm (see `_CALM`), and their rows are one query; the others are walked through day by day (`identity.walking`).
"""

from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from identity.states import HERE
from identity.walking import Row, Spine, Stay

ADULT_YEARS = 18

MEMBERSHIP_SCHEMA: Final = pa.schema(
    [("resident_id", pa.string()), ("household_id", pa.string())]
    + [(name, pa.date32()) for name in ("from", "until", "known_from", "known_until")]
)

# What is told of a resident from a known day on; a state that ends without another says that nobody is here.
_TOLD = """
create or replace temp table told as
with stays as (
  select resident_id, "from" as day, case when status in (select unnest($here)) then household_id end as number,
    least(coalesce(event_on, resident_since, "from"), "from") as since,
    (birth_date + to_years($adult))::date as adult_on, status = '死亡' as dead, "until",
    lead("from") over (partition by resident_id order by "from") as next_day
  from states)
select resident_id, day, number, since, adult_on, dead from stays
union all
select resident_id, "until" + 1, null, "until" + 1, adult_on, dead from stays
where "until" is not null and next_day is distinct from "until" + 1
"""
# From when until when somebody was under a number, and with what it ended.
_PIECES = """
create or replace temp table pieces as
with turned as (
  select *, lag(number) over (partition by resident_id order by day) as was from told),
moves as (
  select *, lead(day) over w as next_day, lead(number) over w as next_number, lead(since) over w as next_since,
    lead(dead) over w as next_dead
  from turned where number is distinct from was window w as (partition by resident_id order by day))
select resident_id, number, since, day as f, next_day - 1 as u, next_number, next_since, next_dead
from moves where number is not null
"""
_LEFT_FOR = """
select distinct number, other from (
  select number, lead(number) over (partition by resident_id order by f) as other from pieces)
where other <> number
"""
# One line per person of a circle who came once and left once or not at all; others make their circle lively.
_PEOPLE = """
create or replace temp table people as
with born as (
  select resident_id, min(adult_on) as adult_on,
    min(adult_on) is distinct from max(adult_on) or count(adult_on) not in (0, count(*)) as corrected
  from told group by resident_id),
present as (
  select resident_id, any_value(coalesce(circle, number)) as circle, min_by(number, f) as first_number, min(f) as f,
    min_by(since, f) as since, max(coalesce(u, date '9999-12-31')) as u, max_by(next_since, f) as left_since,
    coalesce(max_by(next_dead, f), false) as left_dead, count(*) > 1 + count(next_number) as returned
  from pieces left join circles using (number) group by resident_id)
select * from present join born using (resident_id)
"""
# A circle is calm when all who are there are always under one number, and at every departure most of the surviving
# adults who were there (of the children, where there is no adult) stay, or nobody ever is there again.
_CALM = """
create or replace temp table calm as
with numbers as (
  select coalesce(circle, number) as circle, number, min(f) as f, max(coalesce(u, date '9999-12-31')) as u
  from pieces left join circles using (number) group by 1, 2),
apart as (
  select circle, f is distinct from lag(u) over w + 1 and lag(u) over w is not null as apart
  from numbers window w as (partition by circle order by f, number)),
departures as (select distinct circle, u + 1 as day from people where u < date '9999-12-31'),
there as (
  select d.circle, d.day, p.u >= d.day as stays, p.u >= d.day or not p.left_dead as alive,
    coalesce(p.adult_on <= d.day, true) as adult
  from departures d join people p using (circle) where p.f < d.day and p.u >= d.day - 1),
counted as (
  select circle, day, count(*) filter (alive and adult) as adults,
    count(*) filter (alive and adult and stays) as adults_stay, count(*) filter (alive) as alive,
    count(*) filter (alive and stays) as alive_stay
  from there group by circle, day),
ends as (select circle, max(u) as u from people group by circle),
broken as (
  select circle from counted join ends using (circle)
  where ends.u >= day and not (
    case when adults > 0 then 2 * adults_stay >= adults else alive > 0 and 2 * alive_stay >= alive end)
  union all select circle from apart where apart
  union all select circle from people where returned or corrected)
select circle, min_by(first_number, (f, resident_id)) || '|' || min_by(resident_id, (f, resident_id)) || '|1'
  as household_id
from people anti join broken using (circle) group by circle
"""
_CALM_ROWS = """
select resident_id, household_id, since as "from", null::date as "until", f as known_from,
  case when u < date '9999-12-31' then u + 1 end as known_until
from people join calm using (circle)
union all
select resident_id, household_id, since, left_since - 1, u + 1, null
from people join calm using (circle) where u < date '9999-12-31' and since < left_since
"""
_LIVELY = """
select day, resident_id, number, since, adult_on, dead from told
semi join (select resident_id from people anti join calm using (circle)) using (resident_id)
order by day, resident_id
"""


def spine(states: pa.Table) -> pa.Table:
    """Membership of every resident in households over valid and transaction time.

    In: states (identity.states). Out: resident_id, household_id (the spine's own key, not 世帯番号), from, until
    (valid days, inclusive), known_from, known_until; sorted. An event known late closes the old row the day before it
    happened.
    """
    with duckdb.connect() as con:
        con.register("states", states)
        make_membership(con)
        return con.sql(
            'select * from membership order by resident_id, known_from, "from", household_id'
        ).to_arrow_table()


def make_membership(con: duckdb.DuckDBPyConnection) -> None:
    """Make `membership` of `states`, both tables of `con`, in no order; see `spine`."""
    con.execute(_TOLD, {"here": list(HERE), "adult": ADULT_YEARS})
    con.execute(_PIECES)
    _make_circles(con)
    con.execute(_PEOPLE)
    con.execute(_CALM)
    con.execute(f"create or replace temp table membership as {_CALM_ROWS}")
    con.register("walked", walked(con.sql(_LIVELY).fetchall()))
    con.execute("insert into membership from walked")
    con.unregister("walked")


def _make_circles(con: duckdb.DuckDBPyConnection) -> None:
    """`circles`: number, circle – for numbers that people left for others; every other number is its own circle."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = con.sql(_LEFT_FOR).to_arrow_table()
    ends = pa.concat_arrays([c.combine_chunks() for c in pairs.columns]).dictionary_encode()
    n = len(ends.dictionary)
    left, right = np.split(ends.indices.to_numpy(), 2)
    of = connected_components(coo_array((np.ones(len(left)), (left, right)), shape=(n, n)), directed=False)[1]
    _, first = np.unique(of, return_index=True) if n else (of, of)
    circle = ends.dictionary.take(pa.array(first[of])) if n else ends.dictionary
    con.register("found", pa.table({"number": ends.dictionary, "circle": circle}))
    con.execute("create or replace temp table circles as from found")
    con.unregister("found")


def walked(changes: list[Any]) -> pa.Table:
    """Membership by walking through the changes (day, resident_id, and the fields of a Stay) in their order."""
    built = Spine()
    for day, of_day in groupby(changes, key=itemgetter(0)):
        built.take_day(day, ((resident, Stay(*told)) for _, resident, *told in of_day))
    columns = [[getattr(row, name) for row in built.rows] for name in Row.__dataclass_fields__]
    return pa.table(columns, schema=MEMBERSHIP_SCHEMA)
