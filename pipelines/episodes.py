"""Episodes on disk: `working/episodes/<source>/`, of which a day rewrites what it changed and nothing else.

`standing-<year>.parquet` holds what a source tells of hardship and help, over all its history, by the year in which it
began. Everyday facts (`routine` in episodes.yaml: bills, payments) lie apart by the month in which they ended, and only
as long as some feature looks back: a city has fifty times more of them. Files depend on the log, on who is kept and on
the day alone, so bringing them up to date gives the bytes that working everything out again gives.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.shapes import EPISODE_SCHEMA
from features.definitions import FEATURES
from features.wanted import reaches_of
from pipelines import layout
from pipelines.home import Home
from pipelines.merging import merged, near
from pipelines.store import Draft
from pipelines.streams import batches_of, groups_of, publish_rows, side_by_side
from pipelines.telling import STANDING, Telling

_COLUMNS: Final = ", ".join(EPISODE_SCHEMA.names)
_PIECE: Final = 1_000_000
"""Rows of a file that are sorted, and held outside the connection, at once."""


def routine_kinds(home: Home, day: date) -> set[str]:
    """Kinds of everyday facts, of all sources."""
    declared = [home.catalog.source(name, day).episodes.entries for name in home.with_role("signal")]
    return {entry.kind for entries in declared for entry in entries if entry.routine}


def first_month(home: Home, day: date) -> date:
    """The first month of everyday facts that features of `day` look back to."""
    reaches = reaches_of(FEATURES)
    reach = max((reaches.get(kind, 0) for kind in routine_kinds(home, day)), default=0)
    return (day - timedelta(days=reach)).replace(day=1)


@dataclass(frozen=True)
class Change:
    """What happened to a source since the last publication: the earliest day on which something new is known, if any;
    who is kept otherwise than before is in the table `moved` of the connection.
    """

    known_since: date | None
    moved: int

    @property
    def nothing(self) -> bool:
        """Whether all is as it was."""
        return self.known_since is None and not self.moved

    def of_past(self, published: str) -> bool:
        """Whether something new is known on a day that was published already, because the day is run again: what was
        known on that day only until now is in the log no more, and nothing says where its episodes stand.
        """
        return self.known_since is not None and str(self.known_since) <= published


class Episodes:
    """One source's episodes of one day. `con` holds what `pipelines.hub.open_kept` makes."""

    def __init__(self, home: Home, con: duckdb.DuckDBPyConnection, name: str, day: date) -> None:
        self._home, self._con = home, con
        self._telling = Telling(home, con, name, day)
        self._first = first_month(home, day)
        self._asking = Lock()

    @property
    def basis(self) -> str:
        """The source, as bases are named."""
        return self._telling.basis

    @property
    def remembered(self) -> list[str]:
        """What is kept, sealed, of the source beside its episodes."""
        return [layout.units(self.basis)] if self._by_units else []

    def rebuild(self, draft: Draft) -> None:
        """Write every file of the source anew; unpublish those that hold nothing any more."""
        if self._by_units:
            self._telling.units()
            self._remember(draft)
        parts: set[str] = set()
        for _ in self._telling.by_slices(self._first):
            for part in self._parts("told"):
                verb = f'insert into "{part}"' if part in parts else f'create or replace temp table "{part}" as'
                self._con.execute(f"{verb} select {_COLUMNS} from told where part = '{part}'")
                parts.add(part)

        def write(part: str) -> None:
            self._write(draft, part, self._in_pieces(f'"{part}"'))
            with self._asking:
                self._con.execute(f'drop table "{part}"')

        side_by_side(write, sorted(parts))
        for path in self._published():
            if _part_of(path) not in parts:
                draft.remove(path)

    def routine_of(self, months: tuple[date, date]) -> str | None:
        """SQL of everyday facts that ended in past months [first, last), which are not kept on disk; None = none."""
        if self._telling.routine == "false":
            return None
        self._telling.whole(months[0])
        table = f"past_{self.basis}"
        self._con.execute(
            f"""create or replace temp table {table} as select {_COLUMNS} from fresh
            where not starts_with(part, '{STANDING}') and part < '{months[1]:%Y-%m}'"""
        )
        return f"select {_COLUMNS} from {table}"

    def update(self, draft: Draft, change: Change) -> None:
        """Rewrite the files that `change` touches, and let go of months that no feature looks back to."""
        if not change.nothing:
            if self._telling.row_by_row:
                self._telling.changed(change.known_since or date.max, self._first)
                self._amend(draft)
            elif self._by_units and self._home.store.has(layout.units(self.basis)):
                self._home.store.relation(self._con, [layout.units(self.basis)]).create_view(
                    "units_before", replace=True
                )
                self._telling.changed_units("units_before", self._first)
                self._remember(draft)
                self._amend(draft)
            else:
                self.rebuild(draft)
        for path in self._published():
            if not self._looked_at(_part_of(path)):
                draft.remove(path)

    def _amend(self, draft: Draft) -> None:
        # What a file holds of `anew` goes, and all that is told of them now is new; of others only what differs.
        who, order = self._telling.whose, self._order
        gone, come = "from told_before except all from fresh", "from fresh except all from told_before"
        theirs = f"from fresh where {who} in (from anew)"
        differing = self._parts(f"(({gone}) union all ({come}) union all ({theirs}))")
        anew = self._rows("select distinct whose from anew order by 1")["whose"].combine_chunks()

        def amend(part: str) -> None:
            path = layout.episodes(self.basis, part)
            new = self._sorted(f"fresh where part = '{part}'")
            if not self._home.store.has(path):
                self._write(draft, part, [new])
                return
            file = self._home.store.file(path)
            if part in differing or self._holds(file, anew):
                gone = self._rows(f"""select distinct {who}, episode_id
                    from (from told_before union all from fresh) where part = '{part}' order by {who}""")
                groups = groups_of(file, EPISODE_SCHEMA)
                self._write(draft, part, merged(groups, order, new, gone, anew))

        perhaps = differing | {_part_of(path) for path in self._published() if len(anew)}
        side_by_side(amend, sorted(part for part in perhaps if self._looked_at(part)))

    def _holds(self, file: Path, anew: pa.Array) -> bool:
        """Whether a file holds rows of one of `anew`."""
        who = self._telling.whose
        groups = groups_of(file, pa.schema([EPISODE_SCHEMA.field(who)]))
        return any(pc.any(pc.is_in(group[who], near(anew, group, who))).as_py() for group in groups)

    @property
    def _order(self) -> list[str]:
        """The order in which rows stand in a file."""
        return [self._telling.whose, "episode_id", "known_from"]

    @property
    def _by_units(self) -> bool:
        """Whether what is told of some rows can be told anew without telling all the others."""
        return not self._telling.row_by_row and bool(self._telling.unit)

    def _remember(self, draft: Draft) -> None:
        """Write what `units` are known to be, for the next publication to compare with."""
        units = self._con.execute("from units order by unit, whose").to_arrow_reader()
        draft.stream(layout.units(self.basis), units.schema, units)

    def _parts(self, table: str) -> set[str]:
        return {part for (part,) in self._con.sql(f"select distinct part from {table}").fetchall()}

    def _looked_at(self, part: str) -> bool:
        """Whether features of the day look at a file: everyday facts of long ago are let go."""
        return part.startswith(STANDING) or part >= f"{self._first:%Y-%m}"

    def _published(self) -> list[str]:
        return self._home.store.under(layout.episodes_folder(self.basis))

    def _rows(self, sql: str) -> pa.Table:
        """The answer to a query. Files are written side by side; a connection answers one question at a time."""
        with self._asking:
            return self._con.sql(sql).to_arrow_table()

    def _in_pieces(self, table: str) -> Iterator[pa.Table]:
        """Rows of a file in their order, in pieces sorted one by one: by the first digit (hex) of the pseudonym
        that they stand in the order of.
        """
        pieces = min(16, self._rows(f"select count(*) as n from {table}")["n"][0].as_py() // _PIECE + 1)
        edges = [f"coalesce({self._telling.whose}, 'g') < '{16 * piece // pieces:x}'" for piece in range(1, pieces)]
        for above, below in zip(["false", *edges], [*edges, "true"], strict=True):
            yield self._sorted(f"{table} where {below} and not ({above})")

    def _sorted(self, rows: str) -> pa.Table:
        """Rows of a file in their order."""
        return self._rows(f"select {_COLUMNS} from {rows} order by {', '.join(self._order)}").cast(EPISODE_SCHEMA)

    def _write(self, draft: Draft, part: str, rows: Iterable[pa.Table]) -> None:
        path = layout.episodes(self.basis, part)
        if not publish_rows(draft, path, EPISODE_SCHEMA, batches_of(rows)):
            draft.remove(path)


def _part_of(path: str) -> str:
    return path.rsplit("/", 1)[1].removesuffix(".parquet")
