"""Episodes on disk: `working/episodes/<source>/`, of which a day rewrites what it changed and nothing else.

`standing-<year>.parquet` holds what a source tells of hardship and help, over all its history, by the year in which it
began. Everyday facts (`routine` in episodes.yaml: bills, payments) lie apart by the month in which they ended, and only
as long as some feature looks back: a city has fifty times more of them. Files depend on the log, on who is kept and on
the day alone, so bringing them up to date gives the bytes that working everything out again gives.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.profile import Source
from data_contracts.shapes import EPISODE_SCHEMA, make_found
from features.definitions import FEATURES
from features.wanted import reaches_of
from identity.permissions import names
from pipelines import layout
from pipelines.accepted import home_paths, relation, touched
from pipelines.home import Home
from pipelines.merging import merged, near
from pipelines.store import Draft
from pipelines.streams import batches_of, groups_of, publish_rows, side_by_side

STANDING: Final = "standing-"
_ORDER: Final = ["person_key", "dwelling_key", "episode_id", "known_from"]
_SLICE: Final = 2_000_000
"""Versions whose episodes are worked out at once: with all that is found in between they fit in a connection's memory,
and what is laid aside on disk instead costs more than finding it.
"""
_COLUMNS: Final = ", ".join(EPISODE_SCHEMA.names)
# A version that was given up before the episode began can never be seen: no day looks ahead.
_SEEN: Final = "(known_until is null or known_until > began_on)"


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
        self._home, self._con, self._day, self._name = home, con, day, name
        self._source: Source = home.catalog.source(name, day)
        self.basis = str(self._source.contract.basis)
        self._hash = home.names.in_sql(con, "episode")
        self._asking = Lock()

    @cached_property
    def _of_dwelling(self) -> bool:
        return self._source.contract.subject.get("entity") == "dwelling"

    @cached_property
    def _row_by_row(self) -> bool:
        """Whether a key's episodes rest on its own versions of one person only, and name the person."""
        return not self._of_dwelling and all(e.shape in ("row", "point") for e in self._source.episodes.entries)

    @cached_property
    def _routine(self) -> str:
        kinds = ", ".join(f"'{entry.kind}'" for entry in self._source.episodes.entries if entry.routine)
        return f"kind in ({kinds})" if kinds else "false"

    # -- whole -----------------------------------------------------------------------------------------------------

    def rebuild(self, draft: Draft) -> None:
        """Write every file of the source anew; unpublish those that hold nothing any more."""
        self._open()
        parts: set[str] = set()
        for where in self._slices():
            self._tell(where, first_month(self._home, self._day))
            for part in self._parts("told"):
                verb = f'insert into "{part}"' if part in parts else f'create or replace temp table "{part}" as'
                self._con.execute(f"{verb} select {_COLUMNS} from told where part = '{part}'")
                parts.add(part)

        def write(part: str) -> None:
            self._write(draft, part, [self._sorted(f'"{part}"')])
            with self._asking:
                self._con.execute(f'drop table "{part}"')

        side_by_side(write, sorted(parts))
        for path in self._published():
            if _part_of(path) not in parts:
                draft.remove(path)

    def routine_of(self, months: tuple[date, date]) -> str | None:
        """SQL of everyday facts that ended in past months [first, last), which are not kept on disk; None = none."""
        if self._routine == "false":
            return None
        self._open()
        self._fresh(self._slices(), months[0])
        table = f"past_{self.basis}"
        self._con.execute(
            f"""create or replace temp table {table} as select {_COLUMNS} from fresh
            where not starts_with(part, '{STANDING}') and part < '{months[1]:%Y-%m}'"""
        )
        return f"select {_COLUMNS} from {table}"

    # -- what changed ----------------------------------------------------------------------------------------------

    def update(self, draft: Draft, change: Change) -> None:
        """Rewrite the files that `change` touches, and let go of months that no feature looks back to."""
        if not change.nothing:
            if self._row_by_row:
                self._amend(draft, change)
            else:
                self.rebuild(draft)
        for path in self._published():
            if not self._looked_at(_part_of(path)):
                draft.remove(path)

    def _amend(self, draft: Draft, change: Change) -> None:
        since = change.known_since or date.max
        first = first_month(self._home, self._day)
        self._open()
        touched(self._con, self._home, self._name, since, "moved_here")
        self._table("touched_log", self._log("semi join touched using (k1, k2)"))
        self._con.execute("create or replace temp view log as from touched_log")

        self._want(
            f"""select * replace (case when known_until < date '{since}' then known_until end as known_until)
            from keyed where known_from < date '{since}'"""
        )
        self._fresh(self._scopes("wanted"), first)
        self._table("told_before", "from fresh")
        self._want("from keyed")
        self._fresh(self._scopes("wanted"), first)

        # Who is kept otherwise was not told of before, whatever the log had: all that is told of them now is new.
        gone, come = "from told_before except all from fresh", "from fresh except all from told_before"
        theirs = "from fresh semi join moved_here using (person_key)"
        differing = self._parts(f"(({gone}) union all ({come}) union all ({theirs}))")
        moved = self._rows("select person_key from moved_here order by 1")["person_key"].combine_chunks()

        def amend(part: str) -> None:
            path = layout.episodes(self.basis, part)
            new = self._sorted(f"fresh where part = '{part}'")
            if not self._home.store.has(path):
                self._write(draft, part, [new])
                return
            file = self._home.store.file(path)
            if part in differing or _holds(file, moved):
                gone = self._rows(f"""select distinct person_key, episode_id
                    from (from told_before union all from fresh) where part = '{part}' order by person_key""")
                groups = groups_of(file, EPISODE_SCHEMA)
                self._write(draft, part, merged(groups, _ORDER, new, gone, moved))

        perhaps = differing | {_part_of(path) for path in self._published() if change.moved}
        side_by_side(amend, sorted(part for part in perhaps if self._looked_at(part)))

    # -- in between ------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        """`log`: all versions; `keyed`: those of persons who are kept, with their pseudonyms; `wanted`: these."""
        self._con.execute(f"create or replace temp view log as {self._log()}")
        named = names("sources", f"'{self.basis}'")
        self._table("kept_here", f"select resident_id, person_key from kept where {named}")
        self._table("moved_here", f"select resident_id, person_key from moved where source = '{self.basis}'")
        if self._of_dwelling:
            key = self._home.names.in_sql(self._con, "dwelling")
            every = "(select distinct dwelling_id from log)"
            self._table("dwellings_here", f"select dwelling_id, {key('dwelling_id')} as dwelling_key from {every}")
            pseudonyms = "null::varchar as person_key, d.dwelling_key"
            joins = "semi join kept_here using (resident_id) left join dwellings_here d using (dwelling_id)"
        else:
            pseudonyms = "k.person_key, null::varchar as dwelling_key"
            joins = "join kept_here k using (resident_id)"
        self._con.execute(f"create or replace temp view keyed as select l.*, {pseudonyms} from log l {joins}")
        self._con.execute("create or replace temp view wanted as from keyed")

    def _log(self, only: str = "") -> str:
        """SQL: the versions of the source, all or those that `only` (pipelines.accepted.relation) lets through."""
        found = relation(self._con, self._home, self._name, only)
        if found is not None:
            return found.sql_query()
        kinds = {"text": "varchar", "int": "bigint", "date": "date", "flag": "boolean", "list": "varchar[]"}
        columns = ", ".join(f'null::{kinds[c.type]} as "{c.name}"' for c in self._source.contract.columns)
        more = "null::varchar as dwelling_id, null::date as known_from, null::date as known_until"
        who = "" if "resident_id" in self._source.contract.names else "null::varchar as resident_id, "
        return f"select {columns}, {who}{more} where false"

    def _table(self, name: str, sql: str) -> None:
        self._con.execute(f"create or replace temp table {name} as {sql}")

    def _want(self, sql: str) -> None:
        """`wanted`: the few rows of a query, looked for once."""
        self._table("wanted_rows", sql)
        self._con.execute("create or replace temp view wanted as from wanted_rows")

    def _fresh(self, slices: Iterable[str], first: date) -> None:
        """`fresh`: the episodes of `wanted` that can be seen, with the file (`part`) that each belongs to."""
        self._con.execute(f"create or replace temp table fresh as select {_nulls()}, null::varchar as part where false")
        for where in slices:
            self._tell(where, first)
            self._con.execute("insert into fresh by name from told")

    def _tell(self, where: str, first: date) -> None:
        """`told`: the same of a slice of `wanted`."""
        self._con.execute(f"create or replace temp view versions as from wanted where {where}")
        make_found(self._con, self._source, self._home.engines.spark(), first)
        self._con.execute(
            f"""create or replace temp table told as
            with seen as (
              select *, case when {self._routine} then strftime(ended_on, '%Y-%m')
                else '{STANDING}' || year(began_on) end as part
              from found where {_SEEN})
            select {self._hash("natural_id")} as episode_id, '{self.basis}' as source, * exclude (natural_id)
            from seen where starts_with(part, '{STANDING}') or part >= '{first:%Y-%m}'"""
        )
        self._con.execute("drop table found")

    def _slices(self) -> Iterator[str]:
        """SQL: conditions that cut `wanted` into slices that fit in memory, while `log` is as much of all versions as
        the condition that was handed out last asks for. All of a key's versions are in one slice.
        """
        files = home_paths(self._home, self._name, "opened") if self._row_by_row else []
        if not files:
            yield "true"
            return
        self._home.store.relation(self._con, files).create_view("opened_here", replace=True)
        for where, rows in self._scopes("opened_here").items():
            cuts = 1
            while cuts * _SLICE < rows:
                cuts *= 2
            for cut in range(cuts):
                self._con.execute(f"create or replace temp view log as {self._log(f'where k1 & {cuts - 1} = {cut}')}")
                yield where

    def _scopes(self, table: str) -> dict[str, int]:
        """SQL: a condition for each value of the contract's full_scope, which all of a key's versions share and files
        lie in the order of, and how many rows meet it.
        """
        names = [f'"{name}"' for name in self._source.contract.full_scope]
        asked = ", ".join([*names, "count(*)"])
        found = self._con.sql(f"select {asked} from {table} group by all order by all").fetchall()
        said = ([_is(n, v) for n, v in zip(names, row[:-1], strict=True)] for row in found)
        return {" and ".join(one) or "true": row[-1] for one, row in zip(said, found, strict=True)}

    def _parts(self, table: str) -> set[str]:
        return {part for (part,) in self._con.sql(f"select distinct part from {table}").fetchall()}

    def _looked_at(self, part: str) -> bool:
        """Whether features of the day look at a file: everyday facts of long ago are let go."""
        return part.startswith(STANDING) or part >= f"{first_month(self._home, self._day):%Y-%m}"

    def _published(self) -> list[str]:
        return self._home.store.under(layout.episodes_folder(self.basis))

    def _rows(self, sql: str) -> pa.Table:
        """The answer to a query. Files are written side by side; a connection answers one question at a time."""
        with self._asking:
            return self._con.sql(sql).to_arrow_table()

    def _sorted(self, rows: str) -> pa.Table:
        """Rows of a file in their order."""
        return self._rows(f"select {_COLUMNS} from {rows} order by {', '.join(_ORDER)}").cast(EPISODE_SCHEMA)

    def _write(self, draft: Draft, part: str, rows: Iterable[pa.Table]) -> None:
        path = layout.episodes(self.basis, part)
        if not publish_rows(draft, path, EPISODE_SCHEMA, batches_of(rows)):
            draft.remove(path)


def _holds(file: Path, moved: pa.Array) -> bool:
    """Whether a file holds rows of one of these persons."""
    groups = groups_of(file, pa.schema([EPISODE_SCHEMA.field("person_key")]))
    return any(pc.any(pc.is_in(group["person_key"], near(moved, group))).as_py() for group in groups)


def _part_of(path: str) -> str:
    return path.rsplit("/", 1)[1].removesuffix(".parquet")


def _nulls() -> str:
    kinds = {"string": "varchar", "date32[day]": "date", "int64": "bigint"}
    return ", ".join(f"null::{kinds[str(field.type)]} as {field.name}" for field in EPISODE_SCHEMA)


def _is(name: str, value: object) -> str:
    """SQL that Parquet's statistics can answer, unlike `is not distinct from`."""
    if value is None:
        return f"{name} is null"
    return f"{name} = {value}" if isinstance(value, int) else f"{name} = '" + str(value).replace("'", "''") + "'"
