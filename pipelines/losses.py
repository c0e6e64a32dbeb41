"""Whose households may be seen no more: somebody in them permitted less since a day, or is protected now."""

from datetime import date
from typing import Final

import pyarrow as pa

from identity.permissions import holds_on
from identity.stretches import unbroken
from pipelines.persons import FOREVER, People

# Nearly all rows that held on a day still hold, so only those that ended are looked at use by use. What was withdrawn
# and given again in between is lost too, however the days are batched.
_LOST: Final = f"""
with ended as (
  select resident_id, sources, purposes from permission where {holds_on("$then")} and not {holds_on("$now")}),
uses_ended as (
  select *, unnest(string_split(purposes, '|')) as purpose from (
    select resident_id, purposes, unnest(string_split(sources, '|')) as source from ended)),
pieces as (
  select *, unnest(string_split(purposes, '|')) as purpose from (
    select resident_id, purposes, unnest(string_split(sources, '|')) as source, "from" as f,
      coalesce("until", {FOREVER}) as u
    from permission semi join ended using (resident_id)
    where "from" <= $now and coalesce("until", {FOREVER}) >= $then)),
uses_still as (from {unbroken("pieces", "resident_id, source, purpose", "$then", "$now")}),
less as (
  select distinct resident_id, source from uses_ended anti join uses_still using (resident_id, source, purpose)
  where purpose in (select unnest($purposes))),
shielded as (select distinct resident_id from protection where {holds_on("$now")}),
lost as (select resident_id from less union from shielded),
on_day as (
  select * from membership where known_from <= $then and $then < coalesce(known_until, {FOREVER})
    and {holds_on("$then")}),
today as (
  select * from membership where known_from <= $now and $now < coalesce(known_until, {FOREVER}) and {holds_on("$now")}),
of_homes as (
  select resident_id from less where source in (select unnest($at_home))
  union (from shielded anti join (select resident_id from protection where {holds_on("$then")}) using (resident_id))),
sharing as (select distinct household_id from membership semi join of_homes using (resident_id)),
roofs as (
  select dwelling_id, "from" as f, coalesce("until", {FOREVER}) as u
  from residence semi join sharing using (household_id) where known_until is null)
"""
_OF_DAY: Final = f"""{_LOST},
homes as (
  select household_id from on_day semi join lost using (resident_id)
  union select household_id from today semi join shielded using (resident_id)
  union select r.household_id from residence r join roofs using (dwelling_id)
    where r.known_from <= $then and $then < coalesce(r.known_until, {FOREVER}) and {holds_on("$then", "r")}
      and r."from" <= roofs.u and roofs.f <= $then)
select household_key from homes join household_keys using (household_id) order by 1
"""
_EVER: Final = f"""{_LOST},
homes as (
  select household_id from membership semi join lost using (resident_id)
  union select r.household_id from residence r join roofs using (dwelling_id)
    where r."from" <= roofs.u and roofs.f <= coalesce(r."until", {FOREVER}))
select household_key from homes join household_keys using (household_id) order by 1
"""


def households_lost(people: People, of_day: date, run_day: date, at_home: list[str]) -> pa.Array:
    """Keys of households of which, on `of_day`, somebody lived in them who permits less as of `run_day` for outreach,
    or whom protection reaches by then. What a source of `at_home` says of a dwelling was in the row of every household
    under that roof, so theirs are lost with it.
    """
    bound = {"then": of_day, "now": run_day, "purposes": ["early_outreach"], "at_home": at_home}
    return people.ask(_OF_DAY, bound)["household_key"].combine_chunks()


def households_lost_since(
    people: People, since: date, run_day: date, purposes: list[str], at_home: list[str]
) -> pa.Array:
    """Keys of households, of any day, of everybody who permits less than on `since` for `purposes`, or is protected."""
    bound = {"then": since, "now": run_day, "purposes": purposes, "at_home": at_home}
    return people.ask(_EVER, bound)["household_key"].combine_chunks()
