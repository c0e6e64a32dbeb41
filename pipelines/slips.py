"""Slips (気づき連絡票): the human lane. Each goes to the 主任; one about a protected household to its desk only.

No score is needed and none is consulted. A slip rests on its own entry of the register (gate.HUMAN_SLIP), lies sealed,
and what it says is read in `kizuki print` only. Slips are shown once; a corrected one is shown again.
"""

from collections.abc import Callable
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from outreach.desks import slip_lines
from outreach.teams import capacity
from pipelines import layout
from pipelines.accepted import log_digests, versions
from pipelines.closing import protection_gate
from pipelines.contacts import teams
from pipelines.copies import copies
from pipelines.home import Home
from pipelines.persons import People
from pipelines.screening import run_day
from pipelines.slip_gate import judged
from pipelines.store import Draft

ROOT = "restricted/people/slips/"
CHIEF, DESK = "chief", "desk"
SLIPS = pa.schema(
    [
        ("slip_no", pa.string()),
        ("known_from", pa.date32()),
        ("recipient", pa.string()),
        ("team", pa.string()),
        ("resident_id", pa.string()),
        ("town_code", pa.string()),
        ("ward", pa.string()),
    ]
)
"""One row per slip of a day's sheet: recipient chief or desk; team of its ward when it is urgent, of these days, and
the person knows of it; the one resident who fits by kana and address, for the 主任's eyes."""


def publish_slips(home: Home, day: date) -> int:
    """The 主任's sheet of the slips that are known and on no other sheet, and the desk's lines. Returns how many slips.

    Raises GateClosed when the protection file of the day is not in order: slips then go by hand, and are on the next
    sheet.
    """
    protection_gate(home, day)
    path = layout.slips(day)
    names = home.with_role("slips")
    others = [p for p in home.store.under(ROOT) if p != path]

    def fill(draft: Draft) -> None:
        rows = routed(home, day, _pending(home, day, others))
        draft.table(path, rows, ["slip_no"])
        closed = rows.filter(pc.equal(rows["recipient"], DESK))
        draft.table(layout.desks(day, "slips"), slip_lines(closed["slip_no"].to_pylist(), day), [])

    inputs = log_digests(home, [*names, *home.with_role("teams")])
    inputs |= {p: home.store.digest(p) for p in (*others, *People.paths())}
    home.store.publish("slips", day, fill, inputs=inputs, config=home.config)
    return home.store.read_table(path).num_rows


def slips_on(home: Home, day: date) -> pa.Table:
    """The slips of a day's sheet for the 主任 with what they say: SLIPS + the contract's columns. Judged anew as of the
    newest day, so that whoever is protected since is on no copy; what once went to the desk stays there.
    """
    sheet = home.store.read_table(layout.slips(day))
    said = _of(_believed(home, date.max), sheet.filter(pc.equal(sheet["recipient"], CHIEF)))
    still = routed(home, day, said)
    with duckdb.connect() as con:
        con.register("still", still)
        con.register("said", said)
        return con.execute(
            "select * from still join said using (slip_no, known_from) where recipient = $chief order by slip_no",
            {"chief": CHIEF},
        ).to_arrow_table()


def routed(home: Home, day: date, slips: pa.Table) -> pa.Table:
    """SLIPS of believed slips: protection is asked of `day` and of the day of the run."""
    found = judged(home, _with_day(slips, day), run_day(home, day)).to_pylist()
    max_age = home.settings.numbers("outreach", day)["urgent_max_age_days"]
    for row in found:
        row["goes_out"] = row["may_go_out"] and row["age"] is not None and row["age"] <= max_age
    served = capacity(teams(home, day)).team_of_ward if any(row["goes_out"] for row in found) else {}
    rows = [
        row
        | {"recipient": DESK if row["closed"] else CHIEF, "resident_id": None if row["closed"] else row["resident_id"]}
        | {"team": served.get(row["ward"]) if row["goes_out"] and not row["closed"] else None}
        for row in found
    ]
    return pa.Table.from_pylist(rows, SLIPS)


def _with_day(slips: pa.Table, day: date) -> pa.Table:
    return slips.append_column("day", pa.array([day] * slips.num_rows, pa.date32()))


def _believed(home: Home, day: date) -> pa.Table:
    """The latest version of every slip known by `day`."""
    whole = _told(home, lambda log: log.filter(pc.is_null(log["known_until"])))
    return whole.filter(pc.less_equal(whole["known_from"], pa.scalar(day, pa.date32())))


def _told(home: Home, only: Callable[[pa.Table], pa.Table] = lambda log: log) -> pa.Table:
    """All versions of all slips, or `only` some of each log."""
    logs = [log for name in home.with_role("slips") if (log := versions(home, name)) is not None]
    return pa.concat_tables(
        [_NO_SLIPS.empty_table(), *(only(log).select(_NO_SLIPS.names).cast(_NO_SLIPS) for log in logs)]
    )


def _of(said: pa.Table, rows: pa.Table, which: str = "semi") -> pa.Table:
    """The slips in the versions that rows name (semi), or all others (anti)."""
    with duckdb.connect() as con:
        con.register("said", said)
        con.register("rows", rows.select(["slip_no", "known_from"]))
        return con.sql(
            f"select * from said {which} join rows using (slip_no, known_from) order by all"
        ).to_arrow_table()


def _pending(home: Home, day: date, others: list[str]) -> pa.Table:
    """Believed slips that stand on no other sheet in this version; also on no later one, when a day is made up for."""
    shown = pa.concat_tables([SLIPS.empty_table(), *map(home.store.read_table, others)])
    return _of(_believed(home, day), shown, "anti")


_NO_SLIPS = pa.schema(
    [(name, pa.string()) for name in ("slip_no", "reporter_kind", "address", "name_kana", "what_seen")]
    + [("seen_on", pa.date32()), ("known_from", pa.date32()), ("worry_codes", pa.list_(pa.string()))]
    + [("urgent", pa.bool_()), ("told_person", pa.bool_())]
)


def forget_slips(home: Home, day: date, draft: Draft) -> int:
    """Slips past their term are deleted; a sheet loses the lines of whoever is protected since, and its copies go.

    The slip is then pending again, and on the next sheet goes to the desk. Returns rows deleted.
    """
    keep = timedelta(days=home.settings.numbers("municipality", day)["slip_days"])
    deleted = 0
    for name in home.with_role("slips"):
        for path in home.store.under(layout.log_folder(name, "slips") + "/opened-"):
            table = home.store.read_table(path)
            kept = table.filter(pc.greater_equal(table["known_from"], pa.scalar(day - keep, pa.date32())))
            if kept.num_rows < table.num_rows:
                deleted += table.num_rows - kept.num_rows
                if kept.num_rows:
                    draft.rewrite(path, kept, [], "term")
                else:
                    draft.remove(path)
    return deleted + _unshow(home, day, keep, draft)


def _unshow(home: Home, day: date, keep: timedelta, draft: Draft) -> int:
    """All sheets at once: there are as many as days in the term, and each question reads who is protected. A line tells
    of somebody also when its slip was corrected or taken back since, and goes when nobody knows any more of whom.
    """
    sheets = {path: home.store.read_table(path) for path in home.store.under(ROOT)}
    past = {path for path in sheets if layout.day_of(path) < day - keep}
    deleted = sum(sheets[path].num_rows for path in past)
    for path in past:
        draft.remove(path)
    shown = [_with_day(rows, layout.day_of(path)) for path, rows in sheets.items() if path not in past]
    if not shown:
        return deleted
    with duckdb.connect() as con:
        con.register("said", _told(home))
        con.register("shown", pa.concat_tables(shown))
        still = con.execute(
            "select said.*, day from said join shown using (slip_no, known_from) where recipient = $chief order by all",
            {"chief": CHIEF},
        ).to_arrow_table()
    found = judged(home, still, run_day(home, day))
    for path in sorted(sheets.keys() - past):
        rows, of_day = sheets[path], layout.day_of(path)
        stay = found.filter(pc.and_(pc.equal(found["day"], of_day), pc.invert(found["closed"])))["slip_no"]
        gone = pc.and_(pc.invert(pc.is_in(rows["slip_no"], stay.combine_chunks())), pc.equal(rows["recipient"], CHIEF))
        if not pc.any(gone).as_py():
            continue
        deleted += pc.sum(gone).as_py()
        draft.rewrite(path, rows.filter(pc.invert(gone)), ["slip_no"], "purge")
        for copy in copies(home, of_day, "slips", "urgent"):
            draft.remove(copy)
    return deleted
