"""The hub: accepted versions become episodes, membership and residence under pseudonyms (DESIGN §3).

Only persons with a basis on the day of the run and outside protected households leave `restricted/`.
"""

from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.shapes import EPISODE_SCHEMA, episodes
from pipelines import layout
from pipelines.accepted import log_digests, versions
from pipelines.home import Home
from pipelines.scope import FOREVER
from pipelines.store import Draft

_KEPT = f"""
with shielded as (
  select resident_id from protection where "from" <= $run and $run <= coalesce("until", {FOREVER})),
home_now as (
  select resident_id, household_id from membership where known_from <= $run and $run < coalesce(known_until, {FOREVER})
    and "from" <= $run and $run <= coalesce("until", {FOREVER})),
hidden as (select household_id from home_now where resident_id in (select resident_id from shielded))
select distinct p.resident_id, p.source from permission p
where p."from" <= $run and $run <= coalesce(p."until", {FOREVER}) and p.purpose = 'early_outreach'
  and p.resident_id not in (select resident_id from shielded)
  and p.resident_id not in (select resident_id from home_now where household_id in (select household_id from hidden))
order by all"""

_DWELLINGS = """
select r.* from residence r where r.household_id in (
  select household_id from membership where resident_id in (select resident_id from kept))
and r.household_id not in (
  select m.household_id from membership m join protection p on p.resident_id = m.resident_id
    and p."from" <= $run and $run <= coalesce(p."until", date '9999-12-31')
  where m.known_from <= $run and $run < coalesce(m.known_until, date '9999-12-31')
    and m."from" <= $run and $run <= coalesce(m."until", date '9999-12-31'))
order by all"""


def publish_hub(home: Home, day: date) -> None:
    """Publish working/episodes, working/membership, working/residence as permitted on `day`."""
    signals = home.with_role("signal")
    people = (layout.MEMBERSHIP_BY_ID, layout.RESIDENCE_BY_ID, layout.PERMISSION, layout.PROTECTION)
    inputs = log_digests(home, signals) | {path: home.store.digest(path) for path in people}

    def fill(draft: Draft) -> None:
        con = duckdb.connect()
        for name, path in zip(("membership", "residence", "permission", "protection"), people, strict=True):
            con.register(name, home.store.read_table(path))
        run = {"run": day}
        kept = con.execute(_KEPT, run).to_arrow_table()
        con.register("kept", kept)
        parts = [part for name in signals if (part := _episodes(home, name, kept, day)) is not None]
        whole = pa.concat_tables(parts) if parts else EPISODE_SCHEMA.empty_table()
        draft.table(layout.EPISODES, whole, ["episode_id", "known_from"])
        members = con.sql(
            "select * from membership where resident_id in (select resident_id from kept)"
        ).to_arrow_table()
        _publish_keyed(home, draft, layout.MEMBERSHIP, members, "resident_id", "person")
        dwellings = con.execute(_DWELLINGS, run).to_arrow_table()
        _publish_keyed(home, draft, layout.RESIDENCE, dwellings, "dwelling_id", "dwelling")

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


def _publish_keyed(home: Home, draft: Draft, path: str, table: pa.Table, of: str, purpose: str) -> None:
    who = home.names.keys(purpose, table[of])
    where = home.names.keys("household", table["household_id"])
    columns = ["from", "until", "known_from", "known_until"]
    keyed = table.select(columns).add_column(0, f"{purpose}_key", who).add_column(1, "household_key", where)
    draft.table(path, keyed, [f"{purpose}_key", "from", "known_from", "household_key"])


def episode_counts(home: Home) -> dict[str, int]:
    """Episode versions by source, for metadata."""
    table = home.store.read_table(layout.EPISODES)
    counts = pc.value_counts(table["source"]).to_pylist()
    return {entry["values"]: entry["counts"] for entry in counts}
