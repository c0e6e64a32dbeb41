"""From declarations to tables: facts cut at the day, joined to households once, counted, finished.

The functions below are what other rooms call. An engine is any Ibis backend; without one, DuckDB in memory.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
from ibis.backends import BaseBackend

from features import inputs
from features.asof import known_on
from features.counting import Features, behind, counted, finished, kinds_of
from features.definition import Feature
from features.definitions import FEATURES
from features.inputs import Households
from features.scope import Scope, household_facts

EVIDENCE: Final = pa.schema(
    [
        ("household_key", pa.string()),
        ("feature", pa.string()),
        ("person_key", pa.string()),
        ("first_on", pa.date32()),
        ("latest_on", pa.date32()),
        ("n", pa.int64()),
    ]
)


@dataclass(frozen=True)
class DayScope:
    """What changes with the day and is no bitemporal table: permission, visibility, the households wanted."""

    permission: pa.Table
    visible: pa.Table
    households: Households


def feature_table(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    permission: pa.Table,
    visible: pa.Table,
    households: Households,
    day: date,
    features: Features = FEATURES,
    connection: BaseBackend | None = None,
) -> pa.Table:
    """The features of every wanted household, as known on `day`.

    In: the hub's tables with the columns of `features.inputs` (permission and visible: those of the day).
    Out: household_key (string) and one float32 column per feature in declared order, sorted by household_key.
    Null = none of the feature's sources is visible for the household; visible without facts = 0.
    Raises InputRefused when a table lacks columns or an episode has both or neither of person and dwelling.
    """
    days = {day: DayScope(permission, visible, households)}
    return next(feature_tables(episodes, membership, residence, days, features, connection))[1]


def feature_tables(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    days: Mapping[date, DayScope],
    features: Features = FEATURES,
    connection: BaseBackend | None = None,
) -> Iterator[tuple[date, pa.Table]]:
    """(day, `feature_table` of that day) for each of `days`, one after the other; the hub is registered once."""
    hub = _Hub.of(episodes, membership, residence)
    with _engine(connection) as engine:
        for day, day_scope in days.items():
            scope = hub.scope(day_scope, day)
            facts = household_facts(known_on(hub.episodes, day), scope, kinds_of(features))
            yield day, finished(engine.to_pyarrow(counted(facts, scope, features, day)), features, day)


def evidence(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    permission: pa.Table,
    visible: pa.Table,
    household_keys: Households,
    day: date,
    features: Features = FEATURES,
    connection: BaseBackend | None = None,
) -> pa.Table:
    """The dated facts behind every value above 0: what a reason may rest on.

    Out: columns of `EVIDENCE`: person_key (null = the dwelling's), first_on and latest_on (when the earliest and
    the latest of these facts began), n (how many); sorted by household_key, feature, person_key. Facts without a
    date may count in a value, but never here: no reason rests on them (METHODS §7).
    """
    hub = _Hub.of(episodes, membership, residence)
    scope = hub.scope(DayScope(permission, visible, household_keys), day)
    with _engine(connection) as engine:
        # The facts of the wanted households leave the engine once; what follows reads these few rows.
        found = engine.to_pyarrow(household_facts(known_on(hub.episodes, day), scope, kinds_of(features)))
        facts = ibis.memtable(found)
        values = finished(engine.to_pyarrow(counted(facts, scope, features, day)), features, day)
        tables = [
            _labelled(engine.to_pyarrow(behind(facts, feature, day)), name, values)
            for name, feature in features.items()
        ]
    order = [("household_key", "ascending"), ("feature", "ascending"), ("person_key", "ascending")]
    return pa.concat_tables([EVIDENCE.empty_table(), *tables]).sort_by(order).combine_chunks()


def sql_of(feature: Feature, day: date) -> str:
    """The SQL (in DuckDB's dialect) that counts one feature's parts on `day`, for an auditor to read."""
    hub = _Hub(
        _unbound(inputs.EPISODES, "episodes"),
        _unbound(inputs.MEMBERSHIP, "membership"),
        _unbound(inputs.RESIDENCE, "residence"),
    )
    scope = Scope(
        known_on(hub.membership, day),
        known_on(hub.residence, day),
        _unbound(inputs.PERMISSION, "permission"),
        _unbound(inputs.VISIBLE, "visible"),
        _unbound(inputs.HOUSEHOLDS, "households"),
    )
    features = {feature.name: feature}
    facts = household_facts(known_on(hub.episodes, day), scope, kinds_of(features))
    return str(ibis.to_sql(counted(facts, scope, features, day), dialect="duckdb"))


@dataclass(frozen=True)
class _Hub:
    """The bitemporal tables, registered but not yet cut."""

    episodes: ir.Table
    membership: ir.Table
    residence: ir.Table

    @classmethod
    def of(cls, episodes: pa.Table, membership: pa.Table, residence: pa.Table) -> "_Hub":
        return cls(
            ibis.memtable(inputs.conform_episodes(episodes)),
            ibis.memtable(inputs.conform(membership, inputs.MEMBERSHIP, "membership")),
            ibis.memtable(inputs.conform(residence, inputs.RESIDENCE, "residence")),
        )

    def scope(self, of_day: DayScope, day: date) -> Scope:
        return Scope(
            known_on(self.membership, day),
            known_on(self.residence, day),
            ibis.memtable(inputs.conform(of_day.permission, inputs.PERMISSION, "permission")),
            ibis.memtable(inputs.conform(of_day.visible, inputs.VISIBLE, "visible")),
            ibis.memtable(inputs.household_table(of_day.households)),
        )


def _unbound(schema: pa.Schema, name: str) -> ir.Table:
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)


def _labelled(rows: pa.Table, name: str, values: pa.Table) -> pa.Table:
    """The rows of households whose value is above 0, with the feature's name, in the columns of EVIDENCE."""
    above = values.filter(pc.greater(values[name], 0))["household_key"]
    kept = rows.filter(pc.is_in(rows["household_key"], value_set=above.combine_chunks()))
    kept = kept.append_column("feature", pa.repeat(name, len(kept)).cast(pa.string()))
    return kept.select(EVIDENCE.names).cast(EVIDENCE)


@contextmanager
def _engine(connection: BaseBackend | None) -> Iterator[BaseBackend]:
    """The caller's engine, or DuckDB in memory for the time of the call (2 threads: results do not depend on it)."""
    if connection is not None:
        yield connection
        return
    own = ibis.duckdb.connect(threads=2)
    try:
        yield own
    finally:
        own.disconnect()
