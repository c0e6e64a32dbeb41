"""The accepted log of a source: which content of a key was believed from when until when (transaction time).

Append-only: taking in deliveries yields rows that open a version and rows that close one; nothing is rewritten.
Feeding deliveries one by one, day by day or all at once gives the same log, because a version's identity is its key
and the ledger's order number of the delivery that opened it.
"""

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

CONTROL_COLUMNS = ("seq", "known_from", "row__refused", "row__deleted")
"""What a sightings table carries beside key and content."""

CLOSED_SCHEMA = pa.schema(
    [("version_id", pa.string()), ("known_until", pa.date32()), ("closed_by", pa.string())],
)

# A sighting keeps its key alive; a refused one says no more than that. The first complete full after a sighting that
# comes before the key's next sighting is where the key vanished.
_CHANGES = """
create temp table changes as
with present as (
    select k, scope, seq, known_from, rid, null as version_id,
        case when deleted then '' when not refused then row_hash end as state
    from sighted
    union all
    select k, scope, -1, known_from, null, version_id, row_hash from believed
    where k in (select k from sighted) or scope in (select scope from complete)
), spans as (
    select k, scope, seq, lead(seq) over (partition by k order by seq) as next_seq
    from (select distinct k, scope, seq from present)
), vanished as (
    select s.k, f.seq, f.known_from
    from spans s asof join complete f on s.scope = f.scope and s.seq < f.seq
    where s.next_seq is null or f.seq < s.next_seq
), events as (
    select k, seq, known_from, rid, version_id, state, if(state = '', 'deleted', 'corrected') as reason
    from present where state is not null
    union all
    select k, seq, known_from, null, null, '', 'vanished' from vanished
), kept as (
    select * from events
    qualify state <> coalesce(lag(state) over (partition by k order by seq), '')
)
select *, lead(known_from) over w as known_until, lead(reason) over w as closed_by
from kept window w as (partition by k order by seq)
"""
_OPENED = """
select rid, state as row_hash, left(sha256(k || chr(30) || seq), 32) as version_id
from changes
where state <> '' and rid is not null and (known_until is null or known_until > known_from)
"""
_CLOSED = """
select coalesce(version_id, left(sha256(k || chr(30) || seq), 32)) as version_id, known_until, closed_by
from changes
where state <> '' and known_until is not null and (rid is null or known_until > known_from)
order by 1
"""
_OUT_OF_ORDER = """
with days as (
    select distinct seq, known_from from sighted union select distinct seq, known_from from complete
    union select -1, max(known_from) from believed having count(*) > 0
)
select count(*) from (
    select known_from < max(known_from) over (order by seq rows between unbounded preceding and 1 preceding) as back
    from days
) where back
"""


def advance(
    current: pa.Table | None,
    sightings: pa.Table,
    fulls: pa.Table,
    *,
    key: Sequence[str],
    hashed: Sequence[str] | None = None,
    scope: Sequence[str] = (),
) -> tuple[pa.Table, pa.Table]:
    """Take deliveries into the log; returns (opened, closed).

    In: `current` the versions still believed (key columns, version_id, row_hash, known_from; `current_of`) or None.
    `sightings` one row per key seen in a delivery: key and content columns, `seq` int (the ledger's order number of
    the delivery, ascending with `known_from`), `known_from` date, `row__refused` bool (key readable, row refused:
    content stays, key has not vanished), `row__deleted` bool (named so that no contract column can be meant). `fulls`
    one row per full delivery and scope value it covers: seq, known_from, the `scope` columns (each a key column; none =
    the whole source), `complete` bool.
    `hashed`: content columns whose change makes a new version (default: all but the control columns).
    Out: opened = sightings' key and content columns + known_from, row_hash, version_id, sorted by key; closed =
    CLOSED_SCHEMA with closed_by corrected|vanished|deleted, sorted by version_id. A version corrected on the day it
    became known never was. Raises ValueError when order and days disagree or a scope column is not in the key.
    Source: SOURCES «How a delivery is taken in»; DESIGN §5 Incremental.
    """
    if not set(scope) <= set(key):
        raise ValueError(f"full_scope must be made of key columns: {sorted(set(scope) - set(key))}")
    content = hashed if hashed is not None else [c for c in sightings.column_names if c not in CONTROL_COLUMNS]
    with duckdb.connect() as con:
        con.register("sightings_in", sightings.append_column("rid", pa.array(np.arange(sightings.num_rows))))
        con.register("current_in", _empty_current(sightings) if current is None else current)
        con.register("fulls_in", fulls)
        keys = f"{_joined(key)} as k, {_joined(scope)} as scope"
        con.execute(
            f"create temp table sighted as select {keys}, seq, known_from, rid, {_row_hash(content)} as row_hash, "
            "coalesce(row__refused, false) as refused, coalesce(row__deleted, false) as deleted from sightings_in"
        )
        con.execute(f"create temp view believed as select {keys}, known_from, version_id, row_hash from current_in")
        con.execute(
            f"create temp table complete as select {_joined(scope)} as scope, seq, known_from "
            "from fulls_in where complete"
        )
        _require_order(con)
        con.execute(_CHANGES)
        opened = con.execute(_OPENED).to_arrow_table()
        closed = con.execute(_CLOSED).to_arrow_table().cast(CLOSED_SCHEMA)
    return _with_content(opened, sightings, key), closed


def versions_of(opened: pa.Table, closed: pa.Table, *, key: Sequence[str]) -> pa.Table:
    """Join the log's opened and closed segments into versions, sorted by key and known_from.

    Adds `known_until` (null = still believed; believed in [known_from, known_until)) and `closed_by`. Versions that
    were replaced within the day they became known are left out.
    """
    names = [name for name in opened.column_names if name not in ("known_until", "closed_by")]
    columns = ", ".join(f'o."{name}"' for name in names)
    order = ", ".join([*(f'o."{name}"' for name in key), "o.known_from"])
    with duckdb.connect() as con:
        con.register("opened", opened)
        con.register("closed", closed)
        return con.execute(
            f"select {columns}, c.known_until, c.closed_by from opened o left join closed c using (version_id) "
            f"where c.known_until is null or c.known_until > o.known_from order by {order}"
        ).to_arrow_table()


def current_of(versions: pa.Table) -> pa.Table:
    """The versions that are still believed: what `advance` needs to go on."""
    still = versions.filter(versions["known_until"].is_null())
    return still.drop_columns(["known_until", "closed_by"])


def _joined(columns: Sequence[str]) -> str:
    """SQL text of several columns as one string; a null part is a part of its own."""
    if not columns:
        return "''"
    parts = ", ".join(f'coalesce(cast("{name}" as varchar), chr(29))' for name in columns)
    return f"concat_ws(chr(31), {parts})"


def _row_hash(content: Sequence[str]) -> str:
    """SQL hash over the columns that hold something, by name: a new nullable column leaves old hashes alone."""
    parts = ", ".join(f"'{name}=' || cast(\"{name}\" as varchar)" for name in sorted(content))
    return f"left(sha256(concat_ws(chr(31), {parts})), 32)"


def _require_order(con: duckdb.DuckDBPyConnection) -> None:
    row = con.execute(_OUT_OF_ORDER).fetchone()
    if row is not None and row[0]:
        raise ValueError("deliveries must be in the ledger's order: a later one has an earlier known_from")


def _empty_current(sightings: pa.Table) -> pa.Table:
    extra = pa.schema([("version_id", pa.string()), ("row_hash", pa.string())])
    return pa.schema([*sightings.schema, *extra]).empty_table()


def _with_content(opened: pa.Table, sightings: pa.Table, key: Sequence[str]) -> pa.Table:
    rows = sightings.take(opened["rid"].combine_chunks())
    rows = rows.drop_columns([name for name in ("seq", "row__refused", "row__deleted") if name in rows.column_names])
    rows = rows.append_column("row_hash", opened["row_hash"]).append_column("version_id", opened["version_id"])
    return rows.sort_by([*((name, "ascending") for name in key), ("known_from", "ascending")])
