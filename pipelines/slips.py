"""Slips (気づき連絡票): the human lane. Each goes to the 主任; one about a protected household to its desk only.

No score is needed and none is consulted. A slip rests on its own entry of the register (gate.HUMAN_SLIP), lies sealed,
and what it says is read in `kizuki print` only. Slips are shown once; a corrected one is shown again.
"""

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
_ROUTED = f"""
with shielded as (
  select distinct resident_id from protection
  where "from" <= $day and $day <= coalesce("until", {FOREVER})
    or "from" <= $run and $run <= coalesce("until", {FOREVER})),
near as (
  select resident_id from membership where household_id in (
    select household_id from membership where resident_id in (select resident_id from shielded)
      and known_from <= $run and $run < coalesce(known_until, {FOREVER})
      and "from" <= $run and $run <= coalesce("until", {FOREVER}))
    and known_from <= $run and $run < coalesce(known_until, {FOREVER})
    and "from" <= $run and $run <= coalesce("until", {FOREVER})
  union select resident_id from shielded),
homes as (
  select dwelling_id, split_part(dwelling_id, '|', 1) || '|' || split_part(dwelling_id, '|', 2) as lot,
    split_part(dwelling_id, '|', 3) as room,
    bool_or("from" <= $run and $run <= coalesce("until", {FOREVER})) as now
  from keyed_states where dwelling_id is not null and (resident_id in (select resident_id from shielded)
    or resident_id in (select resident_id from near) and "from" <= $run and $run <= coalesce("until", {FOREVER}))
  group by all),
names as (select distinct kana_key from keyed_states where resident_id in (select resident_id from near)
  and kana_key is not null),
here as (
  select resident_id, split_part(dwelling_id, '|', 1) || '|' || split_part(dwelling_id, '|', 2) as lot,
    split_part(dwelling_id, '|', 3) as room, kana_key from keyed_states where status in (select unnest($here))
    and "from" <= $day and $day <= coalesce("until", {FOREVER})
    and resident_id not in (select resident_id from near)),
fits as (
  select s.slip_no, min(h.resident_id) as resident_id from slips s
  join here h on h.lot = s.lot and h.kana_key = s.kana_key where s.room in ('', h.room)
  group by s.slip_no having count(distinct h.resident_id) = 1),
places as (
  select town_code, min(ward) as ward from keyed_states where ward is not null and town_code is not null group by all),
named as (
  select s.slip_no, s.kana_key is null as nobody, n.kana_key is not null as theirs
  from slips s left join names n using (kana_key)),
closed as (
  select s.slip_no from slips s join homes h on h.lot = s.lot join named n on n.slip_no = s.slip_no
  where (h.room = s.room or h.room = '' or s.room = '') and (h.now or n.nobody or n.theirs)
  union select slip_no from named anti join fits using (slip_no) where theirs)
select s.slip_no, s.known_from, c.slip_no is not null as closed,
  coalesce(s.urgent, false) and coalesce(s.told_person, false)
    and date_diff('day', s.seen_on, $day) <= $max_age as goes_out, f.resident_id, p.town_code, p.ward
from slips s left join closed c on c.slip_no = s.slip_no left join fits f on f.slip_no = s.slip_no
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
    if not slips.num_rows:
        return SLIPS.empty_table()
    people = People(home)
    columns = 'resident_id, status, town_code, ward, dwelling_id, name_kana, "from", "until"'
    states = people.ask(f"select {columns} from states")
    keyed = states.append_column("kana_key", kana_keys(states["name_kana"]))
    bound = {"day": day, "run": run_day(home, day), "here": list(HERE)}
    bound["max_age"] = home.settings.numbers("outreach", day)["urgent_max_age_days"]
    found = people.ask(_ROUTED, bound, slips=_keyed(people, slips), keyed_states=keyed).to_pylist()
    served = capacity(teams(home, day)).team_of_ward if any(row["goes_out"] for row in found) else {}
    rows = [
        row
        | {"recipient": DESK if row["closed"] else CHIEF, "resident_id": None if row["closed"] else row["resident_id"]}
        | {"team": served.get(row["ward"]) if row["goes_out"] and not row["closed"] else None}
        for row in found
    ]
    return pa.Table.from_pylist(rows, SLIPS)


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
    logs = [log for name in home.with_role("slips") if (log := versions(home, name)) is not None]
    still = [log.filter(pc.is_null(log["known_until"])).select(_NO_SLIPS.names).cast(_NO_SLIPS) for log in logs]
    whole = pa.concat_tables([_NO_SLIPS.empty_table(), *still])
    return whole.filter(pc.less_equal(whole["known_from"], pa.scalar(day, pa.date32())))


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
    for path in home.store.under(ROOT):
        deleted += _unshow(home, path, day, keep, draft)
    return deleted


def _unshow(home: Home, path: str, day: date, keep: timedelta, draft: Draft) -> int:
    of_day = date.fromisoformat(path.split("/")[3])
    rows = home.store.read_table(path)
    if of_day < day - keep:
        draft.remove(path)
        return rows.num_rows
    shown = rows.filter(pc.equal(rows["recipient"], CHIEF))
    if not shown.num_rows:
        return 0
    now = routed(home, of_day, _of(_believed(home, date.max), shown))
    closed = now.filter(pc.equal(now["recipient"], DESK))["slip_no"].combine_chunks()
    lost = pc.and_(pc.is_in(rows["slip_no"], closed), pc.equal(rows["recipient"], CHIEF))
    kept = rows.filter(pc.invert(lost))
    if kept.num_rows < rows.num_rows:
        draft.rewrite(path, kept, ["slip_no"], "purge")
        for copy in home.store.under(f"{layout.PRINTED}{of_day}/"):
            draft.remove(copy)
    return rows.num_rows - kept.num_rows
