"""Who permits which sources on the day of a run, and since when without a gap: what may be held of them.

What was known before a gap is deleted and does not come back, so «since when» decides row by row (promises 1 and 8).
"""

from datetime import date
from typing import Final

import pyarrow as pa

from identity.permissions import names
from identity.stretches import stretches
from pipelines.persons import FOREVER, People

PURPOSE: Final = "early_outreach"

# Who has one entry that holds, nearly everybody, has no gap in it; the others are looked at source by source.
_HOLDING: Final = f"""
create or replace temp table holding as
with permitting as (
  select resident_id, sources, "from" as f, coalesce("until", {FOREVER}) as u from permission
  where {names("purposes", "$purpose")} and "from" <= $day),
now as (from permitting where u >= $day),
several as (select resident_id from permitting group by resident_id having count(*) > 1),
each as (
  select resident_id, unnest(string_split(sources, '|')) as source, f, u from permitting
  semi join several using (resident_id) semi join now using (resident_id)),
since as (select resident_id, source, f as since from {stretches("each", "resident_id, source")} where u >= $day)
select resident_id, f as since, sources from now anti join several using (resident_id)
union all
select resident_id, since, string_agg(source, '|' order by source) from since group by resident_id, since
"""


def hold(people: People, day: date) -> None:
    """Make the temp table `holding` (resident_id, since, sources with | between them) of a day in the connection."""
    people.con.execute(_HOLDING, {"day": day, "purpose": PURPOSE})


def of_source(basis: str | None) -> str:
    """SQL: resident_id, since of `holding` for one source."""
    named = names("sources", f"'{basis}'")
    return f"(select resident_id, since from holding where {named})"


def held_of(people: People, basis: str | None, day: date) -> pa.Table:
    """Persons with a basis for `basis` on `day` and since when without a gap: resident_id, since."""
    hold(people, day)
    return people.ask(f"from {of_source(basis)}")
