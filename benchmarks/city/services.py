"""The waterworks and the schools.

A city of this size asks its waterworks for what it uses: notices, stops, openings and readings of 0 m³, not the tens
of millions of ordinary readings.
"""

import duckdb

from benchmarks.city.plan import Plan, fiscal_years
from benchmarks.city.writing import Writer
from simulation.calendar import day_number, month_first


def water(con: duckdb.DuckDBPyConnection, plan: Plan, writer: Writer) -> None:
    """6 % of bimonthly bills unpaid, then demands, warnings, stops (1.3 % of households a year) and openings."""
    first, last = plan.first, day_number(plan.last)
    bills = (last - first) // 61
    con.execute(f"""
        create table step as
        with head as (select t.*, coalesce(left_on, 99999) as until_day from person t where k = 1),
        bill as (select h, p, h * 64 + b as x, {first} + 61 * b + d(h, 'route', 61) as read_on, came, until_day,
                        if(u(h, 'waterpayer') < 0.9, 0.02, 0.42) as chance
                 from head, range({bills}) as t(b)),
        billed as (select * from bill where read_on > came and read_on < until_day),
        unpaid as (select *, u(x, 'far') as far, 3 + d(x, 'closed', 20) + if(d(x, 'long', 12) = 0, 40, 0) as closed
                   from billed where u(x, 'unpaid') < chance)
        select h, p, x, step, on_day from (
          select *, '未納通知' as step, read_on + 30 as on_day from unpaid
          union all select *, '催告', read_on + 50 from unpaid where far < 0.6
          union all select *, '停止予告', read_on + 70 from unpaid where far < 0.3
          union all select *, '停止', read_on + 85 from unpaid where far < 0.037
          union all select *, '開栓', read_on + 85 + closed from unpaid where far < 0.037
          union all select *, null, null, '検針', read_on from billed
            where u(h, 'away') < 0.01 and u(x, 'zero') < 0.5)
        where on_day < least({last}, until_day) order by on_day, x, step""")
    for window in plan.windows:
        writer.copy(
            "water_notices",
            window,
            "suido_delta",
            f"""select lpad((h * 13 + 100003)::varchar, 9, '0') as "お客様番号",
                lpad((place * 7 + 50001)::varchar, 9, '0') as "水栓番号",
                concat(family_word(surname), '　', given_word(sex, given)) as "使用者名",
                concat(family_kana(surname), '　', given_kana(sex, given)) as "使用者カナ",
                if(d(h, 'style', 3) = 0, concat(town_stem(place), lot(place) // 14 + 1, '-', lot(place) % 14 + 1),
                   concat(town_name(place), lot_text(place))) as "使用場所", building(place) as "方書",
                null as "電話番号", '個人' as "契約区分", step as "区分", ymd(on_day) as "処理日",
                if(step = '検針', 0, null) as "使用水量",
                if(step in ('未納通知', '催告', '停止予告'), 3000 + 100 * d(x, 'yen', 120), null) as "未納額"
                from (select s.*, t.surname, t.sex, t.given,
                             if(t.event = 'move' and t.event_day <= on_day, t.h + {plan.ever}, t.h) as place
                      from step s join person t using (p)
                      where on_day > {window.after - 1} and on_day < {window.upto} and on_day >= {plan.first - 60})
                order by on_day, x, step""",
        )


def school(con: duckdb.DuckDBPyConnection, plan: Plan, writer: Writer) -> None:
    """School aid 13.7 % of pupils, long absence 3.7 %, unpaid meals 1 %, support 1 %; closed ones come again."""
    parts = []
    for year in fiscal_years(plan):
        start, end = month_first(year, 4), month_first(year + 1, 4) - 1
        for flag, salt, share, opened, days in (
            ("就学援助申請", "aid", 0.15, 10, 80),
            ("就学援助認定", "aid", 0.137, 91, 9999),
            ("欠席30日", "absent", 0.037, 100, 9999),
            ("給食費未納", "meal", 0.01, 60, 90),
            ("SSW支援", "ssw", 0.01, 70, 9999),
        ):
            salted = f"p * 4096 + {year}, '{salt}'"
            parts.append(
                f"""select p, '{flag}' as flag, {start + opened} + if('{salt}' = 'aid', 0, d({salted} || 'on', 150))
                    as opened, {days} as days, {end} as year_end from pupil
                    where u({salted}) < {share} and birth between {start - 15 * 365} and {start - 6 * 365 - 2}"""
            )
    con.execute(f"""
        create table flag as
        with pupil as (select * from person where k > 2 and left_on is null),
        raised as ({" union all ".join(parts)})
        select *, least(opened + days, year_end) as closed from raised
        where opened >= {plan.first - 300} order by opened, p, flag""")
    for window in plan.windows:
        low, high = window.after - 3, window.upto - 3
        writer.copy(
            "school_flags",
            window,
            "gakko_delta",
            f"""select concat('第', town_code(place)::int % 60 + 1, '小学校') as "学校名",
                lpad((p * 11 + 10007)::varchar, 8, '0') as "児童生徒番号",
                concat(family_word(surname), '　', given_word(sex, given)) as "氏名",
                concat(family_kana(surname), '　', given_kana(sex, given)) as "氏名カナ", iso(birth) as "生年月日",
                concat(town_name(place), lot_text(place)) as "住所", null as "保護者カナ", flag as "区分",
                iso(opened) as "開始日", if(closed < {high}, iso(closed), null) as "終了日",
                if(flag = '欠席30日', 30 + d(p, 'days', 20), null) as "欠席日数",
                case when flag = 'SSW支援' then 'SSW' when flag like '就学援助%' then '教委' else '学校' end
                  as "提出者区分"
                from (select f.*, t.surname, t.sex, t.given, t.birth,
                             if(t.event = 'move' and t.event_day <= f.opened, t.h + {plan.ever}, t.h) as place
                      from flag f join person t using (p)
                      where (f.opened >= {low} and f.opened < {high}) or (closed >= {low} and closed < {high}))
                order by opened, p, flag""",
        )
