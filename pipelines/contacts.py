"""Whom a visitor may meet and how: the adults who agreed to be contacted, with their wishes from the consent ledger."""

from datetime import date

import duckdb
import pyarrow as pa

from features.asof import known_on
from identity.permissions import adult_on, permitted_on
from pipelines.accepted import relation, versions
from pipelines.duck import connect
from pipelines.errors import GateClosed
from pipelines.home import Home
from pipelines.persons import FOREVER, People
from pipelines.scope import Scope

# A row of the consent ledger, as known on a day, on which it holds.
_HOLDS = f"""known_from <= $day and $day < coalesce(known_until, {FOREVER}) and given_on <= $day
    and $day <= coalesce(ends_on, {FOREVER}) and (withdrawn_on is null or $day < withdrawn_on)"""
_MEETABLE = f"""
with agreed as (
  select distinct resident_id from {permitted_on("$day", "'contact'")}),
wish as (
  select resident_id, contact_by, contact_avoid, form_version from consents semi join members using (resident_id)
  where {_HOLDS} and list_contains(purposes, 'contact')
  qualify row_number() over (partition by resident_id order by given_on desc, consent_id desc) = 1)
select m.household_key, m.person_key, m.resident_id, s.ward as district, s.town_code, s.language,
  w.contact_by, w.contact_avoid, coalesce(w.form_version in (select unnest($forms)), false) as random_allowed
from members m
join agreed using (resident_id)
join states s on s.resident_id = m.resident_id and s."from" <= $day and $day <= coalesce(s."until", {FOREVER})
left join wish w on w.resident_id = m.resident_id
where {adult_on("$day")}
order by m.household_key, m.person_key"""


_GUARDIANS = f"""
select distinct resident_id as child, given_by as guardian, unnest(sources) as source from consents
where capacity in ('親権者', '未成年後見人') and given_by is not null and {_HOLDS}
  and list_contains(purposes, 'early_outreach')
order by all"""


def guardians(home: Home, day: date) -> pa.Table:
    """child_key, guardian_key, source: who consented for a child, and to what; its facts of that source may be told to
    that guardian only (PRACTICE).
    """
    with connect(home) as con:
        _consents(home, con)
        found = con.execute(_GUARDIANS, {"day": day}).to_arrow_table()
    keys = [home.names.keys("person", found[name]) for name in ("child", "guardian")]
    return pa.Table.from_arrays([*keys, found["source"]], names=["child_key", "guardian_key", "source"])


def meetable(home: Home, people: People, of: Scope, random_forms: list[str]) -> pa.Table:
    """Adults in scope who may be contacted on the scope's day.

    Out: household_key, person_key, resident_id, district, town_code, language, contact_by, contact_avoid,
    random_allowed (the form they signed mentions random visits). Never published with resident_id.
    """
    _consents(home, people.con)
    return people.ask(_MEETABLE, {"day": of.day, "forms": random_forms}, members=of.members)


def _consents(home: Home, con: duckdb.DuckDBPyConnection) -> None:
    """The consent ledger as a view, read as far as a query asks."""
    name = home.with_role("consents")[0]
    log = relation(con, home, name)
    if log is None:
        raise GateClosed("consents", "no file of consents was accepted yet", f"put it into inbox/{name}")
    log.create_view("consents", replace=True)


def teams(home: Home, day: date) -> pa.Table:
    """The teams as known on `day`. Raises GateClosed when none was ever delivered: no capacity, no list."""
    log = versions(home, home.with_role("teams")[0])
    if log is None:
        raise GateClosed(
            "teams", "no file of teams was accepted yet", "put one into inbox/teams: it holds wards and visits a week"
        )
    return known_on(log, day).to_pyarrow()
