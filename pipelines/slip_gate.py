"""Whom a slip (気づき連絡票) may be about: nobody protected, nor who lives or lived with them, is told of to the 主任.

Fail closed: a slip that may be about them goes to the desk, which hands back what is not its own.
"""

import unicodedata
from datetime import date
from typing import Final

import pyarrow as pa

from identity.normalise import AddressBook, kana_keys
from identity.permissions import holds_on
from identity.states import HERE
from pipelines.home import Home
from pipelines.persons import FOREVER, People

# Who is protected on the day of the sheet or of the run, and who lives with them then or now: who moved out since
# still leads to them.
_AMONG: Final = f"""
create or replace temp table near as
with days as (select distinct day from slips),
looked_at as (select distinct day, unnest([day, $run]) as then_on from days),
shielded as (
  select distinct day, resident_id from protection join days on {holds_on("day")} or {holds_on("$run")}),
roofs as (
  select distinct day, then_on, household_id from shielded join looked_at using (day)
  join membership using (resident_id)
  where known_from <= then_on and then_on < coalesce(known_until, {FOREVER}) and {holds_on("then_on")}),
housemates as (
  select distinct day, resident_id from roofs join membership using (household_id)
  where known_from <= then_on and then_on < coalesce(known_until, {FOREVER}) and {holds_on("then_on")})
select day, resident_id, true as shielded from shielded
union all
select day, resident_id, false from housemates anti join shielded using (day, resident_id)
"""
# Whoever a slip could be about, and those it must not be told of: of a day's few slips that is a handful, and only
# their names are normalised.
_ASKED: Final = """
select resident_id, status, dwelling_id, name, name_kana, "from", "until" from states
where resident_id in (select resident_id from near)
  or (split_part(dwelling_id, '|', 1), split_part(dwelling_id, '|', 2)) in (select (town, lot_no) from slips)
"""
# A slip is about them when its address is theirs; when it is one where a protected person once lived, unless name and
# address are those of one resident who is not of theirs; when a name of theirs stands in it, at whatever address (a
# refuge, the other party's), with the same exception. Addresses are as people write them: 898-101 may be room 101 of
# 898, a building without a room is all of it, and of rooms only the numbers are compared. Names come with さん, in
# either order, in kanji, or with somebody else's beside them.
_ROUTED: Final = f"""
with placed as (
  select *, split_part(dwelling_id, '|', 1) as town, split_part(dwelling_id, '|', 2) as lot_no,
    split_part(dwelling_id, '|', 3) as room, {holds_on("$run")} as now
  from asked),
homes as (
  select n.day, p.town, p.lot_no, p.room, bool_or(p.now) as now from placed p join near n using (resident_id)
  where p.dwelling_id is not null and (n.shielded or p.now) group by all),
names as (
  select distinct n.day, p.kana_key, p.kana_turned, p.written from placed p join near n using (resident_id)),
fits as (
  select s.day, s.slip_no, min(h.resident_id) as resident_id from slips s
  join placed h on h.town = s.town and h.lot_no = s.lot_no and h.kana_key = s.kana_key
    and h.status in (select unnest($here)) and h."from" <= s.day and s.day <= coalesce(h."until", {FOREVER})
  anti join near n on n.day = s.day and n.resident_id = h.resident_id
  where s.room in ('', h.room)
  group by s.day, s.slip_no having count(distinct h.resident_id) = 1),
places as (
  select town_code, min(ward) as ward from states where ward is not null and town_code is not null group by all),
named as (
  select distinct s.day, s.slip_no from slips s join names n on n.day = s.day
    and (contains(s.kana_key, n.kana_key) or contains(s.kana_key, n.kana_turned) or contains(s.written, n.written))),
rooms as (
  select s.day, s.slip_no, h.now,
    coalesce(nullif(s.room, ''), s.lot_no[length(h.lot_no) + 2:]) as said,
    coalesce(nullif(h.room, ''), h.lot_no[length(s.lot_no) + 2:]) as theirs
  from slips s join homes h on h.day = s.day and h.town = s.town
    and (s.lot_no = h.lot_no or starts_with(s.lot_no, h.lot_no || '-') or starts_with(h.lot_no, s.lot_no || '-'))),
numbers as (
  select day, slip_no, now, nullif(regexp_extract(said, '[0-9]+$'), '') as said,
    nullif(regexp_extract(theirs, '[0-9]+$'), '') as theirs
  from rooms),
closed as (
  select day, slip_no from numbers left join fits using (day, slip_no)
  where (said is null or theirs is null or said = theirs)
    and (now or resident_id is null or (day, slip_no) in (from named))
  union select day, slip_no from named anti join fits using (day, slip_no))
select s.day, s.slip_no, s.known_from, c.slip_no is not null as closed,
  coalesce(s.urgent, false) and coalesce(s.told_person, false) as may_go_out,
  date_diff('day', s.seen_on, s.day) as age, f.resident_id, p.town_code, p.ward
from slips s left join closed c using (day, slip_no) left join fits f using (day, slip_no)
left join places p on p.town_code = s.town
order by all"""


_PLACE: Final = ("town", "lot_no", "room")
"""The parts of a dwelling_id (identity.dwellings)."""


def judged(home: Home, slips: pa.Table, run: date) -> pa.Table:
    """Of believed slips, each with the `day` of its sheet: day, slip_no, known_from; `closed`: whether they may be
    about somebody protected on that day or on the day of the run; what a sheet needs of the others.
    """
    if not slips.num_rows:
        return slips.append_column("closed", pa.array([], pa.bool_()))
    people = People(home)
    people.con.register("slips", _keyed(people, slips))
    people.con.execute(_AMONG, {"run": run})
    asked = people.ask(_ASKED)
    turned = [name and " ".join(reversed(name.split())) for name in asked["name_kana"].to_pylist()]
    asked = (
        asked.append_column("kana_key", kana_keys(asked["name_kana"]))
        .append_column("kana_turned", kana_keys(pa.array(turned, pa.string())))
        .append_column("written", _written(asked["name"]))
    )
    return people.ask(_ROUTED, {"run": run, "here": list(HERE)}, asked=asked)


def _keyed(people: People, slips: pa.Table) -> pa.Table:
    book = AddressBook(people.ask("select distinct town_code, town from states"))
    dwellings = book.dwellings(slips["address"], pa.nulls(slips.num_rows, pa.string())).to_pylist()
    parts = [text.split("|") if text else (None, None, "") for text in dwellings]
    columns = {name: pa.array([part[at] for part in parts], pa.string()) for at, name in enumerate(_PLACE)}
    for name, column in columns.items():
        slips = slips.append_column(name, column)
    keyed = slips.append_column("kana_key", kana_keys(slips["name_kana"]))
    return keyed.append_column("written", _written(slips["name_kana"]))


def _written(names: pa.ChunkedArray) -> pa.Array:
    """Names as they are written, without spaces; an empty one is none, for it would be part of every other."""
    folded = (unicodedata.normalize("NFKC", name or "") for name in names.to_pylist())
    return pa.array(["".join(name.split()) or None for name in folded], pa.string())
