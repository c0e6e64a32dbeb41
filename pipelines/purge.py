"""Purge: when permission ended or protection began, what is already kept goes (promises 2 and 8).

What rested on a basis that ended is deleted everywhere; what concerns a protected household is deleted everywhere
outside `restricted/` (its own basis may still hold there). Past days are deleted, never recomputed. Each rewritten file
gets a chained entry old digest → new digest in the manifest, which `kizuki verify` follows.
"""

from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from identity.permissions import permitted_on
from pipelines import layout
from pipelines.accepted import rewrite_held, unheld
from pipelines.audit import HANDLES
from pipelines.duck import connect
from pipelines.gate import permitted_for, stretch_since
from pipelines.home import Home
from pipelines.safeguards import forget
from pipelines.scope import FOREVER, People, scope
from pipelines.slips import forget_slips
from pipelines.store import Draft

WHY = "purge"
DERIVED = ("working/features/", "working/scores/", "working/backtests/", "published/lists/", "restricted/people/desks/")
"""Zones of rows by household that rest on what was permitted on their day."""


def purge(home: Home, day: date) -> dict[str, int]:
    """Delete what may no longer be held on `day`. Returns rows deleted by zone (counts only)."""
    deleted: dict[str, int] = {}
    inputs = {path: home.store.digest(path) for path in (layout.PERMISSION, layout.PROTECTION, layout.MEMBERSHIP_BY_ID)}

    def fill(draft: Draft) -> None:
        deleted["accepted"] = _accepted(home, day, draft)
        deleted["quarantine"] = _quarantine(home, day, draft)
        deleted["derived"], deleted["lists"] = _derived(home, day, draft)
        deleted["validation"] = _validation(home, day, draft)
        deleted["handles"] = _handles(home, day, draft)
        deleted["safeguards"] = forget(home, day, draft)
        deleted["slips"] = forget_slips(home, day, draft)

    home.store.publish("purge", day, fill, inputs=inputs, config=home.config, reason="basis and protection of the day")
    return deleted


def _accepted(home: Home, day: date, draft: Draft) -> int:
    """Rows of persons whose basis for that source does not hold today, or did not hold without a gap since."""
    deleted = 0
    for name in home.with_role("signal"):
        with connect(home) as con:
            permitted_for(con, home, home.basis(name), day)
            gone = unheld(con, home, name, "stretch")
            deleted += sum(rows for path, rows in gone.items() if "/opened-" in path)
            for path in gone:
                rewrite_held(con, home, name, path, "stretch", draft, WHY)
    return deleted


def _quarantine(home: Home, day: date, draft: Draft) -> int:
    """Refused rows are kept for 30 days, and only of persons with a basis today."""
    keep = timedelta(days=home.settings.numbers("municipality", day)["quarantine_days"])
    deleted = 0
    for path in home.store.under("restricted/quarantine/"):
        _zone, _quarantine, name, known, _file = path.split("/")
        table = home.store.read_table(path)
        basis = home.basis(name)
        kept = table
        if basis:
            kept = table.filter(pc.is_in(table["resident_id"], stretch_since(home, basis, day)["resident_id"]))
        if date.fromisoformat(known) < day - keep:
            kept = table.slice(0, 0)
        if kept.num_rows < table.num_rows:
            deleted += table.num_rows - kept.num_rows
            _replace(draft, path, kept, ["row"])
    return deleted


def _derived(home: Home, day: date, draft: Draft) -> tuple[int, int]:
    """Rows of past days and lists of households that are protected now, or whose facts rested on a basis that ended."""
    people = People.read(home)
    contactable = _contactable(home, people, day)
    rows = lists = 0
    for prefix in DERIVED:
        for path in home.store.under(prefix):
            of_day = next(
                date.fromisoformat(part) for part in path.split("/") if part[:2] == "20" and part.count("-") == 2
            )
            lost = households_lost(home, people, _made_on(home, path, of_day), day)
            table = home.store.read_table(path)
            kept = table.filter(pc.invert(pc.is_in(table["household_key"], lost)))
            if "person_key" in kept.column_names:
                kept = kept.filter(pc.is_in(kept["person_key"], contactable))
            gone = table.num_rows - kept.num_rows
            if gone:
                rows, lists = (rows, lists + gone) if prefix == "published/lists/" else (rows + gone, lists)
                draft.rewrite(path, kept, [], WHY)
                if prefix == "published/lists/":
                    _unprint(home, of_day, draft)
    return rows, lists


def _made_on(home: Home, path: str, of_day: date) -> date:
    """The day whose scores a week's list was made from: its Monday, or a later day when the list was late."""
    made = home.store.last("weekly-list", of_day) if path.startswith("published/lists/") else None
    read = [p for p in made.inputs if p.startswith("working/scores/")] if made and path in made.outputs else []
    return date.fromisoformat(read[0].split("/")[2]) if read else of_day


def _contactable(home: Home, people: People, day: date) -> pa.Array:
    """Keys of everybody who may be contacted on `day`: who withdraws only that stays in no list either."""
    agreed = permitted_on(people.permission, day, "contact")["resident_id"]
    return home.names.keys("person", pc.unique(agreed))


_LOST_SINCE = f"""
with held as (
  select resident_id, source, purpose from permission where purpose in ('early_outreach', 'model_evaluation')
  and "from" <= $then and $then <= coalesce("until", {FOREVER})),
holds as (
  select resident_id, source, purpose from permission
  where "from" <= $now and $now <= coalesce("until", {FOREVER})),
lost as (
  select resident_id from held anti join holds using (resident_id, source, purpose)
  union select resident_id from protection where "from" <= $now and $now <= coalesce("until", {FOREVER}))
select distinct household_id from membership where resident_id in (select resident_id from lost) order by 1"""


def _validation(home: Home, day: date, draft: Draft) -> int:
    """Rows kept beside a model of households with anybody who permitted less since, or is protected now.

    The model's figures stand (promise 8: trained parameters remain); the rows behind them go, of every day.
    """
    people = People.read(home)
    deleted = 0
    for path in home.store.under("models/"):
        if not path.endswith("/validation.parquet"):
            continue
        trained = next(date.fromisoformat(m.day) for m in reversed(home.store.of_step("training")) if path in m.outputs)
        with duckdb.connect() as con:
            for name in ("permission", "protection", "membership"):
                con.register(name, getattr(people, name))
            found = con.execute(_LOST_SINCE, {"then": trained, "now": day}).to_arrow_table()["household_id"]
        table = home.store.read_table(path)
        lost = home.names.keys("household", found)
        kept = table.filter(pc.invert(pc.is_in(table["household_key"], lost)))
        if kept.num_rows < table.num_rows:
            deleted += table.num_rows - kept.num_rows
            draft.rewrite(path, kept, ["as_of", "household_key"], WHY)
        _cases(home, path.split("/")[1], lost, draft)
    return deleted


def _cases(home: Home, model: str, lost: pa.Array, draft: Draft) -> None:
    """The page of single households goes whole when one of them is lost; the signed report holds none."""
    keys = layout.case_keys(model)
    if home.store.has(keys) and pc.any(pc.is_in(home.store.read_table(keys)["household_key"], lost)).as_py():
        draft.remove(keys)
        draft.remove(layout.cases(model))


def _handles(home: Home, day: date, draft: Draft) -> int:
    """Whoever permitted something and permits nothing now: the random handle leads to nobody from here on."""
    if not home.store.has(HANDLES):
        return 0
    with duckdb.connect() as con:
        con.register("handles", home.store.read_table(HANDLES))
        con.register("permission", home.store.read_table(layout.PERMISSION))
        kept = con.execute(
            f"""select * from handles where resident_id not in (select resident_id from permission)
            or resident_id in (select resident_id from permission
              where "from" <= $now and $now <= coalesce("until", {FOREVER}))""",
            {"now": day},
        ).to_arrow_table()
    gone = home.store.read_table(HANDLES).num_rows - kept.num_rows
    if gone:
        draft.rewrite(HANDLES, kept, ["resident_id"], WHY)
    return gone


def _unprint(home: Home, of_day: date, draft: Draft) -> None:
    """Printed copies of a list that lost a line: the files go; the holder brings the paper back (docs/outreach)."""
    for path in home.store.under(f"restricted/printed/{of_day}/"):
        draft.remove(path)


def households_lost(home: Home, people: People, of_day: date, run_day: date) -> pa.Array:
    """Keys of households in scope on `of_day` whose permissions on that day are fewer, or gone, as of `run_day`."""
    then, now = scope(home, people, of_day, of_day), scope(home, people, of_day, run_day)
    con = duckdb.connect()
    for name, table in (
        ("m_then", then.members),
        ("m_now", now.members),
        ("p_then", then.permission),
        ("p_now", now.permission),
    ):
        con.register(name, table)
    return (
        con.sql(
            """select distinct household_key from m_then join p_then using (person_key)
        where (person_key, source) not in (select person_key, source from m_now join p_now using (person_key))
        order by 1"""
        )
        .to_arrow_table()["household_key"]
        .combine_chunks()
    )


def _replace(draft: Draft, path: str, kept: pa.Table, keys: list[str]) -> None:
    if kept.num_rows:
        draft.rewrite(path, kept, keys, WHY)
    else:
        draft.remove(path)
