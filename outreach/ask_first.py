"""「訪問前に主任へ確認」: which cards say so, so that the words tell nobody why (PRACTICE «Who is on the list»).

A card of 要対協 says so from some week on, for long. So do others: each household for one stretch of months every two
years, at a time of its own. A card that says so anew, or goes on saying so, is then no sign of anything.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

ASK_FIRST = "訪問前に主任へ確認"
TURN_WEEKS = 104
"""In so many weeks everybody's card has said so for its share of them, without a break."""


def with_ask_first(visits: pa.Table, known: pa.Array, draws: pa.Table, percent: int, monday: date) -> pa.Table:
    """Set `ask_first` of a list: every household of `known` (要対協), and of the others those whose time it is.

    draws: household_key, u in [0, 1), from HMAC(key, ``ask_first|household_key``): of the household, not of the week.
    The order of lines stays.
    """
    connection = duckdb.connect()
    try:
        for name, table in (("visits", visits), ("draws", draws), ("known", pa.table({"household_key": known}))):
            connection.register(name, table)
        return (
            connection.execute(
                """select v.* replace (v.household_key in (select household_key from known)
                  or coalesce((d.u + $turn) % 1 < $share, false) as ask_first)
                from visits v left join draws d using (household_key) order by v.team, v.position""",
                {"share": percent / 100, "turn": monday.toordinal() // 7 % TURN_WEEKS / TURN_WEEKS},
            )
            .to_arrow_table()
            .cast(visits.schema)
        )
    finally:
        connection.close()
