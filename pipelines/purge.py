"""Purge: when permission ended or protection began, what is already kept goes (promises 2 and 8).

What rested on a basis that ended is deleted everywhere; what concerns a protected household is deleted everywhere
outside `restricted/` (its own basis may still hold there). Past days are deleted, never recomputed. Each rewritten file
gets a chained entry old digest → new digest in the manifest, which `kizuki verify` follows.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, partial

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from identity.permissions import names
from identity.stretches import stretches
from pipelines import layout
from pipelines.accepted import rewrite_held, unheld
from pipelines.audit import HANDLES
from pipelines.copies import copies
from pipelines.draft import SEALED
from pipelines.errors import GateClosed
from pipelines.holding import hold, lost_since, of_source
from pipelines.home import Home
from pipelines.losses import households_lost, households_lost_since
from pipelines.persons import FOREVER, People
from pipelines.retention import scores_read
from pipelines.safeguards import forget
from pipelines.slips import forget_slips
from pipelines.store import Draft
from pipelines.streams import batches_of, groups_of, side_by_side, without

WHY = "purge"
LISTS, DESKS = "published/lists/", "restricted/people/desks/"
DERIVED = ("working/features/", "working/scores/", layout.BACKTESTS, LISTS, DESKS)
"""Zones of rows by household that rest on what was permitted on their day."""
_PERMITS = f"""(select resident_id, "from" as f, coalesce("until", {FOREVER}) as u from permission
  where "from" <= $day and {{only}})"""
_CONTACT = _PERMITS.format(only=names("purposes", "'contact'"))
# Who may be contacted on the day, and since when without a gap: who withdrew only that stays in no list either.
_CONTACT_SINCE = f"""
select person_key, f from {stretches(_CONTACT, "resident_id")} join person_keys using (resident_id)
where u >= $day order by 1"""
_OF_NAMED = _PERMITS.format(only="resident_id in (select resident_id from handles)")
_STILL_NAMED = f"""
with ended as (
  select resident_id from {stretches(_OF_NAMED, "resident_id")} group by resident_id
  having not bool_or(u >= $day) or bool_or(u >= $since and u < $day))
from handles anti join ended using (resident_id) order by resident_id"""
_WHOSE = pa.schema([("resident_id", pa.string())])
Gone = Callable[[str, pa.Table], pa.ChunkedArray]
"""Which rows of a file, or of a part of it, may no longer be held."""


def purged(home: Home) -> None:
    """Raise GateClosed when people were published that nothing was purged by yet: a run died in between, and what was
    withdrawn or hidden since still stands in what could be printed or told.
    """
    last = home.store.newest("purge")
    if last is None or any(last.inputs.get(path) != digest for path, digest in _reads(home).items()):
        what = "what was withdrawn or hidden since the last run that ended is not deleted yet"
        raise GateClosed("purge", what, "run kizuki screen of the newest day again")


def _reads(home: Home) -> dict[str, str]:
    return {path: home.store.digest(path) for path in People.paths() if path != layout.LEDGER}


def purge(home: Home, day: date) -> dict[str, int]:
    """Delete what may no longer be held on `day`. Returns rows deleted by zone (counts only)."""
    deleted: dict[str, int] = {}
    # What was taken in since is looked at, though nothing about anybody changed: a run of an earlier day may follow.
    inputs = _reads(home) | {layout.LEDGER: home.store.digest(layout.LEDGER)}
    last = home.continuing("purge", layout.HELD)

    def fill(draft: Draft) -> None:
        people = People(home)
        hold(people, day)
        deleted["accepted"] = _accepted(home, people, draft, lost_since(home, people, draft, last))
        deleted["quarantine"] = _quarantine(home, people, day, draft)
        deleted["derived"], deleted["lists"] = _derived(home, people, day, draft)
        deleted["validation"] = _validation(home, people, day, draft)
        deleted["handles"] = _handles(home, people, day, draft)
        deleted["safeguards"] = forget(home, day, draft)
        deleted["slips"] = forget_slips(home, day, draft)

    home.store.publish("purge", day, fill, inputs=inputs, config=home.config, reason="basis and protection of the day")
    return deleted


def _accepted(home: Home, people: People, draft: Draft, known_good: set[str]) -> int:
    """Rows of persons whose basis for that source does not hold today, or did not hold without a gap since."""
    deleted = 0
    for name in home.with_role("signal"):
        rows, whose = unheld(people.con, home, name, of_source(home.basis(name)), known_good, "lost")
        gone = dict(zip(rows, side_by_side(partial(rewrite_held, home, draft, WHY, name, whose), rows), strict=True))
        if gone != rows:
            raise _not_those(f"the log of {name}")
        deleted += sum(n for path, n in gone.items() if "/opened-" in path)
    return deleted


def _quarantine(home: Home, people: People, day: date, draft: Draft) -> int:
    """Refused rows are kept for 30 days, and only of persons with a basis without a gap from then to today."""
    keep = timedelta(days=home.settings.numbers("municipality", day)["quarantine_days"])
    paths = {path: path.split("/") for path in home.store.under("restricted/quarantine/")}
    whose = [home.store.read_table(path, ["resident_id"]) for path, at in paths.items() if home.basis(at[2])]
    people.con.register("quarantined", pa.concat_tables([_WHOSE.empty_table(), *whose]))
    since = cache(lambda basis: people.ask(f"from {of_source(basis)} semi join quarantined using (resident_id)"))
    deleted = 0
    for path, (_zone, _quarantine, name, known, _file) in paths.items():
        table = kept = home.store.read_table(path)
        if basis := home.basis(name):
            held = since(basis).filter(pc.less_equal(since(basis)["since"], date.fromisoformat(known)))
            kept = table.filter(pc.is_in(table["resident_id"], held["resident_id"].combine_chunks()))
        if date.fromisoformat(known) < day - keep:
            kept = table.slice(0, 0)
        if kept.num_rows < table.num_rows:
            deleted += table.num_rows - kept.num_rows
            _replace(draft, path, kept, ["row"])
    return deleted


def _derived(home: Home, people: People, day: date, draft: Draft) -> tuple[int, int]:
    """Rows of past days and lists of households that are protected now, or whose facts rested on a basis that ended."""
    made_on = {path: _made_on(home, path) for prefix in DERIVED for path in home.store.under(prefix)}
    lost_on = households_lost(people, set(made_on.values()), day, _at_home(home, day))
    agreed = people.ask(_CONTACT_SINCE, {"day": day}).combine_chunks()

    def gone(path: str, rows: pa.Table) -> pa.ChunkedArray:
        lost = pc.is_in(rows["household_key"], lost_on[made_on[path]])
        if "person_key" not in rows.column_names:
            return lost
        place = pc.index_in(rows["person_key"], agreed["person_key"])
        return pc.or_(lost, pc.greater(agreed["f"].take(place), min(made_on[path], day)).fill_null(True))

    sealed = [path for path in made_on if path.startswith(SEALED)]
    counts = {path: _forget_sealed(home, draft, gone, path) for path in sealed}
    open_ones = [path for path in made_on if path not in counts]
    counts |= zip(open_ones, side_by_side(partial(_forget, home, draft, gone), open_ones), strict=True)
    of_lists = {path: count for path, count in counts.items() if path.startswith(LISTS)}
    for path in (path for path, count in counts.items() if count):
        _unprint(home, path, draft)
    return sum(counts.values()) - sum(of_lists.values()), sum(of_lists.values())


def _forget_sealed(home: Home, draft: Draft, gone: Gone, path: str) -> int:
    """Rewrite a file without the rows that are `gone`, if there are any, and return how many."""
    table = home.store.read_table(path)
    leaving = gone(path, table)
    count = pc.sum(leaving).as_py() or 0
    if count:
        draft.rewrite(path, table.filter(pc.invert(leaving)), [], WHY)
    return count


def _forget(home: Home, draft: Draft, gone: Gone, path: str) -> int:
    """The same of a file that is not sealed, as a stream."""
    file = home.store.file(path)
    schema = pq.read_schema(file).remove_metadata()
    # A day's explanation of a city has a hundred columns: which rows go is found by those that say whose they are.
    whose = pa.schema([field for field in schema if field.name in ("household_key", "person_key")])
    count = sum(pc.sum(gone(path, rows)).as_py() or 0 for rows in groups_of(file, whose))
    if count:
        kept = draft.stream(path, schema, batches_of(without(groups_of(file, schema), partial(gone, path))))
        if kept + count != pq.read_metadata(file).num_rows:
            raise _not_those(path)
        draft.rewritings[path] = WHY
    return count


def _not_those(where: str) -> GateClosed:
    what = f"{where}: not the rows that may no longer be held went"
    return GateClosed("purge", what, "report this fault; nothing was changed")


def _at_home(home: Home, day: date) -> list[str]:
    """The sources that speak of dwellings."""
    contracts = [home.catalog.source(name, day).contract for name in home.with_role("signal")]
    return [str(contract.basis) for contract in contracts if contract.subject.get("entity") == "dwelling"]


def _made_on(home: Home, path: str) -> date:
    """The day that a row's facts are of. Of a week's list and desk notes it is the day whose scores they were made
    from: its Monday, or a later day for a late list.
    """
    of_day = layout.day_of(path)
    made = home.store.last("weekly-list", of_day)
    return max(scores_read(made), default=of_day) if made and path in made.outputs else of_day


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
    """Whoever permitted something and permits nothing now, or did not on some day since the last purge: the random
    handle leads to nobody from here on.
    """
    if not home.store.has(HANDLES):
        return 0
    last = home.store.newest("purge")
    since = min(date.fromisoformat(last.day), day) if last else day
    kept = people.ask(_STILL_NAMED, {"since": since, "day": day}, handles=home.store.read_table(HANDLES))
    gone = home.store.read_table(HANDLES).num_rows - kept.num_rows
    if gone:
        draft.rewrite(HANDLES, kept, ["resident_id"], WHY)
    return gone


def _unprint(home: Home, path: str, draft: Draft) -> None:
    """Printed copies of a sheet that lost a line: the files go; the holder brings the paper back (docs/outreach)."""
    of_day = layout.day_of(path)
    sheet = {layout.visit_list(of_day): "week", layout.urgent(of_day): "urgent"}.get(path)
    if sheet is None and path.startswith(DESKS):
        sheet = "desk"
    for copy in copies(home, of_day, sheet) if sheet else []:
        draft.remove(copy)


def _replace(draft: Draft, path: str, kept: pa.Table, keys: list[str]) -> None:
    if kept.num_rows:
        draft.rewrite(path, kept, keys, WHY)
    else:
        draft.remove(path)
