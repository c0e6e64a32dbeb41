"""The sealed tables of `people`, opened: who is who, who permitted what, who is protected, and under which pseudonym.

They are views of one DuckDB connection, read as far as a query asks for them: a city's people fit in no list.
"""

from datetime import date
from typing import Any, Final

import duckdb
import pyarrow as pa

from pipelines import layout
from pipelines.duck import connect
from pipelines.home import Home

FOREVER = "date '9999-12-31'"

VIEWS: Final = {
    "states": layout.STATES,
    "membership": layout.MEMBERSHIP_BY_ID,
    "residence": layout.RESIDENCE_BY_ID,
    "permission": layout.PERMISSION,
    "protection": layout.PROTECTION,
    "person_keys": layout.PERSON_KEYS,
    "household_keys": layout.HOUSEHOLD_KEYS,
    "dwelling_keys": layout.DWELLING_KEYS,
}
"""View → published table; the three crosswalks hold resident_id, household_id or dwelling_id and its key."""


class People:
    """The views, and `admitted`: source, since (the day on which a source was first admitted)."""

    def __init__(self, home: Home) -> None:
        self.con = connect(home)
        for name, path in VIEWS.items():
            home.store.relation(self.con, [path]).create_view(name)
        self.admitted = _admitted(home)
        self.con.register("admitted", self.admitted)

    def ask(self, sql: str, bound: dict[str, Any] | None = None, **tables: pa.Table) -> pa.Table:
        """The answer to a query over the views and, under their names, `tables`."""
        return self.answering(sql, bound, **tables).to_arrow_table()

    def answering(self, sql: str, bound: dict[str, Any] | None = None, **tables: pa.Table) -> duckdb.DuckDBPyConnection:
        """The same, to be read as a stream; the connection is busy until it is read."""
        for name, table in tables.items():
            self.con.register(name, table)
        return self.con.execute(sql, bound or {})

    def admitted_from(self) -> date:
        """The first day on which every source that was ever admitted had been."""
        return max(self.admitted["since"].to_pylist())

    @staticmethod
    def paths() -> tuple[str, ...]:
        """What is read, for manifests."""
        return (*VIEWS.values(), layout.LEDGER)


def _admitted(home: Home) -> pa.Table:
    first: dict[str, date] = {}
    for entry in home.ledger().entries:
        basis = home.basis(entry.source)
        if basis and entry.verdict == "accepted":
            first[basis] = min(entry.known_from, first.get(basis, entry.known_from))
    return pa.table({"source": pa.array(first, pa.string()), "since": pa.array(first.values(), pa.date32())})
