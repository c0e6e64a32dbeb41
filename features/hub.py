"""The hub's tables in an engine, before any cut; and the engine itself.

An engine is any Ibis backend. Without one, DuckDB in memory for the time of a call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend

from features import inputs
from features.asof import KnownOn, known_on
from features.backends import Engine, engine_of
from features.inputs import Rows
from features.scope import Scope


@dataclass(frozen=True)
class DayScope:
    """What changes with the day and is no bitemporal table.

    permission (person_key, source, covers_from) and visible (household_key, source) of that day; households: the
    wanted ones, as a table with household_key or the keys themselves.
    """

    permission: pa.Table
    visible: pa.Table
    households: inputs.Households


@dataclass(frozen=True)
class Hub:
    """Episodes, membership and residence with all their versions; they leave only through the cut."""

    episodes: ir.Table
    membership: ir.Table
    residence: ir.Table

    @classmethod
    def of(cls, engine: Engine, episodes: Rows, membership: Rows, residence: Rows) -> "Hub":
        """Checked tables, put into the engine, or published files, opened by it where they lie.

        Raises InputRefused when a table cannot be what it is said to be.
        """
        said = {"episodes": (episodes, inputs.EPISODES), "membership": (membership, inputs.MEMBERSHIP)}
        said["residence"] = (residence, inputs.RESIDENCE)
        return cls(**{name: _rows(engine, rows, schema, name) for name, (rows, schema) in said.items()})

    @classmethod
    def named(cls) -> "Hub":
        """Tables that are only names, to print SQL from."""
        return cls(
            _unbound(inputs.EPISODES, "episodes"),
            _unbound(inputs.MEMBERSHIP, "membership"),
            _unbound(inputs.RESIDENCE, "residence"),
        )

    def known_on(self, day: date) -> KnownOn:
        """The episodes as known on the day."""
        return known_on(self.episodes, day)

    def scope(self, engine: Engine, of_day: DayScope, day: date) -> Scope:
        """Whose facts count on the day."""
        return Scope(
            known_on(self.membership, day),
            known_on(self.residence, day),
            engine.put(inputs.conform(of_day.permission, inputs.PERMISSION, "permission")),
            engine.put(inputs.conform(of_day.visible, inputs.VISIBLE, "visible")),
            engine.put(inputs.household_table(of_day.households)),
        )

    def named_scope(self, day: date) -> Scope:
        """The scope of tables that are only names, to print SQL from."""
        return Scope(
            known_on(self.membership, day),
            known_on(self.residence, day),
            _unbound(inputs.PERMISSION, "permission"),
            _unbound(inputs.VISIBLE, "visible"),
            _unbound(inputs.HOUSEHOLDS, "households"),
        )


@contextmanager
def engine(connection: BaseBackend | None) -> Iterator[Engine]:
    """The caller's engine, which forgets the block's tables after it; or a DuckDB in memory that ends with the block
    (results do not depend on its threads).
    """
    own = ibis.duckdb.connect(threads=2) if connection is None else None
    used = engine_of(own if own is not None else connection)
    try:
        yield used
    finally:
        used.forget()
        if own is not None:
            own.disconnect()


def _rows(engine: Engine, rows: Rows, schema: pa.Schema, name: str) -> ir.Table:
    if isinstance(rows, pa.Table):
        checked = inputs.conform_episodes(rows) if name == "episodes" else inputs.conform(rows, schema, name)
        return engine.put(checked)
    return engine.open(rows, schema.names) if rows else engine.put(schema.empty_table())


def _unbound(schema: pa.Schema, name: str) -> ir.Table:
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)
