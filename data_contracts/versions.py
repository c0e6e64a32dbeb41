"""The accepted log of a source: which content of a key was believed from when until when (transaction time).

Append-only: taking in deliveries yields rows that open a version and rows that close one; nothing is rewritten.
Feeding deliveries one by one, day by day or all at once gives the same log, because a version's identity is its key
and the ledger's order number of the delivery that opened it.

Everything here is SQL over named tables of one DuckDB connection, so that a log of any size is read where it lies.
Keys and contents are compared by fingerprints of fixed width (k1, k2: 126 bits of the key; row_hash: 63 bits of the
content of one key). MD5 is used because it is fast and never changes; it protects nothing.
"""

from collections.abc import Sequence

import duckdb

IDENTITY = ("k1", "k2", "seq")
"""What names a version: the key's fingerprint and the order number of the delivery that opened it."""

_LOW = f"{2**63 - 1}::uhugeint"

_SIGHTED = """
create or replace temp table sighted as
select (k >> 65)::bigint as k1, (k & {low})::bigint as k2, * exclude (k, content),
  greatest(1::bigint, (content & {low})::bigint) as row_hash
from (
  select md5_number({key}) as k, {scope} as scope, seq, known_from, rowid as rid, false as refused,
    row__deleted as deleted, md5_number({content}) as content from kept
  union all by name
  select md5_number({key}) as k, {scope} as scope, seq, known_from, not ended as refused, ended as deleted from seen)
"""
_CANDIDATES = """
create or replace temp table believed as
select o.k1, o.k2, {scope} as scope, o.seq, o.known_from, o.row_hash, {person} from {opened} o
{where}
"""
_STILL = """
delete from believed where (k1, k2, seq) in (select (k1, k2, seq) from {closed} semi join believed using (k1, k2, seq))
"""
# A sighting keeps its key alive; a refused one says no more than that. The state 0 is «ended». The first complete full
# after a sighting that comes before the key's next sighting is where the key vanished.
_VANISHED = """
, spans as (
    select k1, k2, scope, seq, lead(seq) over (partition by k1, k2 order by seq) as next_seq
    from (select distinct k1, k2, scope, seq from present)
), vanished as (
    select s.k1, s.k2, f.seq, f.known_from
    from spans s asof join complete f on s.scope = f.scope and s.seq < f.seq
    where s.next_seq is null or f.seq < s.next_seq
), events as (
    select * from told union all by name
    select k1, k2, seq, known_from, 0::bigint as state, 'vanished' as reason from vanished
)"""
_CHANGES = """
create or replace temp table changes as
with present as (
    select k1, k2, scope, seq, known_from, rid, seq as opened_in,
        case when deleted then 0::bigint when not refused then row_hash end as state
    from sighted
    union all
    select k1, k2, scope, -1, known_from, null, seq, row_hash from believed
), told as (
    select k1, k2, seq, known_from, rid, opened_in, state, if(state = 0, 'deleted', 'corrected') as reason
    from present where state is not null
){vanished}, kept_states as (
    select * from {events}
    qualify state <> coalesce(lag(state) over (partition by k1, k2 order by seq), 0::bigint)
)
select *, lead(known_from) over w as known_until, lead(reason) over w as closed_by
from kept_states window w as (partition by k1, k2 order by seq)
"""
# A version corrected on the day it became known never was.
_OPENING = """
create or replace temp table opening as
select rid, k1, k2, opened_in as seq, state as row_hash from changes
where state <> 0 and rid is not null and (known_until is null or known_until > known_from)
"""
_CLOSING = """
create or replace temp table closing as
select k1, k2, opened_in as seq, known_until, closed_by from changes
where state <> 0 and known_until is not null and (rid is null or known_until > known_from)
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


def sight(
    con: duckdb.DuckDBPyConnection, *, key: Sequence[str], content: Sequence[str], scope: Sequence[str] = ()
) -> None:
    """Fingerprint what deliveries show: makes the temp table `sighted`.

    In, as tables of `con`: `kept` one row per key and delivery with key and content columns, `seq` (the ledger's order
    number of the delivery, ascending with `known_from`), `known_from`, `row__deleted` (named so that no contract column
    can be meant); `seen` keys of which no more is known than that they were there: key columns, seq, known_from,
    `ended` (true: it counts as deleted). `content`: columns of `kept` whose change makes a new version. `scope`: what a
    full delivery is complete within. Raises ValueError when a scope column is not in the key.
    """
    if not set(scope) <= set(key):
        raise ValueError(f"full_scope must be made of key columns: {sorted(set(scope) - set(key))}")
    said = {"low": _LOW, "key": joined(key), "scope": joined(scope), "content": _content(content)}
    con.execute(_SIGHTED.format(**said))


def recall(
    con: duckdb.DuckDBPyConnection, opened: str, closed: str, *, scope: Sequence[str] = (), person: Sequence[str] = ()
) -> None:
    """Look up what is believed of what was sighted: makes the temp table `believed`, or adds to what it holds.

    In: names of the log's tables (`opened`: key columns, IDENTITY, known_from, row_hash; `closed`: IDENTITY), and
    `sighted` and `complete` (scope, seq, known_from of full deliveries whose absences mean something). Only keys that
    were sighted or that a full speaks of are looked up. `person` are columns of `opened` to be carried along.
    """
    covered = con.sql("select count(*) from complete").fetchall()[0][0]
    where = "semi join sighted using (k1, k2)"
    if covered:
        where = f"where (k1, k2) in (select (k1, k2) from sighted) or {joined(scope)} in (select scope from complete)"
    carried = "".join(f', o."{name}"' for name in person)
    con.execute(_CANDIDATES.format(scope=joined(scope), opened=opened, where=where, person=carried.lstrip(", ")))
    con.execute(_STILL.format(closed=closed))


def advance(con: duckdb.DuckDBPyConnection) -> None:
    """Take the sightings into the log: makes the temp tables `opening` and `closing`.

    In: `sighted`, `believed`, `complete`. Out: opening = rid (the rowid in `kept`), IDENTITY, row_hash; closing =
    IDENTITY of a version believed before or opened now, known_until, closed_by corrected|vanished|deleted. Raises
    ValueError when order and days disagree. Source: SOURCES «How a delivery is taken in»; DESIGN §5 Incremental.
    """
    row = con.execute(_OUT_OF_ORDER).fetchone()
    if row is not None and row[0]:
        raise ValueError("deliveries must be in the ledger's order: a later one has an earlier known_from")
    covered = con.sql("select count(*) from complete").fetchall()[0][0]
    vanished, events = (_VANISHED, "events") if covered else ("", "told")
    con.execute(_CHANGES.format(vanished=vanished, events=events))
    con.execute(_OPENING)
    con.execute(_CLOSING)


def joined(columns: Sequence[str]) -> str:
    """SQL: several columns as one text (a key, or what a full is complete within); a null part is a part of its own."""
    if not columns:
        return "''"
    parts = ", ".join(f'coalesce(cast("{name}" as varchar), chr(29))' for name in columns)
    return f"concat_ws(chr(31), {parts})"


def _content(columns: Sequence[str]) -> str:
    """SQL text of the columns that hold something, by name: a new nullable column leaves old contents alone."""
    parts = ", ".join(f"'{name}=' || cast(\"{name}\" as varchar)" for name in sorted(columns))
    return f"concat_ws(chr(31), {parts})"
