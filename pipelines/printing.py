"""`kizuki print`: numbered Excel and PDF copies with names and addresses, for a named holder (PRACTICE «On paper»).

Names are joined here only, from the sealed tables; copies lie in `restricted/printed/<list day>/`, so that protection
and withdrawal reach them; each copy is a line in the audit trail.
"""

from datetime import date, timedelta
from typing import Any, Final, Literal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from features.asof import known_on
from features.definitions import FEATURES
from outreach.ask_first import ASK_FIRST
from outreach.reasons import Reason
from outreach.safeguards import DESKS
from outreach.teams import capacity
from outreach.urgent import EVENTS
from outreach.week import monday_of
from pipelines import layout
from pipelines.accepted import versions
from pipelines.audit import record
from pipelines.closing import protection_gate
from pipelines.contacts import meetable
from pipelines.copies import next_number
from pipelines.deskwork import lines_of
from pipelines.errors import GateClosed, WrongUse
from pipelines.home import Home
from pipelines.persons import FOREVER, People
from pipelines.purge import purged
from pipelines.scope import scope
from pipelines.screening import last_day
from pipelines.slips import slips_on
from pipelines.store import Draft
from reports.sheet_excel import excel
from reports.sheet_form import Form
from reports.sheet_human import SlipLine, desk_notes, slips
from reports.sheet_model import CopyInfo, SheetLine, guarded, visits
from reports.sheet_pdf import pdf

Sheet = Literal["week", "urgent", "slips", "desk"]
TITLES: Final[dict[Sheet, str]] = {
    "week": "訪問リスト",
    "urgent": "お急ぎのご案内",
    "slips": "気づき連絡票(主任)",
    "desk": "担当窓口へのお知らせ",
}
SLIP_WORDS = "暮らしのことで、ご案内できることがあります({month}の情報)"
UNNAMED = "お名前は分かりません"
GENERAL_OFFER = "暮らしやお金、仕事、健康などの相談窓口のご案内"

_PEOPLE = f"""
select l.*, s.resident_id, s.name, s.name_kana, s.ward, s.town_code, s.town, s.lot, s.building,
  n.contact_by as wish, n.contact_avoid
from lines l
join (select distinct person_key, resident_id, contact_by, contact_avoid from meetable) n using (person_key)
join states s on s.resident_id = n.resident_id and s."from" <= $day and $day <= coalesce(s."until", {FOREVER})
order by l.position"""
_GENTLEST: Final = ("手紙", "電話", "訪問")


def print_copy(home: Home, list_day: date, team: str | None, holder: str, sheet: Sheet) -> dict[str, Any]:
    """Make the next numbered copy: one team's lines of a week's list or an urgent sheet (team «first» is the first of
    them), the 主任's slips of a day, or what one desk is told on a day (team = the desk).

    Returns the paths and the number of lines. Raises WrongUse when there is no such list, team or desk, GateClosed when
    a sheet that goes out had to be back by now, when the protection file of the newest day is not in order (no address
    leaves on a day of which nobody knows whom it protects), and when the last run died before it had purged.
    """
    path = _published(home, list_day, sheet)
    day = last_day(home)
    back_by = _back_by(list_day, sheet, day)
    protection_gate(home, day)
    purged(home)
    name, form, residents = {"slips": _slips, "desk": _desk}.get(sheet, _visits)(home, list_day, team, sheet, day)
    number = next_number(home, list_day)
    info = CopyInfo(f"{TITLES[sheet]} {list_day}", name, holder, number, day, back_by, home.settings.demonstration)
    made = {suffix: layout.printed(list_day, number, sheet, suffix) for suffix in ("xlsx", "pdf")}

    def fill(draft: Draft) -> None:
        draft.bytes(made["xlsx"], excel(form, info))
        draft.bytes(made["pdf"], pdf(form, info))
        record(home, draft, day, "print", holder, residents, list=str(list_day), sheet=sheet, team=name, copy=number)

    home.store.publish("print", day, fill, inputs={path: home.store.digest(path), "copy": number}, config=home.config)
    return {"lines": len(form.rows), "copy": number, **{s: str(home.root / p) for s, p in made.items()}}


def _published(home: Home, list_day: date, sheet: Sheet) -> str:
    paths = {
        "week": layout.visit_list(list_day),
        "urgent": layout.urgent(list_day),
        "slips": layout.slips(list_day),
        "desk": layout.desks(list_day, "slips"),
    }
    if not home.store.has(paths[sheet]):
        message = f"--list {list_day}: there is no {TITLES[sheet]} of this day; kizuki screen makes it"
        raise WrongUse(message)
    return paths[sheet]


Printed = tuple[str, Form, list[str]]
"""Whose sheet it is, the form, and the residents whose names are on it (for the audit)."""


def _visits(home: Home, list_day: date, team: str | None, sheet: Sheet, day: date) -> Printed:
    name = _team(home, team, day)
    path = _published(home, list_day, sheet)
    lines = _lines(home.store.read_table(path), sheet)
    joined = _joined(home, lines.filter(pc.equal(lines["team"], name)), day)
    told = _told_slips(home, list_day, name) if sheet == "urgent" else []
    return name, visits([*map(_line, joined), *told]), [row["resident_id"] for row in joined]


def _slips(home: Home, list_day: date, _team: str | None, _sheet: Sheet, day: date) -> Printed:
    found = slips_on(home, list_day).to_pylist()
    names = _names(home, [row["resident_id"] for row in found if row["resident_id"]], day)
    lines = [
        SlipLine(
            slip_no=row["slip_no"],
            urgent=bool(row["urgent"]),
            came_on=row["known_from"],
            seen_on=row["seen_on"],
            reporter_kind=row["reporter_kind"],
            address=row["address"],
            name_kana=row["name_kana"] or "",
            worries=tuple(row["worry_codes"] or ()),
            what_seen=row["what_seen"] or "",
            told_person=bool(row["told_person"]),
            resident=names.get(row["resident_id"], ""),
        )
        for row in found
    ]
    return "主任", slips(lines), sorted(names)


def _desk(home: Home, list_day: date, desk: str | None, _sheet: Sheet, _day: date) -> Printed:
    if desk is None or desk not in DESKS.values():
        message = f"--team {desk}: there is no such desk; there are {', '.join(DESKS.values())}"
        raise WrongUse(message)
    lines = [row for row in lines_of(home, list_day).to_pylist() if row["desk"] == desk]
    return desk, desk_notes([(row["case_no"], row["desk"], row["message"]) for row in lines]), []


def _told_slips(home: Home, list_day: date, team: str) -> list[SheetLine]:
    """Urgent slips whose person knows of them, as lines for the team of their ward: what the writer gave, no more."""
    if not home.store.has(layout.slips(list_day)):
        return []
    return [
        SheetLine(
            name=UNNAMED if not row["name_kana"] else "",
            kana=guarded(row["name_kana"] or ""),
            ward=row["ward"] or "",
            town_code=row["town_code"] or "",
            town=guarded(row["address"]),
            lot="",
            building="",
            contact_by="訪問",
            avoid="",
            triggers=(SLIP_WORDS.format(month=f"{row['seen_on'].year}年{row['seen_on'].month}月"),),
            offers=(GENERAL_OFFER,),
            existing=ASK_FIRST,
        )
        for row in slips_on(home, list_day).to_pylist()
        if row["team"] == team
    ]


def _names(home: Home, residents: list[str], day: date) -> dict[str, str]:
    found = (
        People(home)
        .answering(
            f"""select resident_id, name from states where resident_id in (select unnest($residents))
            and "from" <= $day and $day <= coalesce("until", {FOREVER})""",
            {"residents": residents, "day": day},
        )
        .fetchall()
    )
    return {resident: name or "" for resident, name in found}


def _lines(table: pa.Table, sheet: Sheet) -> pa.Table:
    """Lines in the columns of a week's list; an urgent fact is one reason, carried to the person by the team."""
    if sheet == "week":
        return table
    con = duckdb.connect()
    con.register("facts", table)
    return con.sql(
        """select row_number() over (order by household_key, person_key, fact) as position, household_key, person_key,
          district, team, fact || '@' || strftime(latest_on, '%Y-%m') as reason_1, null::varchar as reason_2,
          null::varchar as reason_3, null::varchar as contact_by, false as ask_first
        from facts where recipient = 'team' order by position"""
    ).to_arrow_table()


def _team(home: Home, team: str | None, day: date) -> str:
    log = versions(home, home.with_role("teams")[0])
    names = list(capacity(known_on(log, day).to_pyarrow()).weekly_visits) if log is not None else []
    if team != "first" and team not in names:
        message = f"--team {team}: there is no such team; there are {', '.join(names)}"
        raise WrongUse(message)
    return names[0] if team == "first" else team


def _back_by(list_day: date, sheet: Sheet, day: date) -> date:
    """A copy is brought back by the end of its week; slips and a desk's notes, which stay in the office and may be read
    late, by the end of the week they are printed in. Raises GateClosed for a sheet whose week is over.
    """
    goes_out = sheet in ("week", "urgent")
    end = monday_of(list_day if goes_out else max(list_day, day)) + timedelta(days=6)
    if end < day:
        what = f"copies of {list_day} had to be back by {end}, and {day} is known"
        raise GateClosed("print", what, "print the newest list; who was met is in the visit outcomes")
    return end


def _joined(home: Home, lines: pa.Table, day: date) -> list[dict[str, Any]]:
    """Lines of persons in scope who may be contacted on `day`, with name, address and the wishes that hold on it: what
    was taken in after the last purge counts too.
    """
    people = People(home)
    of = scope(people, day, day).only(pc.unique(lines["household_key"]))
    now = meetable(home, people, of, [])
    return people.ask(_PEOPLE, {"day": day}, lines=lines, meetable=now).to_pylist()


def _line(row: dict[str, Any]) -> SheetLine:
    found = [Reason.parse(row[name]) for name in ("reason_1", "reason_2", "reason_3") if row[name]]
    offers = list(dict.fromkeys(offer for reason in found for offer in _offers(reason.feature)))
    return SheetLine(
        name=row["name"] or "",
        kana=row["name_kana"] or "",
        ward=row["ward"] or "",
        town_code=row["town_code"] or "",
        town=row["town"] or "",
        lot=row["lot"] or "",
        building=row["building"] or "",
        contact_by=_channel(row["contact_by"], row["wish"]),
        avoid=row["contact_avoid"] or "",
        triggers=tuple(_paper(r.feature).format(month=f"{r.year}年{r.month}月") for r in found),
        offers=tuple(offers[:3]) or (GENERAL_OFFER,),
        existing=ASK_FIRST if row["ask_first"] else "",
    )


def _channel(listed: str | None, wished: str | None) -> str:
    """The gentler of what the list says (phone first where nobody may live) and what the person wishes by now."""
    return next((channel for channel in _GENTLEST if channel in (listed, wished)), wished or listed or "")


def _paper(fact: str) -> str:
    return EVENTS[fact][0] if fact in EVENTS else FEATURES[fact].paper


def _offers(fact: str) -> tuple[str, ...]:
    return (EVENTS[fact][1],) if fact in EVENTS else FEATURES[fact].offer
