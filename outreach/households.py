"""One row per household before any choice: who would be met, which team serves it, what bars it."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from outreach.standing import Standing
from outreach.teams import Capacity

_PHONE = "電話"


def shaped_people(people: pa.Table) -> pa.Table:
    """Fill the optional columns and put the wish of a suspected vacancy to telephone."""
    for name in ("vacancy_suspected", "first"):
        if name not in people.column_names:
            people = people.append_column(name, pa.array(np.zeros(people.num_rows, dtype=bool)))
    by_phone = pc.fill_null(people["vacancy_suspected"].cast(pa.bool_()), False)
    wish = pc.if_else(by_phone, pa.scalar(_PHONE), people["contact_by"].cast(pa.string()))
    return people.set_column(people.schema.get_field_index("contact_by"), "contact_by", wish)


_HOUSEHOLDS = """
with counted as (
    select *, (reason_1 is not null)::int + (reason_2 is not null)::int + (reason_3 is not null)::int as reasons
    from people
), chosen as (
    select *,
        row_number() over (partition by household_key
            order by coalesce(first, false) desc, reasons desc, person_key) as pick,
        min(person_key) filter (random_allowed) over (partition by household_key) as random_person,
        bool_or(coalesce(first, false)) over (partition by household_key) as goes_first
    from counted
)
select
    coalesce(s.household_key, c.household_key) as household_key,
    c.person_key, c.district, w.team, c.contact_by, c.reason_1, c.reason_2, c.reason_3,
    coalesce(c.reasons, 0) > 0 as offers, coalesce(c.goes_first, false) as first,
    c.random_person, r.contact_by as random_contact_by,
    s.household_key is not null as scored, s.margin::double as margin, d.u::double as u,
    s.consenting_adults, s.adults, s.visible_sources,
    b.household_key is not null as barred, c.household_key is null as nobody
from scores s
full join (select * from chosen where pick = 1) c on c.household_key = s.household_key
left join people r on r.household_key = c.household_key and r.person_key = c.random_person
left join draws d on d.household_key = s.household_key
left join wards w on w.district = c.district
left join (select distinct household_key from barred) b on b.household_key = coalesce(s.household_key, c.household_key)
order by 1
"""


def households(
    scores: pa.Table, people: pa.Table, served: Capacity, draws: pa.Table, barred: pa.Table, stands: list[Standing]
) -> pa.Table:
    """Return one row per household of scores or people, sorted by key.

    Columns: household_key, person_key (of the adults with a basis one who goes first, then the one with most reasons;
    ties by the pseudonym, which means nothing), random_person (one whose form mentioned random visits, or null),
    district, team, contact_by, random_contact_by, reason_1..3, offers, first, scored, margin, u, consenting_adults,
    adults, visible_sources, barred (excluded, or with a past that is not «free»), nobody (no adult to meet).
    Raises ValueError for a margin that is no number and for a missing draw.
    """
    past = [stand.household_key for stand in stands if stand.state != "free"]
    keys = pa.table(
        {"household_key": pa.concat_arrays([barred["household_key"].combine_chunks(), pa.array(past, pa.string())])}
    )
    connection = duckdb.connect()
    try:
        connection.execute("set threads to 1")
        inputs = {"scores": scores, "people": people, "wards": served.ward_table(), "draws": draws, "barred": keys}
        for name, table in inputs.items():
            connection.register(name, table)
        joined = connection.execute(_HOUSEHOLDS).to_arrow_table()
    finally:
        connection.close()
    scored = joined.filter(pc.field("scored"))
    if pc.any(pc.invert(pc.is_finite(pc.fill_null(scored["margin"], float("nan"))))).as_py():
        raise ValueError("scores: margin に数でない値があります。採点をやり直してください")
    draw = pc.fill_null(scored["u"], -1.0)
    if pc.any(pc.or_(pc.less(draw, 0.0), pc.greater_equal(draw, 1.0))).as_py():
        raise ValueError("draws: 採点したすべての世帯に 0 以上 1 未満の数が必要です")
    return joined
