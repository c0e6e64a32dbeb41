"""City housing, assistance and support, and slips: a few per cent of the households, on lanes of their own.

Outcomes of visits are not among them: they answer lists, which are made after the deliveries.
"""

import duckdb

from benchmarks.city.plan import Plan, Window
from benchmarks.city.writing import Writer
from simulation.calendar import add_months, date_of, day_number, month_first

MONTHS = 3  # how many months a file of rents holds
_PLACE = "if(event = 'move' and event_day <= {day}, h + {ever}, h) as place"


def rents(con: duckdb.DuckDBPyConnection, plan: Plan, writer: Writer) -> None:
    """A full a month of 2.4 % of the households: one in ten pays late now and then, one in 2,000 is asked to leave."""
    span = day_number(plan.last) - plan.first
    con.execute(f"""
        create table tenancy as
        select *, coalesce(left_on, 99999) as until_day, 18000 + 100 * d(h, 'rent', 300) as rent,
          u(h, 'tenant') < 0.1 as slow,
          if(u(h, 'claimed') < 0.0005, {plan.first} + d(h, 'claim', {span}), null) as claim
        from person where k = 1 and u(h, 'public') < 0.024""")
    before = 0
    for window in plan.windows:
        on = date_of(window.upto)
        if (month := month_first(on.year, on.month)) != before:
            _rents_of(plan, writer, window, month)
            before = month


def _rents_of(plan: Plan, writer: Writer, window: Window, month: int) -> None:
    year, number = date_of(month).year, date_of(month).month
    firsts = [month_first(*add_months(year, number, -back)) for back in range(1, MONTHS + 1)]
    place = _PLACE.format(day="month", ever=plan.ever)
    writer.copy(
        "housing_rent",
        window,
        "jutaku_full",
        f"""with owed as (
              select t.*, m.month, slow and u(h * 4096 + m.month, 'owed') < 0.3 as missed,
                31 * (1 + d(h * 4096 + m.month, 'settles', 6)) as settles, {place}
              from tenancy t, (select unnest({firsts}) as month) m where came < m.month and until_day > m.month + 31),
            told as (select *, missed and m.month + settles > {month} as open from owed m)
            select lpad((h * 3 + 1001)::varchar, 8, '0') as "入居番号",
              if(d(h, 'numbered', 10) < 7, rid(p), null) as "宛名番号",
              concat(family_word(surname), '　', given_word(sex, given)) as "入居者名",
              concat(family_kana(surname), '　', given_kana(sex, given)) as "入居者カナ",
              concat(town_name(place), lot_text(place)) as "住所", building(place) as "方書", '市' as "区分",
              iso(month) as "対象月", rent as "家賃", if(open, 0, rent) as "収納額",
              (sum(open::int) over (partition by h order by month))::int as "滞納月数",
              if(d(h, 'reduced', 16) = 0, 1, 0) as "減免", 0 as "収入未申告",
              if(claim < least(month + 31, {window.upto}), iso(claim), null) as "請求日", null as "訴訟日",
              null as "明渡日"
            from told order by h, month""",
    )


def welfare(con: duckdb.DuckDBPyConnection, plan: Plan, writer: Writer) -> None:
    """One household in 40 receives assistance at some time; requests, consultations, plans, hospital, 要対協."""
    first, last = plan.first, day_number(plan.last)
    kinds = []
    for kind, salt, whose, share, days, outcome in (
        ("生活保護受給", "receives", "k = 1", 0.025, 1500, "終了"),
        ("生活保護申請", "applies", "k = 1", 0.022, 14, "開始"),
        ("生活保護相談", "asks", "k = 1", 0.03, 0, "相談のみ"),
        ("自立相談受付", "consults", "k <= 2", 0.02, 0, "相談のみ"),
        ("プラン作成", "plan", "k <= 2", 0.006, 240, "終了"),
        ("介護認定", "care", "birth < -9500", 0.18, 9999, "終了"),
        ("入院入所", "hospital", "birth < -7000", 0.08, 25, "終了"),
        ("要対協", "council", "k > 2", 0.008, 400, "終了"),
    ):
        kinds.append(
            f"""select p, '{kind}' as kind, '{outcome}' as outcome, '{salt}' as salt,
              {first} - 300 + d(p, '{salt} on', {last - first + 300}) as began, {days} as days
            from alive where {whose} and u(p, '{salt}') < {share}"""
        )
    con.execute(f"""
        create table contact as
        with alive as (select * from person where left_on is null),
        drawn as ({" union all ".join(kinds)})
        select *, began + if(days > 0, 1 + d(p, salt || ' days', days), 0) as ended,
          row_number() over (order by began, p, kind) as nth from drawn where began < {last} order by nth""")
    for window in plan.windows:
        low, high = window.after - 3, window.upto - 3
        writer.copy(
            "welfare_contacts",
            window,
            "fukushi_delta",
            f"""select concat(if(kind like '生活保護%', 'F', 'J'), lpad((nth * 7 + 100003)::varchar, 9, '0'))
                  as "受付番号", rid(p) as "宛名番号", kind as "種別", iso(began) as "開始日",
                if(ended < {high}, iso(ended), null) as "終了日", if(ended < {high}, outcome, null) as "結果"
              from contact where (began >= {low} and began < {high}) or (ended >= {low} and ended < {high})
              order by nth""",
        )


def slips(con: duckdb.DuckDBPyConnection, plan: Plan, writer: Writer) -> None:
    """Seven a year for 1,000 households: an address, in two of three a name, one in twelve urgent."""
    first, last = plan.first, day_number(plan.last)
    con.execute(f"""
        create table slip as
        select *, {first} + d(p, 'seen', {last - first}) as seen, row_number() over (order by p) as nth
        from person where k = 1 and left_on is null and u(p, 'slip') < {0.007 * (last - first) / 365:.5f}""")
    place = _PLACE.format(day="seen", ever=plan.ever)
    for window in plan.windows:
        writer.copy(
            "community_flags",
            window,
            "kizuki_delta",
            f"""select concat('K', lpad(nth::varchar, 8, '0')) as "連絡票番号", iso(seen) as "気づいた日",
                ['民生委員', '地域包括', '社協', '市職員'][d(p, 'by', 4) + 1] as "連絡者区分",
                concat(town_name(place), lot_text(place), coalesce(building(place), '')) as "住所",
                if(d(p, 'named', 3) < 2, concat(family_kana(surname), '　', given_kana(sex, given)), null)
                  as "氏名カナ",
                ['収入・生活費のこと', '病気や健康、障害のこと', null][d(p, 'worry', 3) + 1] as "お困りのこと",
                '架空: 郵便受けがいっぱいでした' as "様子", if(d(p, 'urgent', 12) = 0, 1, 0) as "緊急",
                d(p, 'told', 2) as "本人了解"
              from (select *, {place} from slip where seen > {window.after - 1} and seen < {window.upto})
              order by seen, nth""",
        )
