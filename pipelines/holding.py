"""Who permits which sources on the day of a run, and since when without a gap: what may be held of them.

What was known before a gap is deleted and does not come back, so «since when» decides row by row (promises 1 and 8).
A purge remembers it, so that the next one looks only for those of whom it is not the same.
"""

from datetime import date
from typing import Final

import pyarrow as pa

from identity.permissions import names
from identity.stretches import stretches
from pipelines import layout
from pipelines.draft import Draft
from pipelines.home import Home
from pipelines.manifest import Manifest
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


def lost_since(home: Home, people: People, draft: Draft, last: Manifest | None) -> set[str]:
    """Remember what may be held of whom. Makes `lost` (resident_id): of whom it is not the same as at the last purge.
    Returns the files of logs that were in order after it and were not written since: of nobody else can there be
    anything in them that may no longer be held (decision 0028).
    """
    before = home.store.read_table(layout.HELD) if last else people.ask("from holding limit 0")
    people.con.register("held_before", before)
    people.con.execute(
        "create temp table lost as from held_before anti join holding using (resident_id, since, sources)"
    )
    held = people.answering("from holding order by resident_id, since, sources").to_arrow_reader()
    draft.stream(layout.HELD, held.schema, held)
    if last is None:
        return set()
    return {path for path, output in home.store.held.items() if output.gen <= last.run_id}
