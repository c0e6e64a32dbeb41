"""Tax and insurance bills: an instalment when it is issued, again whenever the office learnt more of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from benchmarks.city.plan import Plan, Window, fiscal_years
from benchmarks.city.writing import Writer
from simulation.calendar import day_number

POSTING = 5  # days from a payment to the office's file (DOMAIN §3.2: 3-10 days)
REMINDER = 20  # days from 納期限 to 督促 (地方税法)
EARLY = 25  # days before 納期限 over which payments in time are spread
DATED = {"督促発布日": "reminder", "督促返戻日": "returned", "分納誓約日": "plan", "分納不履行日": "broken",
         "差押日": "seized", "執行停止日": "suspended"}  # fmt: skip
HEADER = ", ".join(
    f'"{name}"'
    for name in (
        "税目", "相当年度", "通知書番号", "期別", "賦課年度", "宛名番号", "納付義務者区分", "特別徴収", "納期限",
        "調定額", "収納額", "収入日", *DATED, "執行停止", "消滅事由",
    )
)  # fmt: skip
NEWS = ("issued", "posted", "reminder", "returned", "plan", "broken", "seized", "suspended")


@dataclass(frozen=True)
class Levy:
    """One levy: who gets it (a predicate on persons), its instalments' months and when the bills go out."""

    code: int
    name: str
    source: str
    payer: str
    months: tuple[int, ...]  # of 納期限: the month's last day
    issue: tuple[int, int] | None  # month and day for the whole year, or None: each at the start of its month
    yen: tuple[int, int]  # least and most, in hundreds
    role: str


# Shares of households are set so that about 48 instalments a household come to 60 months (DESIGN §9: 86 M for 1.8 M).
LEVIES = (
    Levy(0, "住民税", "tax_bills", "(k = 1 and u(p, 'l0') < 0.38 or k = 2 and u(p, 'l0') < 0.16) and age_at > 20",
         (6, 8, 10, 1), (6, 10), (50, 700), "本人"),
    Levy(1, "固定資産税", "tax_bills", "k = 1 and u(p, 'l1') < 0.55", (4, 7, 12, 2), (4, 10), (60, 500), "本人"),
    Levy(2, "軽自動車税", "tax_bills", "k = 1 and u(p, 'l2') < 0.40", (5,), (5, 1), (40, 130), "本人"),
    Levy(3, "国民健康保険税", "insurance_bills", "k = 1 and u(p, 'l3') < 0.42",
         (6, 7, 8, 9, 10, 11, 12, 1, 2, 3), None, (30, 420), "世帯主"),
    Levy(4, "介護保険", "insurance_bills", "k < 3 and age_at >= 65 and u(p, 'l4') < 0.13",
         (7, 8, 9, 10, 11, 12, 1, 2, 3), None, (20, 90), "本人"),
    Levy(5, "後期高齢者医療", "insurance_bills", "k < 3 and age_at >= 75 and u(p, 'l5') < 0.35",
         (7, 8, 9, 10, 11, 12, 1, 2), None, (20, 120), "本人"),
)  # fmt: skip


@dataclass(frozen=True)
class Instalment:
    """One 期 of one year of one levy; `j` numbers it."""

    j: int
    levy: Levy
    year: int
    text: str
    due: int
    issue: int


def instalments(plan: Plan) -> list[Instalment]:
    """All 期 due within the period, and those issued by its end."""
    found: list[Instalment] = []
    last = day_number(plan.last)
    for year in fiscal_years(plan):
        for levy in LEVIES:
            for place, month in enumerate(levy.months):
                calendar = year if month >= 4 else year + 1
                due = day_number(_month_end(calendar, month))
                issue = day_number(date(year, *levy.issue) if levy.issue else date(calendar, month, 1))
                text = "全期" if len(levy.months) == 1 else f"{place + 1:02d}"
                if due >= plan.first and issue < last:
                    found.append(Instalment(len(found), levy, year, text, due, issue))
    return found


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def prepare(con: duckdb.DuckDBPyConnection, plan: Plan) -> list[Instalment]:
    """Tables `account` (who is billed) and `late` (every instalment not paid in time, with the days of its news)."""
    parts = " union all ".join(
        f"""select {levy.code} as levy, p, h, came, left_on, {levy.yen[0]} as low, {levy.yen[1]} as high
            from aged where {levy.payer}"""
        for levy in LEVIES
    )
    con.execute(f"""
        create table account as
        with aged as (select *, ({plan.first} - birth) / 365.25 as age_at from person)
        select row_number() over (order by levy, p) as a, *, coalesce(left_on, 99999) as until_day,
               case when u(p, 'payer') < 0.78 then 0.02 when u(p, 'payer') < 0.94 then 0.30 else 0.85 end as chance
        from ({parts}) order by a""")
    all_of = instalments(plan)
    con.execute(
        "create table late (a bigint, j int, issued int, paid int, posted int, reminder int, returned int, "
        "plan int, broken int, seized int, suspended int)"
    )
    for one in all_of:
        con.execute(f"insert into late {_late(one)}")
    con.execute("create table instalment (j int, source text, name text, year int, text text, role text, due_text int)")
    con.executemany(
        "insert into instalment values (?, ?, ?, ?, ?, ?, ?)",
        [[o.j, o.levy.source, o.levy.name, o.year, o.text, o.levy.role, ymd(o.due)] for o in all_of],
    )
    return all_of


def count(con: duckdb.DuckDBPyConnection, all_of: list[Instalment]) -> tuple[int, int]:
    """How many instalments were issued, and how many of them were not paid in time."""
    rows = [con.execute(f"select count(*) from account where {billed(one)}").fetchone() or (0,) for one in all_of]
    late = con.execute("select count(*) from late").fetchone() or (0,)
    return sum(row[0] for row in rows), late[0]


def billed(one: Instalment) -> str:
    """Predicate on accounts: who was there when it was issued."""
    return f"levy = {one.levy.code} and came <= {one.issue} and until_day > {one.issue}"


def _is_late(one: Instalment) -> str:
    return f"u(a * 1024 + {one.j}, 'late') < chance"


def _late(one: Instalment) -> str:
    """A fifth of the late ones before the reminder, an eighth never; plans, seizures and suspensions are rare."""
    x = f"a * 1024 + {one.j}"
    return f"""
        with bill as (
          select a, case when d({x}, 'never', 8) = 0 then null
                         else ({one.due} + 5 + floor(400 * pow(u({x}, 'days'), 3)))::int end as paid
          from account where {billed(one)} and {_is_late(one)}),
        warned as (
          select *, case when coalesce(paid, 99999) > {one.due + REMINDER} then {one.due + REMINDER} end as reminder
          from bill)
        select a, {one.j}, {one.issue}, paid, paid + {POSTING}, reminder,
          case when d({x}, 'returned', 40) = 0 then reminder + 10 end,
          case when coalesce(paid, 99999) > reminder + 90 and d({x}, 'plan', 10) = 0 then reminder + 60 end as promise,
          case when d({x}, 'broken', 3) = 0 then promise + 90 end,
          case when paid is null and d({x}, 'seized', 12) = 0 then {one.due} + 240 end,
          case when paid is null and d({x}, 'seized', 12) = 1 then {one.due} + 300 end
        from warned order by a"""


def deliver_bills(plan: Plan, writer: Writer, source: str, prefix: str, all_of: list[Instalment]) -> None:
    """One file a window: bills with news in it, as they stand at its end."""
    mine = [one for one in all_of if one.levy.source == source]
    for window in plan.windows:
        parts = [*_on_time(mine, window), _late_rows(source, window)]
        writer.copy(source, window, f"{prefix}_delta", f"select * from ({' union all '.join(parts)}) as bill({HEADER})")


def _on_time(mine: list[Instalment], window: Window) -> Iterator[str]:
    """A select per instalment: bills paid in time that were issued in the window or paid in it.

    Everything that is the same for the whole instalment is a constant of the query.
    """
    after, upto = window.after - 1, window.upto - 1  # a file holds what happened up to the evening before
    for one in mine:
        paid = f"{one.due} - d(a * 1024 + {one.j}, 'early', {EARLY})"
        if after < one.issue <= upto:
            news = "true"
        elif one.issue <= after < one.due + POSTING and one.due - EARLY + POSTING < upto:
            news = f"{paid} + {POSTING} between {after + 1} and {upto}"
        else:
            continue
        shown = f"{paid} + {POSTING} <= {upto}"
        yield f"""
            select '{one.levy.name}', {one.year}, lpad(a::varchar, 9, '0'), '{one.text}', {one.year}, rid(p),
              '{one.levy.role}', 0, {ymd(one.due)}, yen, if({shown}, yen, 0), if({shown}, ymd({paid}), null),
              {", ".join(["null"] * len(DATED))}, null, if({shown}, '完納', null)
            from (select *, 100 * (low + d(a, 'yen', high - low)) as yen from account
                  where {billed(one)} and not {_is_late(one)} and {news})"""


def _late_rows(source: str, window: Window) -> str:
    after, upto = window.after - 1, window.upto - 1
    news = " or ".join(f"{name} between {after + 1} and {upto}" for name in NEWS)
    known = ", ".join(f"if({day} <= {upto}, ymd({day}), null)" for day in DATED.values())
    shown = f"coalesce(posted <= {upto}, false)"
    return f"""
        select * from (
          select name, year, lpad(a::varchar, 9, '0'), text, year, rid(p), role, 0, due_text, yen,
            if({shown}, yen, 0), if({shown}, ymd(paid), null), {known}, if(suspended <= {upto}, 2, null),
            if({shown}, '完納', null)
          from (select *, 100 * (low + d(a, 'yen', high - low)) as yen
                from late join account using (a) join instalment using (j) where source = '{source}' and ({news}))
          order by a, j)"""


def ymd(day: int) -> int:
    """A day as the number YYYYMMDD."""
    return int((date(1970, 1, 1) + timedelta(days=day)).strftime("%Y%m%d"))
