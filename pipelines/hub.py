"""The hub: accepted versions become episodes, membership and residence under pseudonyms (DESIGN §3).

Only persons with a basis on the day of the run and outside protected households leave `restricted/`.
"""

from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.shapes import EPISODE_SCHEMA, episodes
from identity.permissions import holds_on, permitted_on
from pipelines import layout
from pipelines.accepted import log_digests, versions
from pipelines.home import Home
from pipelines.persons import FOREVER, People
from pipelines.store import Draft

# Whoever permits something on the day of the run, unless somebody they live with is protected.
_KEPT = f"""
with shielded as (select resident_id from protection where {holds_on("$run")}),
home_now as (
  select resident_id, household_id from membership where known_from <= $run and $run < coalesce(known_until, {FOREVER})
    and {holds_on("$run")}),
hidden as (select household_id from home_now semi join shielded using (resident_id)),
shown as (
  select resident_id, sources from {permitted_on("$run", "'early_outreach'")} anti join shielded using (resident_id)
  anti join (select resident_id from home_now semi join hidden using (household_id)) using (resident_id))
select distinct resident_id, unnest(string_split(sources, '|')) as source from shown order by all"""

_MEMBERSHIP = """
select person_key, household_key, "from", "until", known_from, known_until
from membership semi join kept using (resident_id)
join person_keys using (resident_id) join household_keys using (household_id)"""

_RESIDENCE = f"""
with theirs as (select distinct household_id from membership semi join kept using (resident_id)),
hidden as (
  select household_id from membership semi join (select * from protection where {holds_on("$run")}) using (resident_id)
  where known_from <= $run and $run < coalesce(known_until, {FOREVER}) and {holds_on("$run")})
select dwelling_key, household_key, "from", "until", known_from, known_until
from residence semi join theirs using (household_id) anti join hidden using (household_id)
join dwelling_keys using (dwelling_id) join household_keys using (household_id)"""


def publish_hub(home: Home, day: date) -> None:
    """Publish working/episodes, working/membership, working/residence as permitted on `day`."""
    signals = home.with_role("signal")
    inputs = log_digests(home, signals) | {path: home.store.digest(path) for path in People.paths()}

    def fill(draft: Draft) -> None:
        people = People(home)
        kept = people.ask(_KEPT, {"run": day})
        parts = [part for name in signals if (part := _episodes(home, name, kept, day)) is not None]
        whole = pa.concat_tables(parts) if parts else EPISODE_SCHEMA.empty_table()
        draft.table(layout.EPISODES, whole, ["episode_id", "known_from"])
        members = people.ask(_MEMBERSHIP, kept=kept)
        draft.table(layout.MEMBERSHIP, members, ["person_key", "from", "known_from", "household_key"])
        dwellings = people.ask(_RESIDENCE, {"run": day}, kept=kept)
        draft.table(layout.RESIDENCE, dwellings, ["dwelling_key", "from", "known_from", "household_key"])

    home.store.publish("hub", day, fill, inputs=inputs, config=home.config)


def _episodes(home: Home, name: str, kept: pa.Table, day: date) -> pa.Table | None:
    log = versions(home, name)
    if log is None:
        return None
    source = home.catalog.source(name, day)
    con = duckdb.connect()
    con.register("log", log)
    con.register("kept", kept)
    rows = con.execute(
        "select * from log where resident_id in (select resident_id from kept where source = $basis)",
        {"basis": source.contract.basis},
    ).to_arrow_table()
    of_dwelling = source.contract.subject.get("entity") == "dwelling"
    blank = pa.nulls(rows.num_rows, pa.string())
    rows = rows.append_column("person_key", blank if of_dwelling else home.names.keys("person", rows["resident_id"]))
    rows = rows.append_column(
        "dwelling_key", home.names.keys("dwelling", rows["dwelling_id"]) if of_dwelling else blank
    )
    return episodes(rows, source, lambda natural: home.names.keys("episode", natural), home.engines.spark()).select(
        EPISODE_SCHEMA.names
    )


def episode_counts(home: Home) -> dict[str, int]:
    """Episode versions by source, for metadata."""
    table = home.store.read_table(layout.EPISODES)
    counts = pc.value_counts(table["source"]).to_pylist()
    return {entry["values"]: entry["counts"] for entry in counts}
