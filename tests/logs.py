"""A log in memory: what data_contracts.versions makes of deliveries, without a home."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from data_contracts.versions import IDENTITY, advance, joined, recall, sight

CONTROL = ("seq", "known_from", "row__deleted", "row__refused")
CLOSED = pa.schema(
    [*((name, pa.int64()) for name in IDENTITY), ("known_until", pa.date32()), ("closed_by", pa.string())]
)  # fmt: skip


@dataclass(frozen=True)
class Log:
    """The opened and closed rows of one source."""

    key: Sequence[str]
    scope: Sequence[str]
    opened: pa.Table | None = None
    closed: pa.Table = field(default_factory=CLOSED.empty_table)

    def after(self, sightings: pa.Table, fulls: pa.Table) -> "Log":
        """Advance by sightings (key, content, seq, known_from, row__refused: only seen, row__deleted) and fulls (scope,
        seq, known_from, complete).
        """
        content = [name for name in sightings.column_names if name not in CONTROL]
        with duckdb.connect() as con:
            con.register("sightings", sightings)
            con.register("fulls", fulls)
            con.execute("create table kept as select * exclude (row__refused) from sightings where not row__refused")
            con.execute("create table seen as select *, false as ended from sightings where row__refused")
            sight(con, key=self.key, content=content, scope=self.scope)
            con.execute(
                f"create table complete as select {joined(self.scope)} as scope, seq, known_from from fulls "
                "where complete"
            )
            empty = con.sql(
                "select k.* exclude (row__deleted), s.k1, s.k2, s.row_hash from kept k, sighted s limit 0"
            ).to_arrow_table()
            opened = empty if self.opened is None else self.opened
            con.register("opened", opened)
            con.register("closed", self.closed)
            recall(con, "opened", "closed", scope=self.scope)
            advance(con)
            columns = "k.* exclude (seq, row__deleted), o.* exclude (rid)"
            more = con.sql(f"select {columns} from kept k join opening o on k.rowid = o.rid").to_arrow_table()
            ended = con.sql("from closing").to_arrow_table().cast(CLOSED)
        whole = pa.concat_tables([opened, more], promote_options="default")
        return Log(self.key, self.scope, whole, pa.concat_tables([self.closed, ended]))

    def versions(self) -> pa.Table:
        """Sorted by key and known_from, with known_until and closed_by."""
        order = ", ".join([*(f'o."{name}"' for name in self.key), "o.known_from"])
        with duckdb.connect() as con:
            con.register("opened", self.opened)
            con.register("closed", self.closed)
            return con.sql(
                "select o.*, c.known_until, c.closed_by from opened o left join closed c using (k1, k2, seq) "
                f"where c.known_until is null or c.known_until > o.known_from order by {order}"
            ).to_arrow_table()
