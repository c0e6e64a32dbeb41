"""Purge: when permission ended or protection began, what is already kept goes (promises 2 and 8).

What rested on a basis that ended is deleted everywhere; what concerns a protected household is deleted everywhere
outside `restricted/` (its own basis may still hold there). Past days are deleted, never recomputed. Each rewritten file
gets a chained entry old digest → new digest in the manifest, which `kizuki verify` follows.
"""

from datetime import date, timedelta
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from identity.permissions import holds_on, permitted_on
from pipelines import layout
from pipelines.accepted import rewrite_held, unheld
from pipelines.audit import HANDLES
from pipelines.gate import permitted_for, stretch_since
from pipelines.home import Home
from pipelines.losses import households_lost, households_lost_since
from pipelines.persons import People
from pipelines.retention import scores_read
from pipelines.safeguards import forget
from pipelines.slips import forget_slips
from pipelines.store import Draft
from pipelines.streams import side_by_side

WHY = "purge"
DERIVED = ("working/features/", "working/scores/", "working/backtests/", "published/lists/", "restricted/people/desks/")
"""Zones of rows by household that rest on what was permitted on their day."""


def purge(home: Home, day: date) -> dict[str, int]:
    """Delete what may no longer be held on `day`. Returns rows deleted by zone (counts only)."""
    deleted: dict[str, int] = {}
    inputs = {path: home.store.digest(path) for path in People.paths() if path != layout.LEDGER}

    def fill(draft: Draft) -> None:
        people = People(home)
        deleted["accepted"] = _accepted(home, people, day, draft)
        deleted["quarantine"] = _quarantine(home, people, day, draft)
        deleted["derived"], deleted["lists"] = _derived(home, people, day, draft)
        deleted["validation"] = _validation(home, people, day, draft)
        deleted["handles"] = _handles(home, people, day, draft)
        deleted["safeguards"] = forget(home, day, draft)
        deleted["slips"] = forget_slips(home, day, draft)

    home.store.publish("purge", day, fill, inputs=inputs, config=home.config, reason="basis and protection of the day")
    return deleted


def _accepted(home: Home, people: People, day: date, draft: Draft) -> int:
    """Rows of persons whose basis for that source does not hold today, or did not hold without a gap since."""
    deleted = 0
    for name in home.with_role("signal"):
        permitted_for(people, home.basis(name), day)
        paths, whose = unheld(people.con, home, name, "stretch")
        gone = side_by_side(partial(rewrite_held, home, draft, WHY, name, whose), paths)
        deleted += sum(rows for path, rows in zip(paths, gone, strict=True) if "/opened-" in path)
    return deleted


def _quarantine(home: Home, people: People, day: date, draft: Draft) -> int:
    """Refused rows are kept for 30 days, and only of persons with a basis today."""
    keep = timedelta(days=home.settings.numbers("municipality", day)["quarantine_days"])
    deleted = 0
    for path in home.store.under("restricted/quarantine/"):
        _zone, _quarantine, name, known, _file = path.split("/")
        table = home.store.read_table(path)
        basis = home.basis(name)
        kept = table
        if basis:
            kept = table.filter(pc.is_in(table["resident_id"], stretch_since(people, basis, day)["resident_id"]))
        if date.fromisoformat(known) < day - keep:
            kept = table.slice(0, 0)
        if kept.num_rows < table.num_rows:
            deleted += table.num_rows - kept.num_rows
            _replace(draft, path, kept, ["row"])
    return deleted


def _derived(home: Home, people: People, day: date, draft: Draft) -> tuple[int, int]:
    """Rows of past days and lists of households that are protected now, or whose facts rested on a basis that ended."""
    contactable = _contactable(people, day)
    lost_of: dict[date, pa.Array] = {}
    rows = lists = 0
    for prefix in DERIVED:
        for path in home.store.under(prefix):
            of_day = next(
                date.fromisoformat(part) for part in path.split("/") if part[:2] == "20" and part.count("-") == 2
            )
            made_on = _made_on(home, path, of_day)
            if made_on not in lost_of:
                lost_of[made_on] = households_lost(people, made_on, day, _at_home(home, day))
            # Of a day's explanation of a city only the keys: it has a hundred columns, and names no person.
            who = home.store.read_table(path, ["household_key"] if prefix.startswith("working/") else None)
            stays = pc.invert(pc.is_in(who["household_key"], lost_of[made_on]))
            if "person_key" in who.column_names:
                stays = pc.and_(stays, pc.is_in(who["person_key"], contactable))
            gone = who.num_rows - (pc.sum(stays).as_py() or 0)
            if gone:
                rows, lists = (rows, lists + gone) if prefix == "published/lists/" else (rows + gone, lists)
                draft.rewrite(path, home.store.read_table(path).filter(stays), [], WHY)
                if prefix == "published/lists/":
                    _unprint(home, of_day, draft)
    return rows, lists


def _at_home(home: Home, day: date) -> list[str]:
    """The sources that speak of dwellings."""
    contracts = [home.catalog.source(name, day).contract for name in home.with_role("signal")]
    return [str(contract.basis) for contract in contracts if contract.subject.get("entity") == "dwelling"]


def _made_on(home: Home, path: str, of_day: date) -> date:
    """The day whose scores a week's list and desk notes were made from: its Monday, or a later day for a late list."""
    made = home.store.last("weekly-list", of_day)
    return max(scores_read(made), default=of_day) if made and path in made.outputs else of_day


def _contactable(people: People, day: date) -> pa.Array:
    """Keys of everybody who may be contacted on `day`: who withdraws only that stays in no list either."""
    agreed = f"""select distinct person_key from {permitted_on("$day", "'contact'")}
        join person_keys using (resident_id) order by 1"""
    return people.ask(agreed, {"day": day})["person_key"].combine_chunks()


def _validation(home: Home, people: People, day: date, draft: Draft) -> int:
    """Rows kept beside a model of households with anybody who permitted less since, or is protected now.

    The model's figures stand (promise 8: trained parameters remain); the rows behind them go, of every day.
    """
    deleted = 0
    for path in home.store.under("models/"):
        if not path.endswith("/validation.parquet"):
            continue
        trained = next(date.fromisoformat(m.day) for m in reversed(home.store.of_step("training")) if path in m.outputs)
        table = home.store.read_table(path)
        lost = households_lost_since(people, trained, day, ["early_outreach", "model_evaluation"], _at_home(home, day))
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


def _handles(home: Home, people: People, day: date, draft: Draft) -> int:
    """Whoever permitted something and permits nothing now: the random handle leads to nobody from here on."""
    if not home.store.has(HANDLES):
        return 0
    kept = people.ask(
        f"""select * from handles where resident_id not in (select resident_id from permission)
        or resident_id in (select resident_id from permission where {holds_on("$now")})""",
        {"now": day},
        handles=home.store.read_table(HANDLES),
    )
    gone = home.store.read_table(HANDLES).num_rows - kept.num_rows
    if gone:
        draft.rewrite(HANDLES, kept, ["resident_id"], WHY)
    return gone


def _unprint(home: Home, of_day: date, draft: Draft) -> None:
    """Printed copies of a list that lost a line: the files go; the holder brings the paper back (docs/outreach)."""
    for path in home.store.under(f"restricted/printed/{of_day}/"):
        draft.remove(path)


def _replace(draft: Draft, path: str, kept: pa.Table, keys: list[str]) -> None:
    if kept.num_rows:
        draft.rewrite(path, kept, keys, WHY)
    else:
        draft.remove(path)
