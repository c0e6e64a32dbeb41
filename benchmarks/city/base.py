"""Households and persons, each a function of its number and the seed. Days are integers since 1970-01-01."""

import duckdb

from benchmarks.city.plan import Plan
from simulation.calendar import day_number
from simulation.names import FEMALE_TAILS, GIVEN_HEADS, HEADS, MALE_TAILS, TAILS
from simulation.places import make_towns

WARDS_PER = 4500  # households a ward; at most 36 wards


def wards(plan: Plan) -> int:
    """How many wards the city has."""
    return max(4, min(36, plan.households // WARDS_PER))


def connect(plan: Plan) -> duckdb.DuckDBPyConnection:
    """A connection with the macros: `u` a number in [0, 1) and `d` a die, both from a row's number and a salt."""
    con = duckdb.connect()
    con.execute(f"set threads={plan.threads}")
    con.execute("set memory_limit='6GB'")
    con.execute(f"set temp_directory='{plan.home}/.spill'")
    con.execute(f"create macro d(x, salt, n) as (hash(x, salt, {plan.seed}) % n)::int")
    con.execute(f"create macro u(x, salt) as (hash(x, salt, {plan.seed}) % 1000003) / 1000003.0")
    con.execute("create macro day(n) as date '1970-01-01' + n::int")
    con.execute("create macro iso(n) as day(n)::varchar")
    con.execute("create macro ymd(n) as year(day(n)) * 10000 + month(day(n)) * 100 + dayofmonth(day(n))")
    con.execute("create macro rid(p) as lpad(((p * 7368787 + 10403) % 99999989 * 10 + p % 7)::varchar, 15, '0')")
    con.execute("create macro hid(h) as lpad(((h * 5915587 + 977) % 99999971 + 700000000)::varchar, 15, '0')")
    _names(con)
    _places(con, plan)
    _households(con, plan)
    _persons(con, plan)
    return con


def _words(words: list[str]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def _names(con: duckdb.DuckDBPyConnection) -> None:
    """Macros for 氏名 and フリガナ: 560 surnames, 112 given names a sex."""
    families = [(a + c, b + e) for a, b in HEADS for c, e in TAILS]
    given = [[(a + c, b + e) for a, b in GIVEN_HEADS for c, e in tails] for tails in (FEMALE_TAILS, MALE_TAILS)]
    for place, name in enumerate(("word", "kana")):
        con.execute(f"create macro family_{name}(n) as {_words([f[place] for f in families])}[n + 1]")
        both = [g[place] for sex in given for g in sex]
        con.execute(f"create macro given_{name}(sex, n) as {_words(both)}[sex * {len(given[0])} + n + 1]")


def _places(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Towns, and macros for where dwelling number x is: x % towns is the town, the rest a lot of its own."""
    towns = make_towns(plan.households)
    n = len(towns.code)
    areas = [f"{k * wards(plan) // n + 1}" for k in range(n)]
    lists = {
        "town_code": towns.code.to_pylist(),
        "town_name": towns.name.to_pylist(),
        "town_stem": [s + (f"{c}-" if c else "") for s, c in zip(towns.stem.to_pylist(), towns.chome, strict=True)],
        "ward": [f"第{a}区" for a in areas],
    }
    for name, words in lists.items():
        con.execute(f"create macro {name}(x) as {_words(words)}[(x % {n}) + 1]")
    con.execute(f"create macro lot_no(x) as x // {n}")
    # Two in five blocks of eight lots are one building with eight flats.
    con.execute("create macro flat(x) as d(lot_no(x) // 8 * 1000 + x % 997, 'flat', 5) < 2")
    con.execute("create macro lot(x) as if(flat(x), lot_no(x) // 8 * 8, lot_no(x))")
    con.execute("create macro lot_text(x) as concat(lot(x) // 14 + 1, '番', lot(x) % 14 + 1, '号')")
    con.execute("create macro building(x) as if(flat(x), concat('コーポ空', 101 + lot_no(x) % 8, '号'), null)")


def _households(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """household: h, size, age of the head on the first day, what happens to it and when."""
    first, span = plan.first, day_number(plan.last) - plan.first
    con.execute(f"""
        create table household as
        with drawn as (select h, u(h, 'size') as s, u(h, 'event') as e, u(h, 'age') as a
                       from range({plan.ever}) as t(h)),
        sized as (select *, case when s < 0.38 then 1 when s < 0.69 then 2 when s < 0.85 then 3 when s < 0.96 then 4
                                 else 5 end as size from drawn)
        select h::bigint as h, size,
          case when size >= 3 then 28 + 35 * a else 22 + 70 * a end as age,
          case when e < 0.13 then 'out' when e < 0.26 then 'in' when e < 0.36 then 'move'
               when e < 0.37 and size > 1 then 'split' else '' end as event,
          ({first} + 20 + floor(u(h, 'when') * {span - 20}))::int as event_day,
          d(h, 'surname', {len(HEADS) * len(TAILS)}) as surname
        from sized order by h""")


def _persons(con: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """person: p, h, k (1 = head), birth, sex, relationship, when they came, died, left (null: not)."""
    first, last = plan.first, day_number(plan.last)
    con.execute(f"""
        create table person as
        with member as (select h.*, k, (row_number() over (order by h, k) - 1)::bigint as p
                        from household h, unnest(range(1, size + 1)) as t(k)),
        aged as (select *, case
            when k = 1 then age
            when k = 2 and (size >= 3 or u(h, 'pair') < 0.75) then greatest(age + 6 * u(p, 'spouse') - 4, 19)
            when k = 2 then case when age > 48 then age - 22 - 18 * u(p, 'child') else 18 + 20 * u(p, 'mate') end
            when age - 25 - 15 * u(p, 'child') < -4.8 then 5 * u(p, 'young')
            else age - 25 - 15 * u(p, 'child') end as years,
          case when k = 1 then '世帯主'
            when k = 2 and (size >= 3 or u(h, 'pair') < 0.75) then '妻'
            when k = 2 and age > 48 or k > 2 then '子' else '同居人' end as relationship from member),
        born as (select *, ({first} - years * 365.25)::int as birth,
            case when relationship = '妻' then 0 when k = 1 and size > 1 then 1 else d(p, 'sex', 2) end as sex
            from aged),
        dying as (select *, greatest(birth, case when event = 'in' then event_day else {first} - 1 end) as came,
            case when event = 'out' then event_day end as gone,
            case when u(p, 'death') < 1 - exp(-{(last - first) / 365.25} * 0.01 * pow(2, (years - 65) / 8))
                 then ({first} + 30 + floor(u(p, 'dies') * {last - first - 31}))::int end as death
            from born)
        select p, h, k::int as k, birth, sex, relationship, came, surname, event, event_day,
          d(p, 'given', {len(GIVEN_HEADS) * len(MALE_TAILS)}) as given,
          case when death > came + 30 and birth <= {first} and event in ('', 'move') then death end as died,
          least(gone, died) as left_on
        from dying where came <= {last} and (gone is null or came < gone) order by p""")
