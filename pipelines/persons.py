"""The sealed tables of `people`, opened: who is who, who permitted what, who is protected, and under which pseudonym.

They are views of one DuckDB connection, read as far as a query asks for them: a city's people fit in no list.
"""

from datetime import date
from typing import Any, Final

import duckdb
import pyarrow as pa

from pipelines import layout
from pipelines.duck import connect
from pipelines.errors import GateClosed
from pipelines.home import Home

FOREVER = "date '9999-12-31'"

# View → what its rows are about, in the words of the table `touched`: of these `recent` says everything.
_ABOUT: Final = {
    "states": ("resident", "resident_id"),
    "membership": ("resident", "resident_id"),
    "residence": ("household", "household_id"),
    "permission": ("permitting", "resident_id"),
}


class People:
    """Views: states, membership, residence, permission, protection; person_keys, household_keys, dwelling_keys (an id
    and its pseudonym); `admitted`: source, since (the day on which a signal's source was first admitted).
    """

    def __init__(self, home: Home, con: duckdb.DuckDBPyConnection | None = None) -> None:
        """In a connection of its own, or beside what `con` holds."""
        self.con = connect(home) if con is None else con
        for layer in ("settled", "recent"):
            for path in layout.people(layer):
                self._view(home, path, f"{layer}_{path.rsplit('/', 1)[1].removesuffix('.parquet')}")
        for name in layout.PEOPLE_TABLES:
            self.con.execute(f"create temp view {name} as {_both_layers(name)}")
        self._view(home, layout.PROTECTION, "protection")
        self.admitted = _admitted(home)
        self.con.register("admitted", self.admitted)

    def _view(self, home: Home, path: str, name: str) -> None:
        home.store.relation(self.con, [path]).create_view(name)

    def ask(self, sql: str, bound: dict[str, Any] | None = None, **tables: pa.Table) -> pa.Table:
        """The answer to a query over the views and, under their names, `tables`."""
        return self.answering(sql, bound, **tables).to_arrow_table()

    def answering(self, sql: str, bound: dict[str, Any] | None = None, **tables: pa.Table) -> duckdb.DuckDBPyConnection:
        """The same, to be read as a stream; the connection is busy until it is read."""
        for name, table in tables.items():
            self.con.register(name, table)
        return self.con.execute(sql, bound or {})

    def first_days(self) -> dict[str, date]:
        """Source of a signal → the day on which it was first admitted. Raises GateClosed when none was."""
        if not self.admitted.num_rows:
            raise GateClosed("ledger", "no file that tells of hardship was accepted yet", "run kizuki intake")
        return dict(zip(*(self.admitted[name].to_pylist() for name in ("source", "since")), strict=True))

    @staticmethod
    def paths() -> tuple[str, ...]:
        """What is read, for manifests."""
        return (*layout.people("settled"), *layout.people("recent"), layout.PROTECTION, layout.LEDGER)


def _both_layers(name: str) -> str:
    if name not in _ABOUT:
        return f"from recent_{name} union all by name from settled_{name}"
    what, column = _ABOUT[name]
    touched = f"(select id as {column} from recent_touched where what = '{what}')"
    return f"from recent_{name} union all by name (from settled_{name} anti join {touched} using ({column}))"


def _admitted(home: Home) -> pa.Table:
    first: dict[str, date] = {}
    for entry in home.ledger().entries:
        basis = home.basis(entry.source) if home.role(entry.source) == "signal" else None
        if basis and entry.verdict == "accepted":
            first[basis] = min(entry.known_from, first.get(basis, entry.known_from))
    return pa.table({"source": pa.array(first, pa.string()), "since": pa.array(first.values(), pa.date32())})
