"""Who is protected on a day (支援措置・庁内配慮), failing closed (SOURCES «protected_persons», DOMAIN §1.4).

Protection is decided by named rules (`PROTECTION_RULES`), so that a test can leave out each and see some case change.
On 解除確認日 itself a person is still protected: the confirmation counts from the next day.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal, get_args

import duckdb
import pyarrow as pa

Release = Literal["confirmed", "automatic"]
RELEASES: Final = get_args(Release)

BELIEVED_RULES: Final[Mapping[str, str]] = {
    # any one suffices: which versions of a row still count on the day
    "not yet closed": "known_until is null or day < known_until",
    "vanishing ends nothing": "closed_by = 'vanished'",
}
STANDING_RULES: Final[Mapping[str, str]] = {
    # all must hold: which row may speak for a measure
    "known": "known_from <= day",
    "undeleted": "not coalesce(deleted, false)",
}
PROTECTING_RULES: Final[Mapping[str, str]] = {
    # any one suffices; a start in the future protects already, ends_on is inclusive, state 3 without an end is open
    "open": "ends_on is null",
    "provisional": "state = '9'",
    "running": "day <= ends_on",
    "unconfirmed": "release = 'confirmed' and (released_on is null or day <= released_on)",
}
PROTECTION_RULES: Final = (*BELIEVED_RULES, *STANDING_RULES, "highest history_no", *PROTECTING_RULES)

STRETCHES: Final = pa.schema([("resident_id", pa.string()), ("from", pa.date32()), ("until", pa.date32())])

# For each person and day asked: per row of the file its latest content (of two of one day, as an empty 申出番号 is 1,
# the one that protects longer), per measure the highest 履歴番号 of the undeleted, per person any measure.
_PROTECTED = """
with known as (
  select day, release, resident_id, coalesce(measure_no, '1') as measure, history_no, known_from,
    state::varchar as state, released_on, case when ends_on < date '9999-01-01' then ends_on end as ends_on, deleted
  from versions join asked using (resident_id) where ({believed}) and ({known})
  qualify row_number() over (partition by day, resident_id, measure, history_no
    order by known_from desc, ends_on desc nulls first, state desc) = 1),
speaking as (
  select * from known where {undeleted}
  qualify row_number() over (partition by day, resident_id, measure
    order by {latest} known_from desc, history_no) = 1)
select distinct resident_id, day from speaking where {protecting} order by all
"""
# Days on which somebody's protection may begin or end; 9999 is «never».
_TURNS = """
select distinct resident_id, day from (
  select resident_id, unnest([known_from, known_until, starts_on, ends_on + 1, released_on, released_on + 1]) as day
  from versions
  union all select resident_id, since from versions, releases where year(since) > 1)
where day is not null and year(day) < 9000
"""
_STRETCHES = """
with days as (
  select *, row_number() over w as place, lead(day) over w - 1 as before_next
  from turns window w as (partition by resident_id order by day)),
held as (
  select *, place - row_number() over (partition by resident_id order by day) as run
  from days semi join protected using (resident_id, day))
select resident_id, min(day) as "from", case when bool_and(before_next is not null) then max(before_next) end as "until"
from held group by resident_id, run order by all
"""


def protected_on(versions: pa.Table, day: date, release: Release, without: str | None = None) -> pa.Array:
    """resident_id of everybody protected on `day`, sorted.

    In: versions of a protection source (its contract's columns, known_from, known_until, closed_by). Per resident and
    measure the undeleted row with the highest history_no known by the day speaks. A version that vanished from the
    file still counts, because vanishing never ends protection; a correction of the same row replaces it. `without`
    leaves out one rule by name (tests only).
    """
    with duckdb.connect() as con:
        con.register("versions", versions)
        con.execute(
            "create temp table asked as select distinct resident_id, $day as day, $release as release from versions",
            {"day": day, "release": release},
        )
        return con.execute(_protected(without)).to_arrow_table()["resident_id"].combine_chunks()


def protected_stretches(logs: Sequence[pa.Table], releases: Sequence[tuple[date, Release]]) -> pa.Table:
    """On which days each person is protected, as known on that very day: resident_id, from, until (null = still).

    In: versions of each protection source; how a protection ends and since when, in order, the first on all days
    before. Any one measure of any of them suffices (SOURCES «protected_persons»).
    """
    since = pa.array([since for since, _ in releases], pa.date32())
    with duckdb.connect() as con:
        con.register("releases", pa.table({"since": since, "release": [release for _, release in releases]}))
        con.execute("create temp table turns (resident_id varchar, day date)")
        con.execute("create temp table protected as from turns")
        for log in logs:
            con.register("versions", log)
            con.execute(f"insert into turns ({_TURNS}) except from turns")
        for log in logs:
            con.register("versions", log)
            con.execute("create or replace temp view asked as from turns asof join releases on day >= since")
            found = con.execute(_protected(None)).to_arrow_table()
            con.register("found", found)
            con.execute("insert into protected from found except from protected")
        return con.sql(_STRETCHES).to_arrow_table().cast(STRETCHES)


def _protected(without: str | None) -> str:
    return _PROTECTED.format(
        believed=_any(BELIEVED_RULES, without),
        known=_one(STANDING_RULES, "known", without),
        undeleted=_one(STANDING_RULES, "undeleted", without),
        latest="" if without == "highest history_no" else "history_no desc,",
        protecting=_any(PROTECTING_RULES, without),
    )


def _any(rules: Mapping[str, str], without: str | None) -> str:
    return " or ".join(f"({rule})" for name, rule in rules.items() if name != without) or "false"


def _one(rules: Mapping[str, str], name: str, without: str | None) -> str:
    return rules[name] if name != without else "true"
