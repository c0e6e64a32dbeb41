"""What a source's log tells of the persons who are kept: their episodes, as tables of one connection.

They are named by what they hold: `log` (versions), `keyed` (those of persons who are kept, with pseudonyms), `wanted`
(those asked for), `told` (episodes of one slice of them), `fresh` (of all of them). For a day: `anew` (whose: whoever
has all rows told anew), `told_before` (episodes of others that may not hold any more). Nothing is published.
"""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Final

import duckdb

from data_contracts.profile import Source
from data_contracts.shapes import EPISODE_SCHEMA, make_found
from identity.permissions import names
from pipelines.accepted import home_paths, relation, touched
from pipelines.home import Home

STANDING: Final = "standing-"
_SLICE: Final = 2_000_000
"""Versions whose episodes are worked out at once: with all that is found in between they fit in a connection's memory,
and what is laid aside on disk instead costs more than finding it.
"""
# A version that was given up before the episode began can never be seen: no day looks ahead.
_SEEN: Final = "(known_until is null or known_until > began_on)"


class Telling:
    """One source on one day. `con` holds what `pipelines.hub.open_kept` makes. An episode belongs to a file (`part`):
    `standing-<year>` by the year in which it began, an everyday fact by the month in which it ended.
    """

    def __init__(self, home: Home, con: duckdb.DuckDBPyConnection, name: str, day: date) -> None:
        self._home, self._con, self._name = home, con, name
        self._source: Source = home.catalog.source(name, day)
        self.basis = str(self._source.contract.basis)
        self._hash = home.names.in_sql(con, "episode")

    @cached_property
    def of_dwelling(self) -> bool:
        """Whether episodes name a dwelling, and no person."""
        return self._source.contract.subject.get("entity") == "dwelling"

    @cached_property
    def row_by_row(self) -> bool:
        """Whether a key's episodes rest on its own versions of one person only, and name the person."""
        return not self.of_dwelling and all(e.shape in ("row", "point") for e in self._source.episodes.entries)

    @cached_property
    def whose(self) -> str:
        """The column that says whom an episode is about."""
        return "dwelling_key" if self.of_dwelling else "person_key"

    @cached_property
    def unit(self) -> list[str]:
        """Columns of the key that cut the log into units, each of which is told by itself: a contract with the
        waterworks, a tenancy. None of them where rows of different keys are read together by something else.
        """
        together = [entry.by for entry in self._source.episodes.entries if entry.shape in ("pair", "run")]
        return [name for name in self._source.contract.key if all(name in by for by in together)]

    @cached_property
    def routine(self) -> str:
        """SQL: whether an episode is an everyday fact."""
        kinds = ", ".join(f"'{entry.kind}'" for entry in self._source.episodes.entries if entry.routine)
        return f"kind in ({kinds})" if kinds else "false"

    # -- what is asked for ----------------------------------------------------------------------------------------

    def by_slices(self, first: date) -> Iterator[None]:
        """`told`, slice by slice, of the whole log; everyday facts from the month of `first` on."""
        self._open()
        for where in self._slices():
            self._tell(where, first)
            yield

    def whole(self, first: date) -> None:
        """`fresh` of the whole log; everyday facts from the month of `first` on."""
        self._empty()
        for _ in self.by_slices(first):
            self._con.execute("insert into fresh by name from told")

    def changed(self, since: date, first: date) -> None:
        """`told_before` and `fresh` of all keys of which something became known on `since` or later, and of those whose
        persons are kept otherwise (`anew`): as known before `since`, and as known now.
        """
        self._open()
        touched(self._con, self._home, self._name, since, "moved_here")
        self._table("touched_log", self._log("semi join touched using (k1, k2)"))
        self._con.execute("create or replace temp view log as from touched_log")
        self._of_few(
            f"""select * replace (case when known_until < date '{since}' then known_until end as known_until)
            from keyed where known_from < date '{since}'""",
            first,
        )
        self._table("told_before", "from fresh")
        self._of_few("from keyed", first)
        self._table("anew", "select person_key as whose from moved_here")

    def changed_units(self, before: str, first: date) -> None:
        """`fresh` of everybody (`anew`) who has rows in a unit that is not as it was, or had: a row came or ended, or
        whose it is may be read no longer, or again. `before`: a table, what `units` made at the last publication.
        """
        self.units()
        differing = f"(from units except from {before}) union (from {before} except from units)"
        self._table("units_changed", f"select distinct unit from ({differing})")
        both = f"(select unit, whose from units union select unit, whose from {before})"
        self._table("anew", f"select distinct whose from {both} semi join units_changed using (unit)")
        self._table("units_asked", "select distinct unit from units semi join anew using (whose)")
        self._of_few(f"from keyed where {self._unit()} in (from units_asked)", first)
        self._con.execute(f"delete from fresh where {self.whose} not in (from anew)")
        self._table("told_before", "from fresh limit 0")

    def units(self) -> None:
        """`units` (unit, whose, told): what is known of each unit by whoever has rows in it, as one number."""
        self._open()
        version = ", ".join(f'"{name}"' for name in (*self._source.contract.key, "known_from", "known_until"))
        # Hashed twice: the last column enters a hash by an xor, so two rows that end on one day would say nothing.
        told = f"bit_xor(hash(hash({version})) >> 1)::bigint as told"
        self._table("units", f"select {self._unit()} as unit, {self.whose} as whose, {told} from keyed group by all")

    # -- in between ------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        """`log`: all versions; `keyed`: those of persons who are kept, with their pseudonyms; `wanted`: these."""
        self._con.execute(f"create or replace temp view log as {self._log()}")
        named = names("sources", f"'{self.basis}'")
        self._table("kept_here", f"select resident_id, person_key from kept where {named}")
        self._table("moved_here", f"select resident_id, person_key from moved where source = '{self.basis}'")
        if self.of_dwelling:
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

    def _of_few(self, sql: str, first: date) -> None:
        """`fresh` of the few versions of a query, which are looked for once; if they are many, cut as the log is."""
        self._table("wanted_rows", sql)
        self._con.execute("create or replace temp view wanted as from wanted_rows")
        self._empty()
        (many,) = self._con.sql(f"select count(*) > {_SLICE} from wanted_rows").fetchall()[0]
        for where in self._scopes("wanted") if many and self.row_by_row else ["true"]:
            self._tell(where, first)
            self._con.execute("insert into fresh by name from told")

    def _unit(self) -> str:
        """SQL: the unit of a version, in 63 bits: two units that share them are told together. A number with 64 bits
        may be none that Arrow can look for.
        """
        return "(hash({}) >> 1)::bigint".format(", ".join(f"coalesce(\"{name}\"::varchar, '')" for name in self.unit))

    def _empty(self) -> None:
        self._table("fresh", f"select {_nulls()}, null::varchar as part where false")

    def _tell(self, where: str, first: date) -> None:
        """`told`: the episodes of a slice of `wanted` that can be seen."""
        self._con.execute(f"create or replace temp view versions as from wanted where {where}")
        make_found(self._con, self._source, self._home.engines.spark(), first)
        self._con.execute(
            f"""create or replace temp table told as
            with seen as (
              select *, case when {self.routine} then strftime(ended_on, '%Y-%m')
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
        files = home_paths(self._home, self._name, "opened") if self.row_by_row else []
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
        columns = [f'"{name}"' for name in self._source.contract.full_scope]
        asked = ", ".join([*columns, "count(*)"])
        found = self._con.sql(f"select {asked} from {table} group by all order by all").fetchall()
        said = ([_is(n, v) for n, v in zip(columns, row[:-1], strict=True)] for row in found)
        return {" and ".join(one) or "true": row[-1] for one, row in zip(said, found, strict=True)}


def _nulls() -> str:
    kinds = {"string": "varchar", "date32[day]": "date", "int64": "bigint"}
    return ", ".join(f"null::{kinds[str(field.type)]} as {field.name}" for field in EPISODE_SCHEMA)


def _is(name: str, value: object) -> str:
    """SQL that Parquet's statistics can answer, unlike `is not distinct from`."""
    if value is None:
        return f"{name} is null"
    return f"{name} = {value}" if isinstance(value, int) else f"{name} = '" + str(value).replace("'", "''") + "'"
