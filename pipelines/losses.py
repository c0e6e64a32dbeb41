"""Whose households may be seen no more: somebody in them permitted less since a day, or was protected since.

What counts is every day from then to the run, not the days on which runs happened to be made: what was withdrawn and
given again, or protected and released again, between two runs is lost as it would have been by a run in between.
"""

from collections.abc import Collection
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from identity.permissions import holds_on
from identity.stretches import unbroken
from pipelines.holding import PURPOSE
from pipelines.persons import FOREVER, People

_USE: Final = "then_on, resident_id, source, purpose"
# Nearly all rows that held on a day (`then_on`) still hold, so only those that ended are looked at use by use, of all
# days at once.
_LOST: Final = f"""
with asked as (select unnest($days) as then_on),
ended as (
  select then_on, resident_id, sources, purposes
  from (from permission where not {holds_on("$now")}) p join asked on {holds_on("then_on", "p")}),
uses_ended as (
  select *, unnest(string_split(purposes, '|')) as purpose from (
    select then_on, resident_id, purposes, unnest(string_split(sources, '|')) as source from ended)),
pieces as (
  select *, unnest(string_split(purposes, '|')) as purpose from (
    select then_on, resident_id, p.purposes, unnest(string_split(p.sources, '|')) as source, p."from" as f,
      coalesce(p."until", {FOREVER}) as u
    from permission p join (select distinct then_on, resident_id from ended) using (resident_id)
    where p."from" <= $now and coalesce(p."until", {FOREVER}) >= then_on)),
uses_still as (from {unbroken("pieces", _USE, "then_on", "$now")}),
less as (
  select distinct then_on, resident_id, source from uses_ended anti join uses_still using ({_USE})
  where purpose in (select unnest($purposes))),
shielded as (
  select then_on, resident_id, greatest("from", then_on) as f, least(coalesce("until", {FOREVER}), $now) as u
  from protection join asked on "from" <= $now and coalesce("until", {FOREVER}) >= then_on),
lost as (select then_on, resident_id from less union select then_on, resident_id from shielded),
of_homes as (
  select then_on, resident_id from less where source in (select unnest($at_home))
  union select then_on, resident_id from shielded s
    where not exists (from protection p where p.resident_id = s.resident_id and {holds_on("then_on", "p")})),
sharing as (
  select distinct then_on, household_id from membership join of_homes using (resident_id)),
roofs as (
  select then_on, dwelling_id, r."from" as f, coalesce(r."until", {FOREVER}) as u
  from residence r join sharing using (household_id) where known_until is null)
"""
_OF_DAYS: Final = f"""{_LOST},
homes as (
  select then_on, household_id from membership m join lost using (resident_id)
    where known_from <= then_on and then_on < coalesce(known_until, {FOREVER}) and {holds_on("then_on", "m")}
  union select then_on, household_id from membership m join shielded s using (resident_id)
    where greatest(s.f, m."from", known_from)
      <= least(s.u, coalesce(m."until", {FOREVER}), coalesce(known_until, {FOREVER}) - 1)
  union select then_on, r.household_id from residence r join roofs using (dwelling_id)
    where r.known_from <= then_on and then_on < coalesce(r.known_until, {FOREVER}) and {holds_on("then_on", "r")}
      and r."from" <= roofs.u and roofs.f <= then_on)
select then_on, household_key from homes join household_keys using (household_id) order by all
"""
_EVER: Final = f"""{_LOST},
homes as (
  select household_id from membership semi join lost using (resident_id)
  union select r.household_id from residence r join roofs using (dwelling_id)
    where r."from" <= roofs.u and roofs.f <= coalesce(r."until", {FOREVER}))
select household_key from homes join household_keys using (household_id) order by 1
"""


def households_lost(people: People, days: Collection[date], run_day: date, at_home: list[str]) -> dict[date, pa.Array]:
    """For each day, keys of households of which, on that day, somebody lived in them who permits less as of `run_day`
    for outreach, and of those in which protection reached somebody from that day to then. What a source of `at_home`
    says of a dwelling was in the row of every household under that roof, so theirs are lost with it.
    """
    bound = {"days": sorted(days), "now": run_day, "purposes": [PURPOSE], "at_home": at_home}
    if not days:
        return {}
    found = people.ask(_OF_DAYS, bound)
    return {day: found.filter(pc.equal(found["then_on"], day))["household_key"].combine_chunks() for day in days}


def households_lost_since(
    people: People, since: date, run_day: date, purposes: list[str], at_home: list[str]
) -> pa.Array:
    """Keys of households, of any day, of everybody who permits less than on `since` for `purposes`, or is protected."""
    bound = {"days": [since], "now": run_day, "purposes": purposes, "at_home": at_home}
    return people.ask(_EVER, bound)["household_key"].combine_chunks()
