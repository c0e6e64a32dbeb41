"""Slips (気づき連絡票): the human lane. Each goes to the 主任; one about a protected household to its desk only.

No score is needed and none is consulted. A slip rests on its own entry of the register (gate.HUMAN_SLIP), lies sealed,
and what it says is read in `kizuki print` only. Slips are shown once; a corrected one is shown again.
"""

from collections.abc import Callable
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from identity.normalise import AddressBook, kana_keys
from identity.states import HERE
from outreach.desks import slip_lines
from outreach.teams import capacity
from pipelines import layout
from pipelines.accepted import log_digests, versions
from pipelines.closing import protection_gate
from pipelines.contacts import teams
from pipelines.home import Home
from pipelines.persons import FOREVER, People
from pipelines.screening import run_day
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

# A slip is about a protected household when its address is theirs (without a room: the whole building's); when it is
# one where a protected person once lived, and it names nobody; when it names a protected person or somebody who lives
# with one, at whatever address (a refuge, the other party's), unless name and address are those of one resident who is
# not of theirs. Fail closed: the desk hands back what is not its own.
_AMONG = f"""
create or replace temp table near as
with current as (
  select resident_id, household_id from membership where known_from <= $run and $run < coalesce(known_until, {FOREVER})
    and "from" <= $run and $run <= coalesce("until", {FOREVER})),
shielded as (
  select distinct day, resident_id from protection join (select distinct day from slips)
    on "from" <= day and day <= coalesce("until", {FOREVER})
    or "from" <= $run and $run <= coalesce("until", {FOREVER}))
select day, resident_id, true as shielded from shielded
union all
select distinct s.day, c.resident_id, false from shielded s join current o using (resident_id)
  join current c using (household_id) anti join shielded t on t.day = s.day and t.resident_id = c.resident_id
"""
# Whoever a slip could be about, and those it must not be told of: of a day's few slips that is a handful, and only
# their names are normalised.
_ASKED = """
select resident_id, status, town_code, dwelling_id, name_kana, "from", "until" from states
where resident_id in (select resident_id from near)
  or split_part(dwelling_id, '|', 1) || '|' || split_part(dwelling_id, '|', 2) in (select lot from slips)
"""
_ROUTED = f"""
with placed as (
  select *, split_part(dwelling_id, '|', 1) || '|' || split_part(dwelling_id, '|', 2) as lot,
    split_part(dwelling_id, '|', 3) as room, "from" <= $run and $run <= coalesce("until", {FOREVER}) as now
  from asked),
homes as (
  select n.day, p.lot, p.room, bool_or(p.now) as now from placed p join near n using (resident_id)
  where p.dwelling_id is not null and (n.shielded or p.now) group by all),
names as (
  select distinct n.day, p.kana_key from placed p join near n using (resident_id) where p.kana_key is not null),
fits as (
  select s.day, s.slip_no, min(h.resident_id) as resident_id from slips s
  join placed h on h.lot = s.lot and h.kana_key = s.kana_key and h.status in (select unnest($here))
    and h."from" <= s.day and s.day <= coalesce(h."until", {FOREVER})
  anti join near n on n.day = s.day and n.resident_id = h.resident_id
  where s.room in ('', h.room)
  group by s.day, s.slip_no having count(distinct h.resident_id) = 1),
places as (
  select town_code, min(ward) as ward from states where ward is not null and town_code is not null group by all),
named as (
  select s.day, s.slip_no, s.kana_key is null as nobody, n.kana_key is not null as theirs
  from slips s left join names n using (day, kana_key)),
closed as (
  select s.day, s.slip_no from slips s join homes h using (day, lot) join named n using (day, slip_no)
  where (h.room = s.room or h.room = '' or s.room = '') and (h.now or n.nobody or n.theirs)
  union select day, slip_no from named anti join fits using (day, slip_no) where theirs)
select s.day, s.slip_no, s.known_from, c.slip_no is not null as closed,
  coalesce(s.urgent, false) and coalesce(s.told_person, false) as may_go_out,
  date_diff('day', s.seen_on, s.day) as age, f.resident_id, p.town_code, p.ward
from slips s left join closed c using (day, slip_no) left join fits f using (day, slip_no)
left join places p on p.town_code = split_part(s.lot, '|', 1)
order by all"""


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
    """The slips of a day's sheet with what they say: SLIPS + the contract's columns. Judged anew as of the newest day,
    so that whoever is protected since is on no copy.
    """
    said = _of(_believed(home, date.max), home.store.read_table(layout.slips(day)))
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
    found = _judged(home, _with_day(slips, day), run_day(home, day)).to_pylist()
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


def _judged(home: Home, slips: pa.Table, run: date) -> pa.Table:
    """Of believed slips, each with the `day` of its sheet: day, slip_no, known_from; `closed`: whether they may be
    about somebody protected on that day or on the day of the run; what a sheet needs of the others.
    """
    if not slips.num_rows:
        return slips.append_column("closed", pa.array([], pa.bool_()))
    people = People(home)
    people.con.register("slips", _keyed(people, slips))
    people.con.execute(_AMONG, {"run": run})
    asked = people.ask(_ASKED)
    keyed = asked.append_column("kana_key", kana_keys(asked["name_kana"]))
    return people.ask(_ROUTED, {"run": run, "here": list(HERE)}, asked=keyed)


def _with_day(slips: pa.Table, day: date) -> pa.Table:
    return slips.append_column("day", pa.array([day] * slips.num_rows, pa.date32()))


def _keyed(people: People, slips: pa.Table) -> pa.Table:
    book = AddressBook(people.ask("select distinct town_code, town from states"))
    dwelling = book.dwellings(slips["address"], pa.nulls(slips.num_rows, pa.string()))
    parts = [(text or "||").split("|") for text in dwelling.to_pylist()]
    return (
        slips.append_column("dwelling_id", dwelling)
        .append_column("lot", pa.array([f"{t}|{n}" if t else None for t, n, _ in parts], pa.string()))
        .append_column("room", pa.array([room for _, _, room in parts], pa.string()))
        .append_column("kana_key", kana_keys(slips["name_kana"]))
    )


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
    judged = _judged(home, still, run_day(home, day))
    for path in sorted(sheets.keys() - past):
        rows, of_day = sheets[path], layout.day_of(path)
        stay = judged.filter(pc.and_(pc.equal(judged["day"], of_day), pc.invert(judged["closed"])))["slip_no"]
        gone = pc.and_(pc.invert(pc.is_in(rows["slip_no"], stay.combine_chunks())), pc.equal(rows["recipient"], CHIEF))
        if not pc.any(gone).as_py():
            continue
        deleted += pc.sum(gone).as_py()
        draft.rewrite(path, rows.filter(pc.invert(gone)), ["slip_no"], "purge")
        for copy in home.store.under(f"{layout.PRINTED}{of_day}/"):
            draft.remove(copy)
    return deleted
