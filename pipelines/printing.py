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
from outreach.reasons import Reason
from outreach.teams import capacity
from outreach.week import monday_of
from pipelines import layout
from pipelines.accepted import versions
from pipelines.audit import record
from pipelines.contacts import meetable
from pipelines.errors import WrongUse
from pipelines.home import Home
from pipelines.scope import FOREVER, People, scope
from pipelines.screening import last_day
from pipelines.store import Draft
from reports.sheet_excel import excel
from reports.sheet_model import CopyInfo, SheetLine
from reports.sheet_pdf import pdf

Sheet = Literal["week", "urgent"]
TITLES: Final[dict[Sheet, str]] = {"week": "訪問リスト", "urgent": "お急ぎのご案内"}
GENERAL_OFFER = "暮らしやお金、仕事、健康などの相談窓口のご案内"

_PEOPLE = f"""
select l.*, s.resident_id, s.name, s.name_kana, s.ward, s.town_code, s.town, s.lot, s.building,
  w.contact_by as wish, w.contact_avoid
from lines l join persons p using (person_key)
join states s on s.resident_id = p.resident_id and s."from" <= $day and $day <= coalesce(s."until", {FOREVER})
left join (
  select resident_id, contact_by, contact_avoid from consents where known_until is null
  qualify row_number() over (partition by resident_id order by given_on desc, consent_id desc) = 1) w
  on w.resident_id = p.resident_id
order by l.position"""


def print_copy(home: Home, list_day: date, team: str, holder: str, sheet: Sheet) -> dict[str, Any]:
    """Make the next numbered copy of one team's lines; team «first» is the first team by name.

    Returns the paths and the number of lines. Raises WrongUse when there is no such list or team.
    """
    path = layout.visit_list(list_day) if sheet == "week" else layout.urgent(list_day)
    if not home.store.has(path):
        message = f"--list {list_day}: there is no {TITLES[sheet]} of this day; kizuki screen makes it"
        raise WrongUse(message)
    day = last_day(home)
    name = _team(home, team, day)
    lines = _still_meetable(home, _lines(home.store.read_table(path), sheet), day)
    joined = _joined(home, lines.filter(pc.equal(lines["team"], name)), day)
    number = f"{_copies(home, list_day) + 1:03d}"
    info = CopyInfo(
        f"{TITLES[sheet]} {list_day}", name, holder, number, day, _expiry(list_day), home.settings.demonstration
    )
    rows = [_line(row) for row in joined]
    made = {suffix: layout.printed(str(list_day), number, suffix) for suffix in ("xlsx", "pdf")}

    def fill(draft: Draft) -> None:
        draft.bytes(made["xlsx"], excel(rows, info))
        draft.bytes(made["pdf"], pdf(rows, info))
        residents = [row["resident_id"] for row in joined]
        record(home, draft, day, "print", holder, residents, list=str(list_day), team=name, copy=number)

    home.store.publish("print", day, fill, inputs={path: home.store.digest(path), "copy": number}, config=home.config)
    return {"lines": len(rows), "copy": number, **{s: str(home.root / p) for s, p in made.items()}}


def _lines(table: pa.Table, sheet: Sheet) -> pa.Table:
    """Lines in the columns of a week's list; an urgent fact is one reason, carried to the person by the team."""
    if sheet == "week":
        return table
    con = duckdb.connect()
    con.register("facts", table)
    return con.sql(
        """select row_number() over (order by household_key, person_key, fact) as position, household_key, person_key,
          district, team, fact || '@' || strftime(latest_on, '%Y-%m') as reason_1, null::varchar as reason_2,
          null::varchar as reason_3, null::varchar as contact_by
        from facts where recipient = 'team' order by position"""
    ).to_arrow_table()


def _still_meetable(home: Home, lines: pa.Table, day: date) -> pa.Table:
    """Lines of persons in scope who may be contacted on `day`: what was taken in after the last purge counts too."""
    people = People.read(home)
    now = meetable(home, people, scope(home, people, day, day), [])
    return lines.filter(pc.is_in(lines["person_key"], now["person_key"].combine_chunks()))


def _team(home: Home, team: str, day: date) -> str:
    log = versions(home, home.with_role("teams")[0])
    names = sorted(capacity(known_on(log, day).to_pyarrow()).weekly_visits) if log is not None else []
    if team != "first" and team not in names:
        message = f"--team {team}: there is no such team; there are {', '.join(names)}"
        raise WrongUse(message)
    return names[0] if team == "first" else team


def _copies(home: Home, list_day: date) -> int:
    """How many copies of a list were ever made; a number is never given twice, also when a copy was taken back."""
    made = layout.printed(str(list_day), "", "pdf").rsplit("/", 1)[0]
    return sum(any(path.startswith(made) for path in manifest.outputs) for manifest in home.store.of_step("print"))


def _expiry(list_day: date) -> date:
    """A copy is brought back by the end of its week."""
    return monday_of(list_day) + timedelta(days=6)


def _joined(home: Home, lines: pa.Table, day: date) -> list[dict[str, Any]]:
    states = People.read(home).states
    residents = pc.unique(states["resident_id"])
    persons = pa.table({"resident_id": residents, "person_key": home.names.keys("person", residents)})
    con = duckdb.connect()
    consents = versions(home, home.with_role("consents")[0])
    for name, table in (("lines", lines), ("persons", persons), ("states", states), ("consents", consents)):
        con.register(name, table)
    return con.execute(_PEOPLE, {"day": day}).to_arrow_table().to_pylist()


def _line(row: dict[str, Any]) -> SheetLine:
    found = [Reason.parse(row[name]) for name in ("reason_1", "reason_2", "reason_3") if row[name]]
    offers = list(dict.fromkeys(offer for reason in found for offer in FEATURES[reason.feature].offer))
    return SheetLine(
        name=row["name"] or "",
        kana=row["name_kana"] or "",
        ward=row["ward"] or "",
        town_code=row["town_code"] or "",
        town=row["town"] or "",
        lot=row["lot"] or "",
        building=row["building"] or "",
        contact_by=row["contact_by"] or "",
        avoid=row["contact_avoid"] or "",
        triggers=tuple(FEATURES[r.feature].paper.format(month=f"{r.year}年{r.month}月") for r in found),
        offers=tuple(offers[:3]) or (GENERAL_OFFER,),
    )
