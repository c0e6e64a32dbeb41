"""The one cut in time: what was known on a day.

No other module of this room (the reference evaluator apart, which is its independent double) names the two
columns of transaction time. A measure is handed what comes out of here, and here they are dropped, so a
feature cannot see the future even by mistake.
"""

from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

KNOWLEDGE: Final = ("known_from", "known_until")
_SEAL: Final = object()


def believed_since(day: date) -> dict[str, date | None]:
    """Transaction time of a row that became known on `day` and is still believed: for drawn examples, which go through
    the cut like everything else."""
    return dict(zip(KNOWLEDGE, (day, None), strict=True))


class KnownOn:
    """Rows as they were known on `day`; made by `known_on` only.

    `table` is an Ibis table without the columns of transaction time. For episodes (tables with `began_on`),
    what begins later is gone and an end after the day reads as «still open».
    """

    __slots__ = ("day", "table")

    def __init__(self, table: ir.Table, day: date, *, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("KnownOn is made by features.asof.known_on(table, day) only: there is no other cut in time")
        self.table = table
        self.day = day

    def valid(self) -> ir.Table:
        """Rows of a table with `from` and `until` (both inclusive, null until = open) that hold on the day."""
        table, today = self.table, ibis.literal(self.day)
        return table.filter((table["from"] <= today) & (table["until"].isnull() | (table["until"] >= today)))

    def to_pyarrow(self) -> pa.Table:
        """The rows as an Arrow table, without the columns of transaction time, in no particular order."""
        return self.table.to_pyarrow()


def known_on(table: ir.Table | pa.Table, day: date) -> KnownOn:
    """What `table` said on `day`: versions with known_from ≤ day < known_until (null = still believed).

    In: any bitemporal table of the hub (episodes, membership, residence) with date columns `known_from` and
    `known_until`. Out: the same rows without these columns. Source: DESIGN §3 «The hub».
    """
    known = ibis.memtable(table) if isinstance(table, pa.Table) else table
    today = ibis.literal(day)
    known = known.filter((known.known_from <= today) & (known.known_until.isnull() | (known.known_until > today)))
    known = known.select(*(name for name in known.columns if name not in KNOWLEDGE))  # drop forgets their order
    if "began_on" in known.columns:
        known = known.filter(known.began_on <= today)
        # An end that lies ahead says today no more than «open»; leaving it in would let a measure read it.
        known = known.mutate(ended_on=ibis.ifelse(known.ended_on > today, ibis.null("date"), known.ended_on))
    return KnownOn(known, day, seal=_SEAL)
