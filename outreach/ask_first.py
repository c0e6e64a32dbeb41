"""「訪問前に主任へ確認」: which cards say so, so that the words tell nobody why (PRACTICE «Who is on the list»)."""

from __future__ import annotations

import duckdb
import pyarrow as pa

ASK_FIRST = "訪問前に主任へ確認"


def with_ask_first(visits: pa.Table, known: pa.Array, draws: pa.Table, percent: int) -> pa.Table:
    """Set `ask_first` of a list: every household of `known` (要対協), and of the others those with a draw below.

    draws: household_key, u in [0, 1), from HMAC(key, ``draw|ask_first|household_key``): of the household, not of the
    week, so that a card says the same every time, as the others do. The order of lines stays.
    """
    connection = duckdb.connect()
    try:
        for name, table in (("visits", visits), ("draws", draws), ("known", pa.table({"household_key": known}))):
            connection.register(name, table)
        return (
            connection.execute(
                """select v.* replace (
                  v.household_key in (select household_key from known) or coalesce(d.u < $share, false) as ask_first)
                from visits v left join draws d using (household_key) order by v.team, v.position""",
                {"share": percent / 100},
            )
            .to_arrow_table()
            .cast(visits.schema)
        )
    finally:
        connection.close()
