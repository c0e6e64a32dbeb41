"""Who is off a list for what 支援・受給状況 says, who goes first, who died or moved away (PRACTICE).

What excludes needs no consent and stays sealed (pipelines.safeguards). What puts first rests on the person's own rows,
on consent, like a reason: nobody is pulled up a list by what is known of somebody else (DOMAIN §1.3).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from features.asof import known_on
from identity.permissions import permitted_on
from identity.states import HERE
from outreach.eligibility import LEFT_OUT
from outreach.safeguards import COUNCIL, exclusions, open_cases
from pipelines.home import Home
from pipelines.persons import FOREVER, People
from pipelines.safeguards import facts_of
from pipelines.scope import Scope

CARRIED_DAYS = 90
"""How far back a list may have named a household that the analyst is still told about."""


@dataclass(frozen=True)
class Barred:
    """excluded: LEFT_OUT; cases: outreach.safeguards.CASES that run; council: household keys of 要対協."""

    excluded: pa.Table
    cases: pa.Table
    council: pa.Array


def barred(home: Home, people: People, of: Scope) -> Barred:
    """What the safeguards say of the households in scope on the scope's day."""
    facts = facts_of(home, people, of)
    cases = open_cases(facts, of.day)
    council = cases.filter(pc.equal(cases["why"], COUNCIL))["household_key"].combine_chunks()
    adults = of.households.select(["household_key", "adults"])
    return Barred(exclusions(facts, adults, of.day), cases, pc.unique(council))


_FIRST = """
select distinct e.person_key from e join allowed a on a.person_key = e.person_key and a.source = e.source
where (a.covers_from is null or e.began_on >= a.covers_from) and (
  e.kind in ('welfare_assistance_declined', 'welfare_assistance_consulted') and e.began_on > $since
  or e.kind = 'welfare_assistance' and e.ended_on > $since)
order by 1"""


def first_persons(welfare: pa.Table, of: Scope, days: int) -> pa.Array:
    """Keys of persons whose own application was declined or withdrawn, who only asked, or whose assistance ended, in
    the `days` up to the scope's day, as known then.
    """
    with duckdb.connect() as con:
        con.register("e", known_on(welfare, of.day).to_pyarrow())
        con.register("allowed", of.permission)
        found = con.execute(_FIRST, {"since": of.day - timedelta(days=days)}).to_arrow_table()
    return found["person_key"].combine_chunks().cast(pa.string())


_GONE = f"""
with shielded as (select distinct resident_id from protection),
near as (
  select resident_id from membership where household_id in (
    select household_id from membership where resident_id in (select resident_id from shielded)))
select distinct k.person_key from states s join person_keys k using (resident_id)
semi join {permitted_on("$day", "'early_outreach'")} p on p.resident_id = s.resident_id
where s."from" <= $day and $day <= coalesce(s."until", {FOREVER}) and s.status not in (select unnest($here))
  and s.resident_id not in (select resident_id from near)
order by all"""


def gone(people: People, of: Scope, past: pa.Table, monday: date) -> pa.Table:
    """LEFT_OUT of households that were lately on a list and whose person died, moved away or cannot be found.

    Nobody who ever lived with somebody protected is among them, whatever the day: fail closed.
    """
    keys = people.ask(_GONE, {"day": of.day, "here": list(HERE)})["person_key"].combine_chunks()
    since = pa.scalar(monday - timedelta(days=CARRIED_DAYS), pa.date32())
    lately = past.filter(pc.and_(pc.is_in(past["person_key"], keys), pc.greater_equal(past["monday"], since)))
    there = pc.is_in(lately["household_key"], of.households["household_key"].combine_chunks())
    left = pc.unique(lately.filter(pc.invert(there))["household_key"])
    return pa.table([left, pa.array(["died_or_moved"] * len(left), pa.string())], schema=LEFT_OUT)
