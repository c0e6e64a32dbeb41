"""Who lives where and who agreed: residents, consents, protected persons, teams."""

import duckdb

from benchmarks.city.base import wards
from benchmarks.city.plan import Plan
from benchmarks.city.writing import Writer
from simulation.calendar import date_of, day_number

VISITS_PER = 4500  # households for one visit a week (DOMAIN §1: 15-40 first contacts a month in a city of 45,000)
PROTECTED = "宛名番号,申出番号,履歴番号,最新フラグ,支援措置区分,措置区分,開始年月日,終了年月日,削除フラグ,解除確認日"
SOURCES = "tax|insurance|water|school|housing|welfare|community"
PURPOSES = "early_outreach|model_training|model_evaluation|contact"


def residents(con: duckdb.DuckDBPyConnection, plan: Plan, writer: Writer) -> None:
    """One full at the start, then every row with an event in the window: 履歴番号 counts a person's rows."""
    con.execute(f"""
        create table log as
        with heir as (select a.p, b.died as on_day from person a join person b on a.h = b.h and b.k = 1
                      where a.k = 2 and b.died is not null and (a.left_on is null or a.left_on > b.died)),
        rows as (
          select p, came as on_day, 0 as nth, case when came < {plan.first} then null when birth = came then '出生'
                 else '転入' end as reason from person
          union all select p, event_day, 1, '転居' from person
            where event = 'move' and event_day > came and (left_on is null or left_on > event_day)
          union all select p, event_day, 1, '世帯分離' from person
            where event = 'split' and k = 2 and event_day > came
          union all select p, on_day, 2, '世帯主変更' from heir
          union all select p, left_on, 3, case when died is null then '転出' else '死亡' end from person
            where left_on is not null)
        select r.p, r.on_day, r.reason, row_number() over (partition by r.p order by r.on_day, r.nth) as history,
          case when r.reason = '転出' then '転出' when r.reason = '死亡' then '死亡' else '現存' end as status,
          coalesce(heir.on_day <= r.on_day, false) or (t.event = 'split' and t.k = 2 and t.event_day <= r.on_day)
            as heads,
          t.event = 'split' and t.k = 2 and t.event_day <= r.on_day as apart,
          if(t.event = 'move' and t.event_day <= r.on_day, t.h + {plan.ever}, t.h) as place
        from rows r join person t on r.p = t.p left join heir on r.p = heir.p
        order by r.p, history""")
    columns = f"""
        rid(p) as "宛名番号", history as "履歴番号", hid(if(apart, h + {2 * plan.ever}, h)) as "世帯番号",
        if(heads, '世帯主', relationship) as "続柄",
        concat(family_word(surname), '　', given_word(sex, given)) as "氏名",
        concat(family_kana(surname), '　', given_kana(sex, given)) as "氏名フリガナ", iso(birth) as "生年月日",
        if(sex = 1, '男', '女') as "性別",
        if(d(h, 'foreign', 1000) < 26, '外国', '日本') as "国籍区分", status as "住民状態",
        if(reason is null, null, iso(on_day)) as "異動年月日", reason as "異動事由",
        iso(if(came < {plan.first}, greatest(birth, {plan.first} - 400 - d(h, 'since', 9000)), came))
          as "住民となった日",
        concat('000-', lpad((place % 480)::varchar, 4, '0')) as "郵便番号", town_code(place) as "町字コード",
        town_name(place) as "町字", lot_text(place) as "番地", building(place) as "方書", ward(place) as "行政区",
        null as "小学校区", null as "民生委員区", null as "日常生活圏域", 0 as "送付先あり", null as "希望言語" """
    for nth, window in enumerate(plan.windows):
        kind = "full" if nth == 0 else "delta"
        rows = f"""from log join person using (p)
                   where log.on_day > {window.after - 1} and log.on_day <= {window.upto - 1} order by p, history"""
        if nth == 0:
            rows = f"from log join person using (p) where log.on_day < {window.upto} order by p, history"
        writer.copy("residents", window, f"jumin_{kind}", f"select {columns} {rows}")


def consents(con: duckdb.DuckDBPyConnection, plan: Plan, writer: Writer) -> None:
    """60 % of the adults; households agree together half of the time; one form in 33 is withdrawn."""
    first, last = plan.first, day_number(plan.last)
    con.execute(f"""
        create table consent as
        with willing as (select *, greatest(came + 3, birth + 6600,
              case when u(p, 'early') < 0.8 then {first} - 10 - d(p, 'given', 390)
                   else {first} + d(p, 'given', {last - first}) end) as given_on
            from person where if(d(h, 'together', 2) = 0, u(h, 'agrees'), u(p, 'agrees')) < 0.6),
        own as (select p, h, p as by_p, '本人' as capacity, '{SOURCES}' as sources, given_on, null::int as ends,
                       case when u(p, 'withdraws') < 0.03 then given_on + 20 + d(p, 'withdrawn', 700) end as withdrawn
                from willing where birth + 6600 < {last} and given_on < coalesce(left_on, {last})),
        child as (select c.p, c.h, o.by_p, '親権者', 'school', greatest(o.given_on + 1, c.birth + 30),
                         c.birth + 6570, null::int
                  from person c join own o on o.h = c.h join person q on q.p = o.by_p
                  where c.k > 2 and q.k = 1 and c.birth + 6000 > {last} and d(c.p, 'signed', 5) < 4)
        select row_number() over (order by p, capacity) as c, * from (select * from own union all select * from child)
        where given_on < {last} and (ends is null or ends > given_on) order by c""")
    for nth, window in enumerate(plan.windows):
        told = f"withdrawn > {window.after - 1} and withdrawn < {window.upto}"
        new = f"given_on > {window.after - 1} and given_on < {window.upto}"
        writer.copy(
            "consents",
            window,
            "doui_delta",
            f"""select 'D' || lpad(c::varchar, 8, '0') as "同意番号", rid(p) as "宛名番号",
                rid(by_p) as "同意者宛名番号",
                capacity as "同意者区分", sources as "対象情報", '{PURPOSES}' as "目的", 'consent' as "根拠",
                if(d(c, 'covers', 10) < 3, null, iso(given_on - 730)) as "対象期間の始め", iso(given_on) as "取得日",
                iso(ends) as "有効期限", if(withdrawn < {window.upto}, iso(withdrawn), null) as "撤回日",
                'v2' as "様式版",
                ['窓口', '郵送', '電子申請', '訪問'][d(c, 'channel', 4) + 1] as "取得方法",
                ['訪問', '電話', '手紙', null][d(c, 'by', 4) + 1] as "連絡方法", null as "避けてほしい連絡"
                from consent where ({new}) or ({told}) order by c""",
            even_empty=nth == 0,
        )


def protected_persons(con: duckdb.DuckDBPyConnection, plan: Plan, writer: Writer) -> None:
    """A full file each working day; every family entered stays in it, so that each file begins like the last one."""
    first, last = plan.first, day_number(plan.last)
    rows = con.execute(f"""
        select concat(rid(p), ',1,1,1,', ['DV', 'ストーカー', '児童虐待', 'その他'][d(h, 'kind', 4) + 1], ',1,',
                      ymd(began), ',99999999,0,', chr(10)) as line, began
        from (select *, case when h in (3, 5, 7) then {first} - 30
                        else {first} - 330 + d(h, 'began', {last - first + 329}) end as began
              from person where (u(h, 'protected') < 0.0015 or h in (3, 5, 7)) and came < {first}
                            and (left_on is null or left_on > {last}))
        order by began, p""").fetchall()
    lines = [line.encode() for line, _ in rows]
    days = [began for _, began in rows]
    upto = 0
    content = (PROTECTED + "\n").encode()
    for day in plan.working_days:
        start = upto
        while upto < len(days) and days[upto] < day:
            upto += 1
        content += b"".join(lines[start:upto])
        writer.put("protected_persons", date_of(day).isoformat(), f"shien_full_{date_of(day):%Y%m%d}.csv", content)


def teams(plan: Plan, writer: Writer) -> None:
    """One full: a team for every two wards."""
    names = [f"第{k + 1}区" for k in range(wards(plan))]
    groups = [names[k : k + 2] for k in range(0, len(names), 2)]
    total = max(4 * len(groups), plan.households // VISITS_PER)
    lines = ["班,担当区,週訪問数,人数"]
    for k, covered in enumerate(groups):
        visits = total // len(groups) + (k < total % len(groups))
        lines.append(f"第{k + 1}班,{'|'.join(covered)},{visits},{2 + visits // 8}")
    text = "\n".join(lines) + "\n"
    writer.put("teams", plan.windows[0].folder, "taisei_full.csv", text.encode())
