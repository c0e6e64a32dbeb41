"""The hub: accepted versions become episodes, membership and residence under pseudonyms (DESIGN §3).

Only persons with a basis on the day of the run and outside protected households leave `restricted/`. Who is kept is
remembered sealed, so that the next day knows whose rows to take away or to add.
"""

from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from data_contracts.shapes import EPISODE_SCHEMA
from identity.permissions import holds_on
from pipelines import layout
from pipelines.accepted import log_digests
from pipelines.episodes import Change, Episodes, first_month
from pipelines.errors import GateClosed
from pipelines.holding import hold
from pipelines.home import Home
from pipelines.manifest import Manifest
from pipelines.persons import FOREVER, People
from pipelines.store import Draft
from pipelines.telling import STANDING

# Whoever permits something on the day of the run, unless somebody they live with is protected.
_HIDDEN: Final = f"""
create temp table hidden as
select distinct household_id from membership
  semi join (from protection where {holds_on("$run")}) using (resident_id)
where known_from <= $run and $run < coalesce(known_until, {FOREVER}) and {holds_on("$run")}
"""
_KEPT: Final = f"""
create temp table kept as
select resident_id, person_key, since, sources from holding join person_keys using (resident_id)
anti join (from protection where {holds_on("$run")}) using (resident_id)
anti join (select resident_id from membership semi join hidden using (household_id)
  where known_from <= $run and $run < coalesce(known_until, {FOREVER}) and {holds_on("$run")}) using (resident_id)
"""
# Only persons whose line differs are looked at source by source.
_UNFOLDED: Final = "select resident_id, since, unnest(string_split(sources, '|')) as source from"
_MOVED: Final = f"""
create temp table moved as
with gone as (from before anti join kept using (resident_id, since, sources)),
come as (from kept anti join before using (resident_id, since, sources)),
g as ({_UNFOLDED} gone), c as ({_UNFOLDED} come),
differing as (
  select resident_id, source from g anti join c using (resident_id, source, since)
  union select resident_id, source from c anti join g using (resident_id, source, since))
select resident_id, person_key, source from differing join person_keys using (resident_id)
"""
_AT_HOME: Final = """
create temp table at_home as
from membership join (select distinct resident_id, person_key from kept) using (resident_id)"""
# Also who left long ago leads to no household in which somebody is protected now.
_MEMBERSHIP: Final = """
select person_key, household_key, "from", "until", known_from, known_until
from at_home anti join hidden using (household_id) join household_keys using (household_id)
order by person_key, "from", known_from, household_key"""

_RESIDENCE: Final = """
select dwelling_key, household_key, "from", "until", known_from, known_until
from residence semi join at_home using (household_id) anti join hidden using (household_id)
join dwelling_keys using (dwelling_id) join household_keys using (household_id)
order by dwelling_key, "from", known_from, household_key"""


def publish_hub(home: Home, day: date) -> None:
    """Publish working/episodes, working/membership, working/residence as permitted on `day`."""
    signals = home.with_role("signal")
    read = log_digests(home, signals) | {path: home.store.digest(path) for path in People.paths()}
    said = {name: _declared(home, name, day) for name in signals}
    inputs = read | {f"{name} as declared": told for name, told in said.items()}
    inputs |= {f"{name} files taken in": str(len(home.ledger().of(name))) for name in signals}
    last = home.continuing("hub", layout.KEPT)

    def fill(draft: Draft) -> None:
        people = open_kept(home, day)
        _remember(home, people, draft, last)
        remembered = {layout.KEPT}
        for name in signals:
            source = Episodes(home, people.con, name, day)
            remembered |= set(source.remembered)
            change = _change(home, people, last, name, source.basis) if last else Change(None, 0)
            if last is None or last.inputs.get(f"{name} as declared") != said[name] or change.of_past(last.day):
                source.rebuild(draft)
            else:
                source.update(draft, change)
        ours = tuple(layout.episodes_folder(str(home.basis(name))) for name in signals)
        for path in (*home.store.under(layout.EPISODES), *home.store.under(layout.HUB)):
            if not path.startswith(ours) and path not in remembered:  # of another version: read or kept, never purged
                draft.remove(path)
        people.con.execute(_AT_HOME)
        _stream(people, draft, layout.MEMBERSHIP, _MEMBERSHIP)
        _stream(people, draft, layout.RESIDENCE, _RESIDENCE)

    home.store.publish("hub", day, fill, inputs=inputs, config=home.config)


def open_kept(home: Home, day: date) -> People:
    """People, with the tables `kept` (resident_id, person_key, since, sources) and `hidden` (household_id) of a day."""
    people = People(home)
    hold(people, day)
    for made in (_HIDDEN, _KEPT):
        people.con.execute(made, {"run": day})
    people.con.execute("create temp table moved (resident_id varchar, person_key varchar, source varchar)")
    return people


def standing(home: Home, basis: str) -> pa.Table:
    """All that one source tells of hardship and help, with all its versions (EPISODE_SCHEMA)."""
    found = [home.store.read_table(path) for path in home.store.under(f"{layout.episodes_folder(basis)}{STANDING}")]
    return pa.concat_tables([EPISODE_SCHEMA.empty_table(), *found])


def keeps(home: Home, day: date) -> bool:
    """Whether the published hub holds the everyday facts that features of `day` look back to."""
    return first_month(home, day) >= first_month(home, _hub_day(home))


def routine_before(home: Home, day: date) -> pa.Table:
    """Everyday facts that features of days from `day` on look back to and that are kept on disk no longer."""
    until = _hub_day(home)
    people = open_kept(home, until)
    months = first_month(home, day), first_month(home, until)
    told = [
        sql
        for name in home.with_role("signal")
        if months[0] < months[1] and (sql := Episodes(home, people.con, name, until).routine_of(months))
    ]
    if not told:
        return EPISODE_SCHEMA.empty_table()
    return people.ask(" union all ".join(told)).cast(EPISODE_SCHEMA)


def _hub_day(home: Home) -> date:
    found = home.store.days_of("hub")
    if not found:
        raise GateClosed("publication", "the hub was not published yet", "run kizuki intake or kizuki screen")
    return found[-1]


def _remember(home: Home, people: People, draft: Draft, last: Manifest | None) -> None:
    """Write who is kept; `moved`: who is kept otherwise than at the last publication."""
    if last is not None:
        home.store.relation(people.con, [layout.KEPT]).create_view("before")
        people.con.execute("drop table moved")
        people.con.execute(_MOVED)
    _stream(people, draft, layout.KEPT, "select resident_id, since, sources from kept order by resident_id, since")


def _declared(home: Home, name: str, day: date) -> str:
    source = home.catalog.source(name, day)
    return f"{source.contract.digest} {source.contract.valid_from} {source.episodes.valid_from}"


def _change(home: Home, people: People, last: Manifest, name: str, basis: str) -> Change:
    """What a source's files since the last publication may have told, and who is kept otherwise."""
    taken = int(last.inputs[f"{name} files taken in"])
    new = [entry.known_from for entry in home.ledger().of(name) if entry.order >= taken]
    moved = people.con.execute("select count(*) from moved where source = $of", {"of": basis}).fetchone()
    return Change(min(new, default=None), moved[0] if moved else 0)


def _stream(people: People, draft: Draft, path: str, sql: str) -> None:
    reader = people.answering(sql).to_arrow_reader()
    draft.stream(path, reader.schema, reader)


def episode_counts(home: Home) -> dict[str, int]:
    """Episode versions by source, for metadata."""
    counts: dict[str, int] = {}
    for path in home.store.under(layout.EPISODES):
        basis = path.split("/")[2]
        counts[basis] = counts.get(basis, 0) + pq.read_metadata(home.store.file(path)).num_rows
    return counts
