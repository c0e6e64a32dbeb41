"""The week's visit list and the day's urgent sheet: what is known, put before `outreach`, frozen under its Monday."""

from datetime import date
from functools import partial

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from features.asof import known_on
from outreach.ask_first import with_ask_first
from outreach.desks import desk_lines
from outreach.eligibility import told_to_the_analyst
from outreach.policy import Policy
from outreach.standing import HISTORY
from outreach.urgent import ALREADY, EVENTS, FACTS, urgent
from outreach.visit_list import WeekPlan, plan_week
from outreach.week import monday_of
from pipelines import layout
from pipelines.accepted import log_digests, versions
from pipelines.closing import is_working_day, protection_gate
from pipelines.contacts import guardians, meetable, teams
from pipelines.deskwork import lines_before
from pipelines.errors import GateClosed
from pipelines.exclusions import barred, first_persons, gone
from pipelines.home import Home
from pipelines.hub import standing
from pipelines.persons import People
from pipelines.reasons import at_first, by_person, dated_facts, perhaps, plan_from_the_top, reasons_of, vacant
from pipelines.scope import Scope, live_scope
from pipelines.screening import hub_paths, run_day
from pipelines.signing import standing_model
from pipelines.store import Draft

STOP = "water_stop_open_days"
"""The feature whose facts are urgent on the day on which they qualify; the others are outreach.urgent.EVENTS."""


def publish_list(home: Home, day: date) -> bool:
    """Freeze the week's list under its Monday, unless it is frozen already or the office is closed. Returns whether.

    Raises GateClosed when the protection file of the day is not in order, or no model stands signed.
    """
    protection_gate(home, day)
    monday = monday_of(day)
    path = layout.visit_list(monday)
    if home.store.has(path) or not is_working_day(day):
        return False
    digest, model = standing_model(home, day)
    needed = [layout.scores(day), layout.contributions(day), layout.features(day), *hub_paths(home), *People.paths()]
    inputs = {p: home.store.digest(p) for p in needed}
    inputs |= log_digests(home, [*home.with_role("teams"), *home.with_role("outcomes"), *home.with_role("consents")])
    sealed = ("restricted/people/safeguards/", "restricted/people/desks/")
    inputs |= {p: home.store.digest(p) for prefix in ("published/lists/", *sealed) for p in home.store.under(prefix)}

    def fill(draft: Draft) -> None:
        people = People(home)
        of = live_scope(home, people, day, run_day(home, day))
        numbers = home.settings.numbers("outreach", day)
        forms = home.settings.numbers("consent", day)["random_forms"]
        persons = meetable(home, people, of, forms)
        scores = home.store.read_table(layout.scores(day))
        if set(scores["model_hash"].to_pylist()) - {digest}:
            what = f"the scores of {day} are of another model than the one that stands signed"
            raise GateClosed("署名 (sign-off)", what, "run kizuki screen for this day again")
        keys = scores["household_key"]
        draws = pa.table({"household_key": keys, "u": home.names.draws(f"draw|{monday}", keys)})
        policy, serving = Policy.from_values(numbers), teams(home, day)
        past, out = history(home, monday), barred(home, people, of)
        first = first_persons(standing(home, "welfare"), of, policy.first_days)
        excluded = pa.concat_tables([out.excluded, gone(people, of, past, monday)])
        guarding, empty = guardians(home, day), vacant(home, of)

        def planned(chosen: pa.Table) -> WeekPlan:
            told = by_person(persons, chosen, guarding, empty, first)
            return plan_week(scores, told, serving, past, excluded, policy, draws, monday)

        asked = at_first(scores, persons, serving, past, first)
        plan = plan_from_the_top(asked, partial(reasons_of, home, of, digest, model), planned)
        listed = plan.visits["household_key"]
        always = pa.table({"household_key": listed, "u": home.names.draws("ask_first", listed)})
        visits = with_ask_first(plan.visits, out.council, always, policy.ask_first_percent, monday)
        before = lines_before(home, monday)
        desks = desk_lines(plan.noticed, visits, out.cases, before, policy.notice_days, day)
        draft.table(path, visits, ["team", "position"])
        draft.table(path.replace("visit_list", "random_frame"), plan.frame, ["household_key"])
        draft.table(layout.left_out(monday), told_to_the_analyst(plan.left_out), ["household_key", "why"])
        draft.table(layout.desks(monday, "week"), desks, [])

    home.store.publish("weekly-list", monday, fill, inputs=inputs, config=home.config, model=digest)
    return True


def publish_urgent(home: Home, day: date) -> int:
    """The sheet of same-day urgent facts. Returns the number of lines. Raises GateClosed as `publish_list`."""
    protection_gate(home, day)
    path = layout.urgent(day)

    def fill(draft: Draft) -> None:
        people = People(home)
        of = live_scope(home, people, day, run_day(home, day))
        numbers = home.settings.numbers("outreach", day)
        stops = dated_facts(home, of.only(perhaps(home, day, STOP)), [STOP])
        facts = pa.concat_tables([stops.select(FACTS.names).cast(FACTS), _evictions(home, of)])
        concerned = of.only(pc.unique(facts["household_key"]))
        persons = meetable(home, people, concerned, [])
        out, policy = barred(home, people, concerned), Policy.from_values(numbers)
        sheet = urgent(facts, persons, teams(home, day), policy, day, out.excluded, _already(home, day))
        by_worker = pc.equal(sheet["recipient"], "worker")
        draft.table(path, sheet.filter(pc.invert(by_worker)), ["team", "household_key"])
        looked_after = out.excluded.filter(
            pc.is_in(out.excluded["household_key"], sheet.filter(by_worker)["household_key"].combine_chunks())
        )
        nobody = sheet.slice(0, 0)
        desks = desk_lines(looked_after, nobody, out.cases, lines_before(home, day), policy.notice_days, day)
        draft.table(layout.desks(day, "urgent"), desks, [])

    needed = [*hub_paths(home), *People.paths(), *home.store.under("restricted/people/safeguards/")]
    home.store.publish("urgent", day, fill, inputs={p: home.store.digest(p) for p in needed}, config=home.config)
    return home.store.read_table(path).num_rows


def history(home: Home, monday: date) -> pa.Table:
    """Past lists and visits before `monday` in the columns of outreach.standing.HISTORY."""
    con = duckdb.connect()
    listed = [
        _listed(home, path) for path in home.store.under("published/lists/") if path.endswith("/visit_list.parquet")
    ]
    con.register("listed", pa.concat_tables(listed) if listed else _LISTED.empty_table())
    log = versions(home, home.with_role("outcomes")[0]) if home.with_role("outcomes") else None
    con.register("visits", log if log is not None else _VISITS.empty_table())
    return con.execute(_HISTORY, {"monday": monday}).to_arrow_table().cast(HISTORY)


_LISTED = pa.schema(
    [("household_key", pa.string()), ("person_key", pa.string()), ("slot", pa.string()), ("monday", pa.date32())]
)
_VISITS = pa.schema(
    [
        ("household_key", pa.string()),
        ("visited_on", pa.date32()),
        ("contact", pa.string()),
        ("next_on", pa.date32()),
        ("known_from", pa.date32()),
        ("known_until", pa.date32()),
    ]
)
_HISTORY = """
with said as (
  select household_key, visited_on, contact, next_on from visits
  where known_until is null and visited_on < $monday),
past as (select * from listed where monday < $monday)
select p.household_key, p.person_key, p.monday, p.slot, s.contact as outcome, s.visited_on, s.next_on
from past p left join said s on s.household_key = p.household_key
  and s.visited_on between p.monday and p.monday + 6
union all
select s.household_key, null, null, null, s.contact, s.visited_on, s.next_on from said s
where not exists (select 1 from past p where p.household_key = s.household_key
  and s.visited_on between p.monday and p.monday + 6)
order by all"""


def _listed(home: Home, path: str) -> pa.Table:
    table = home.store.read_table(path).select(["household_key", "person_key", "slot"])
    monday = date.fromisoformat(path.split("/")[2])
    return table.append_column("monday", pa.array([monday] * table.num_rows, pa.date32()))


def _already(home: Home, day: date) -> pa.Table:
    """Facts on the urgent sheets of other days; also of later ones, when a day is made up for."""
    paths = [
        path
        for path in home.store.under("published/lists/")
        if path.endswith("/urgent.parquet") and path != layout.urgent(day)
    ]
    return pa.concat_tables(
        [ALREADY.empty_table(), *(home.store.read_table(path).select(ALREADY.names) for path in paths)]
    )


_EVICTIONS = """
select m.household_key, e.kind as feature, e.person_key, max(e.began_on) as latest_on
from e join allowed a on a.person_key = e.person_key and a.source = e.source
join members m on m.person_key = e.person_key
where e.kind in (select unnest($kinds)) and (a.covers_from is null or e.began_on >= a.covers_from)
group by all order by all"""


def _evictions(home: Home, of: Scope) -> pa.Table:
    """Claims and suits for eviction as known on the scope's day, in the columns of FACTS."""
    with duckdb.connect() as con:
        con.register("e", known_on(standing(home, "housing"), of.day).to_pyarrow())
        con.register("allowed", of.permission)
        con.register("members", of.members.select(["person_key", "household_key"]))
        return con.execute(_EVICTIONS, {"kinds": list(EVENTS)}).to_arrow_table().cast(FACTS)
