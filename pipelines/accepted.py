"""A source's accepted log on disk: appended segments of opened and closed versions (DESIGN §5 «Incremental»).

`opened-<run day>-<n>` holds new versions with all their columns, `closed-…` the end of earlier ones. A correction or a
vanishing therefore writes what changed, not the history.
"""

import duckdb
import pyarrow as pa

from data_contracts.versions import CLOSED_SCHEMA, CONTROL_COLUMNS, advance, current_of, versions_of
from pipelines import layout
from pipelines.home import Home
from pipelines.store import Draft


class Log:
    """Reads a source's segments; collects what a run adds; writes it into a draft."""

    def __init__(self, home: Home, name: str) -> None:
        self.folder = layout.log_folder(name, home.role(name))
        self._contract = home.catalog.contracts[name][-1]
        self._opened = segments(home, name, "opened")
        self._closed = segments(home, name, "closed")
        self._new: list[tuple[pa.Table, pa.Table]] = []

    def versions(self) -> pa.Table | None:
        """All versions believed so far, or None when nothing was ever accepted."""
        opened = [*self._opened, *(o for o, _ in self._new)]
        closed = [*self._closed, *(c for _, c in self._new)]
        if not opened:
            return None
        whole = pa.concat_tables(opened, promote_options="default")
        return versions_of(
            whole, pa.concat_tables(closed) if closed else CLOSED_SCHEMA.empty_table(), key=self._contract.key
        )

    def add(self, sightings: pa.Table, fulls: pa.Table) -> None:
        """Advance the log by the sightings and fulls of one batch, in their order (data_contracts.versions.advance)."""
        believed = self.versions()
        current = current_of(believed) if believed is not None else None
        hashed = [name for name in sightings.column_names if name not in (*CONTROL_COLUMNS, "row", "delivery")]
        contract = self._contract
        self._new.append(advance(current, sightings, fulls, key=contract.key, hashed=hashed, scope=contract.full_scope))

    def write(self, draft: Draft) -> None:
        """Append what was added as this run's segments."""
        for place, (opened, closed) in enumerate(self._new):
            for kind, table in (("opened", opened), ("closed", closed)):
                if table.num_rows:
                    draft.table(f"{self.folder}/{kind}-{draft.run_id}-{place}.parquet", table, ["version_id"])


def segments(home: Home, name: str, kind: str) -> list[pa.Table]:
    """The published segments of a source's log, oldest first; kind is opened or closed."""
    folder = layout.log_folder(name, home.role(name))
    return [home.store.read_table(path) for path in home.store.under(f"{folder}/{kind}-")]


def versions(home: Home, name: str) -> pa.Table | None:
    """All accepted versions of a source: contract columns, the person or dwelling, known_from, known_until."""
    return Log(home, name).versions()


def relation(con: duckdb.DuckDBPyConnection, home: Home, name: str) -> duckdb.DuckDBPyRelation | None:
    """All accepted versions of a source as a relation of `con`, straight from Parquet, in no order; None when nothing
    was ever accepted.

    Columns: those of the contract, resident_id and dwelling_id (signals), known_from, known_until (null = still
    believed; believed in [known_from, known_until)), closed_by.
    """
    folder = layout.log_folder(name, home.role(name))
    opened, closed = (home.store.under(f"{folder}/{kind}-") for kind in ("opened", "closed"))
    if not opened:
        return None
    rows = home.store.relation(con, opened)
    names = ", ".join(f'o."{column}"' for column in rows.columns if column not in ("row_hash", "version_id"))
    ended = home.store.relation(con, closed) if closed else con.from_arrow(CLOSED_SCHEMA.empty_table())
    rows.create_view(f"opened of {name}")
    ended.create_view(f"closed of {name}")
    return con.sql(
        f"""select {names}, c.known_until, c.closed_by
        from "opened of {name}" o left join "closed of {name}" c using (version_id)
        where c.known_until is null or c.known_until > o.known_from"""
    )


def log_digests(home: Home, names: list[str]) -> dict[str, str]:
    """Digests of the logs of `names`, as inputs of a publication."""
    paths: list[str] = []
    for name in names:
        paths += home.store.under(layout.log_folder(name, home.role(name)) + "/")
    return {path: home.store.digest(path) for path in paths}
