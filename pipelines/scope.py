"""Which households a run for day D may look at, and with whose data: permission from D to the day of the run, no
protection.

Facts are taken as known on D; permission and protection are checked at D *and* at run time (promise 4), and permission
must have held without a gap in between: what was known before a gap is deleted, and must not pass for «nothing is
owed». Counting adults needs everybody in the residents frame, so this is done on sealed tables by `resident_id`; what
leaves is pseudonyms.
"""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from identity.permissions import adult_on, holds_on, names, permitted_on
from identity.stretches import unbroken
from pipelines.home import Home
from pipelines.persons import FOREVER, People


@dataclass(frozen=True)
class Scope:
    """Households in scope on D. Keys are pseudonyms.

    households: household_key, adults, consenting_adults, ward, town_code, and axes for fairness tables only ·
    visible: household_key, source · permission: person_key, source, covers_from · members: person_key, household_key,
    resident_id (never published).
    """

    day: date
    households: pa.Table
    visible: pa.Table
    permission: pa.Table
    members: pa.Table

    def only(self, keys: pa.Array) -> "Scope":
        """The scope of some of its households."""
        households, visible, members = (
            table.filter(pc.is_in(table["household_key"], value_set=keys))
            for table in (self.households, self.visible, self.members)
        )
        persons = members["person_key"].combine_chunks()
        permission = self.permission.filter(pc.is_in(self.permission["person_key"], value_set=persons))
        return Scope(self.day, households, visible, permission, members)


_BELIEVED = f"known_from <= {{day}} and {{day}} < coalesce(known_until, {FOREVER})"
# Whoever is protected then or now hides all who live with them, then or now. Who permitted something in one entry that
# holds on both days has no gap in it; the others are looked at source by source.
_TABLES = """
create or replace temp table member as
  select resident_id, household_id from membership where {believed_then} and {valid_then};
create or replace temp table hidden as
  with shielded as (select resident_id from protection where {valid_then} or {valid_now})
  select household_id from member semi join shielded using (resident_id)
  union select household_id from membership semi join shielded using (resident_id)
    where {believed_now} and {valid_now};
create or replace temp table held_then as
  select resident_id, sources, covers_from, {valid_now} as whole
  from {permitted_then};
create or replace temp table steady as
  select resident_id from held_then group by resident_id having count(*) = 1 and bool_and(whole);
create or replace temp table allowed as
  with then_held as (
    select resident_id, unnest(string_split(sources, '|')) as source, covers_from
    from held_then anti join steady using (resident_id)),
  pieces as (
    select resident_id, sources, "from" as f, coalesce("until", {forever}) as u, f <= {then} and {now} <= u as whole
    from permission semi join then_held using (resident_id) where {purpose_named} and f <= {now} and u >= {then}),
  parts as (select resident_id, unnest(string_split(sources, '|')) as source, f, u from pieces where not whole),
  held as (
    select resident_id, unnest(string_split(sources, '|')) as source from pieces where whole
    union from {unbroken})
  select resident_id, source, case when bool_and(covers_from is not null) then min(covers_from) end as covers_from
  from then_held semi join held using (resident_id, source) group by resident_id, source
  union all
  select resident_id, unnest(string_split(sources, '|')), covers_from
  from held_then semi join steady using (resident_id);
create or replace temp table permitting as
  from steady union all select distinct resident_id from allowed anti join steady using (resident_id);
create or replace temp table person as
  with seen as (
    select distinct household_id from member semi join permitting using (resident_id)
    anti join hidden using (household_id))
  select m.resident_id, m.household_id, s.ward, s.town_code, s.sex, s.nationality_class, s.birth_date,
    {adult} as adult,
    m.resident_id in (select resident_id from permitting) as permits
  from member m semi join seen using (household_id)
  join states s on s.resident_id = m.resident_id and {state_then};
create or replace temp table household as
  select household_id, any_value(household_key) as household_key
  from person join household_keys using (household_id) group by household_id having bool_or(adult and permits);
create or replace temp table consenting as
  select person_key, household_key, resident_id from person join household using (household_id)
  join person_keys using (resident_id) where permits;
"""
_HOUSEHOLDS = """
select any_value(household_key) as household_key, count(*) filter (adult) as adults,
  count(*) filter (adult and permits) as consenting_adults, min(ward) as ward, min(town_code) as town_code,
  case when max(age) >= 75 then '75歳以上を含む' when max(age) >= 65 then '65-74歳を含む'
    when max(age) >= 40 then '40-64歳' else '40歳未満' end as age_band,
  case when count(*) = 1 then '単身' when count(*) filter (adult) = 1 then 'ひとり親など'
    when count(*) = count(*) filter (adult) then '大人のみ' else '大人と子' end as household_type,
  case when count(distinct sex) = 1 then min(sex) else '男女' end as sex,
  case when bool_or(nationality_class = '外国') then '外国籍を含む' else '日本' end as nationality
from (select *, date_sub('year', birth_date, {day}) as age from person join household using (household_id))
group by household_id order by household_key
"""
_VISIBLE = """
select distinct household_key, source from consenting join allowed using (resident_id) join admitted using (source)
where since <= {day}
"""
_PERMISSION = "select person_key, source, covers_from from consenting join allowed using (resident_id)"
_MEMBERS = "from consenting order by all"


def scope(people: People, day: date, run_day: date, purpose: str = "early_outreach") -> Scope:
    """The scope of `day` as permitted on `run_day` (the day of the run) for `purpose`."""
    then, now, use = f"date '{day}'", f"date '{run_day}'", f"'{purpose}'"
    said = {
        "day": then,
        "believed_then": _BELIEVED.format(day=then),
        "believed_now": _BELIEVED.format(day=now),
        "valid_then": holds_on(then),
        "valid_now": holds_on(now),
        "state_then": holds_on(then, "s"),
        "permitted_then": permitted_on(then, use),
        "forever": FOREVER,
        "adult": adult_on(then),
        "then": then,
        "now": now,
        "purpose_named": names("purposes", use),
        "unbroken": unbroken("parts", "resident_id, source", then, now),
    }
    people.con.execute(_TABLES.format(**said))
    return Scope(day, *(people.ask(sql.format(**said)) for sql in (_HOUSEHOLDS, _VISIBLE, _PERMISSION, _MEMBERS)))


_last: tuple[tuple[object, ...], Scope] | None = None


def live_scope(home: Home, people: People, day: date, run_day: date) -> Scope:
    """`scope` for early outreach. The last one worked out is kept for the process: the steps of a day ask for the same
    one after the other, and what it rests on (the published people) is what it is remembered by.
    """
    global _last
    key = (str(home.root), day, run_day, *(home.store.digest(path) for path in People.paths()))
    if _last is None or _last[0] != key:
        _last = None  # not two of a city at once
        _last = key, scope(people, day, run_day)
    return _last[1]
