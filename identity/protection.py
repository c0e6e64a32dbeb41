"""Who is protected on a day (支援措置・庁内配慮), failing closed (SOURCES «protected_persons», DOMAIN §1.4).

Protection is decided by named rules, so that a test can drop each and see that some case changes.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal

import duckdb
import pyarrow as pa

Release = Literal["confirmed", "automatic"]

STANDING_RULES: Final[Mapping[str, str]] = {
    # which row of a measure speaks
    "known": "known_from <= $day",
    "undeleted": "not coalesce(deleted, false)",
}
PROTECTING_RULES: Final[Mapping[str, str]] = {
    # any one suffices; ends_on is inclusive, and a start in the future protects already
    "open": "ends_on is null",
    "provisional": "state = '9'",
    "running": "$day <= ends_on",
    "unconfirmed": "$release = 'confirmed' and (released_on is null or $day < released_on)",
}


def protected_on(
    versions: pa.Table,
    day: date,
    release: Release,
    standing: Mapping[str, str] = STANDING_RULES,
    protecting: Mapping[str, str] = PROTECTING_RULES,
) -> pa.Array:
    """resident_id of everybody protected on `day`, sorted.

    In: versions of a protection source (its contract's columns, known_from, known_until, closed_by). Per resident and
    measure the undeleted row with the highest history_no known by the day speaks; a version that vanished from the
    file still counts as known, because vanishing never ends protection; a correction of the same row replaces it.
    """
    con = duckdb.connect()
    con.register("versions", versions)
    believed = "known_until is null or $day < known_until or closed_by = 'vanished'"
    con.execute("create temp macro no_end(d) as d is null or d >= date '9999-01-01'")
    rows = f"""
      select resident_id, coalesce(measure_no, '1') as measure, state::varchar as state, starts_on, released_on,
        case when no_end(ends_on) then null else ends_on end as ends_on, history_no, known_from
      from versions where ({believed}) and {' and '.join(f'({rule})' for rule in standing.values()) or 'true'}"""
    speaking = f"""
      select * from ({rows}) qualify row_number() over (
        partition by resident_id, measure order by history_no desc, known_from desc) = 1"""
    sql = f"select distinct resident_id from ({speaking}) where {' or '.join(f'({rule})' for rule in protecting.values()) or 'false'} order by 1"
    bound = {name: value for name, value in {"day": day, "release": release}.items() if f"${name}" in sql}
    return con.execute(sql, bound).to_arrow_table()["resident_id"].combine_chunks()
