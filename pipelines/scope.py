"""Which households a run for day D may look at, and with whose data: permission at D and at the day of the run, no
protection.

Facts are taken as known on D; permission and protection are checked at D *and* at run time (promise 4). Counting
adults needs everybody in the residents frame, so this is done on sealed tables by `resident_id`; what leaves is
pseudonyms.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from pipelines import layout
from pipelines.home import Home

FOREVER = "date '9999-12-31'"


@dataclass(frozen=True)
class People:
    """The sealed tables of `people`, read once for any number of days, and the days on which sources were first
    admitted.
    """

    states: pa.Table
    membership: pa.Table
    permission: pa.Table
    protection: pa.Table
    admitted: pa.Table

    @staticmethod
    def read(home: Home) -> "People":
        """Read them from the home."""
        read = home.store.read_table
        first: dict[str, date] = {}
        for entry in home.ledger().entries:
            basis = home.basis(entry.source) if home.role(entry.source) == "signal" else None
            if basis and entry.verdict == "accepted":
                first[basis] = min(entry.known_from, first.get(basis, entry.known_from))
        admitted = pa.table({"source": pa.array(first, pa.string()), "since": pa.array(first.values(), pa.date32())})
        return People(
            states=read(layout.STATES),
            membership=read(layout.MEMBERSHIP_BY_ID),
            permission=read(layout.PERMISSION),
            protection=read(layout.PROTECTION),
            admitted=admitted,
        )

    def admitted_from(self) -> date:
        """The first day on which every source that was ever admitted had been."""
        return max(self.admitted["since"].to_pylist())

    @staticmethod
    def paths() -> tuple[str, ...]:
        """What is read, for manifests."""
        return (layout.STATES, layout.MEMBERSHIP_BY_ID, layout.PERMISSION, layout.PROTECTION, layout.LEDGER)


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


_VIEWS = f"""
create temp view member as
  select resident_id, household_id from membership
  where known_from <= $day and $day < coalesce(known_until, {FOREVER})
    and "from" <= $day and $day <= coalesce("until", {FOREVER});
create temp view person as
  select m.resident_id, m.household_id, s.ward, s.town_code, s.sex, s.nationality_class, s.birth_date,
    s.birth_date is null or s.birth_date + interval 18 year <= $day as adult
  from member m join states s on s.resident_id = m.resident_id
    and s."from" <= $day and $day <= coalesce(s."until", {FOREVER});
create temp view shielded as
  select resident_id from protection where "from" <= $day and $day <= coalesce("until", {FOREVER})
  union select resident_id from protection where "from" <= $run and $run <= coalesce("until", {FOREVER});
create temp view hidden as
  select household_id from member where resident_id in (select resident_id from shielded)
  union select household_id from membership where resident_id in (select resident_id from shielded)
    and known_from <= $run and $run < coalesce(known_until, {FOREVER})
    and "from" <= $run and $run <= coalesce("until", {FOREVER});
create temp view allowed as
  select resident_id, source, min(covers_from) as covers_from, bool_or(covers_from is null) as covers_all
  from permission p
  where purpose = $purpose and "from" <= $day and $day <= coalesce("until", {FOREVER})
    and exists (select 1 from permission q where q.resident_id = p.resident_id and q.source = p.source
      and q.purpose = $purpose and q."from" <= $run and $run <= coalesce(q."until", {FOREVER}))
  group by all;
create temp view consenting as
  select p.*, a.source, case when a.covers_all then null else a.covers_from end as covers_from
  from person p join allowed a using (resident_id)
  where p.household_id not in (select household_id from hidden);
create temp view household as
  select household_id from consenting where adult group by all;
"""

_HOUSEHOLDS = """
select p.household_id, count(*) filter (adult) as adults,
  count(*) filter (adult and resident_id in (select resident_id from allowed)) as consenting_adults,
  min(ward) as ward, min(town_code) as town_code,
  case when max(age) >= 75 then '75歳以上を含む' when max(age) >= 65 then '65-74歳を含む'
    when max(age) >= 40 then '40-64歳' else '40歳未満' end as age_band,
  case when count(*) = 1 then '単身' when count(*) filter (adult) = 1 then 'ひとり親など'
    when count(*) = count(*) filter (adult) then '大人のみ' else '大人と子' end as household_type,
  case when count(distinct sex) = 1 then min(sex) else '男女' end as sex,
  case when bool_or(nationality_class = '外国') then '外国籍を含む' else '日本' end as nationality
from (select *, date_sub('year', birth_date, $day) as age from person) p
where household_id in (select household_id from household) group by all order by all"""
_VISIBLE = """
select distinct household_id, source from consenting join admitted using (source)
where since <= $day and household_id in (select household_id from household) order by all"""
_PERMISSION = """
select distinct resident_id, household_id, source, covers_from from consenting
where household_id in (select household_id from household) order by all"""


def scope(home: Home, people: People, day: date, run_day: date, purpose: str = "early_outreach") -> Scope:
    """The scope of `day` as permitted on `run_day` (the day of the run) for `purpose`."""
    con = duckdb.connect()
    for name in ("states", "membership", "permission", "protection", "admitted"):
        con.register(name, getattr(people, name))
    views = (
        _VIEWS.replace("$day", f"date '{day}'").replace("$run", f"date '{run_day}'").replace("$purpose", f"'{purpose}'")
    )
    con.execute(views)

    def ask(sql: str) -> pa.Table:
        return con.sql(sql.replace("$day", f"date '{day}'")).to_arrow_table()

    permitted = ask(_PERMISSION)
    households, visible = _keyed(home, ask(_HOUSEHOLDS)), _keyed(home, ask(_VISIBLE))
    members = _keyed(home, permitted)
    members = members.append_column("person_key", home.names.keys("person", members["resident_id"]))
    return Scope(
        day,
        households,
        visible,
        members.select(["person_key", "source", "covers_from"]),
        members.select(["person_key", "household_key", "resident_id"])
        .group_by(["person_key", "household_key", "resident_id"])
        .aggregate([]),
    )


def _keyed(home: Home, table: pa.Table) -> pa.Table:
    """Replace household_id by its pseudonym."""
    keys = home.names.keys("household", table["household_id"])
    return table.drop_columns(["household_id"]).add_column(0, "household_key", keys).sort_by("household_key")
