"""Accepted versions of a source become episodes: what began, what ended, and from when until when we believed so.

Four shapes, declared in episodes.yaml: *row* and *point* read one version at a time; *pair* and *run* read the rows of
a group together, anew for every day on which something about the group became known.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from data_contracts.profile import Source
from data_contracts.shapes_sql import BELIEFS, EPISODES, belief_query, derived_table

EPISODE_SCHEMA = pa.schema(
    [
        ("episode_id", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("person_key", pa.string()),
        ("dwelling_key", pa.string()),
        ("began_on", pa.date32()),
        ("ended_on", pa.date32()),
        ("quantity", pa.int64()),
        ("date_precision", pa.string()),
        ("known_from", pa.date32()),
        ("known_until", pa.date32()),
    ]
)
"""The hub (DESIGN §3): began_on and ended_on inclusive, null ended_on = open; believed in [known_from, known_until)."""


class MappingError(ValueError):
    """An expression in episodes.yaml does not work on the source's columns; never tells a row's content."""

    def __init__(self, source: str, kind: str, error: duckdb.Error) -> None:
        why = str(error).splitlines()[0] if isinstance(error, (duckdb.BinderException, duckdb.ParserException)) else ""
        said = f"{type(error).__name__}{': ' + why if why else ''}"
        super().__init__(f"{source}/episodes.yaml: {kind}: {said} → correct the expression")


def episodes(versions: pa.Table, source: Source, hash_ids: Callable[[pa.Array], pa.Array]) -> pa.Table:
    """Episode versions of one source.

    In: `versions` the contract's typed columns, `person_key` and/or `dwelling_key`, known_from, known_until (null =
    still believed); `hash_ids` turns natural ids (source|kind|natural key) into pseudonyms. Out: EPISODE_SCHEMA sorted
    by episode_id, known_from. Versions that say the same about an episode are one; an empty interval is no episode; a
    version after which the episode is gone ends it. Raises MappingError. Source: DESIGN §3 «The hub».
    """
    with duckdb.connect() as con:
        keyed = _with_keys(versions)
        con.register("versions", keyed)
        with _named(source, "derive"):
            con.execute(derived_table(source, keyed.column_names))
        con.execute(BELIEFS)
        for entry in source.episodes.entries:
            with _named(source, entry.kind):
                con.execute(f"insert into beliefs by name {belief_query(entry, source)}")
        found = con.execute(EPISODES).to_arrow_table()
    return _hashed(found, source, hash_ids)


@contextmanager
def _named(source: Source, kind: str) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise MappingError(source.name, kind, error) from None


def _with_keys(versions: pa.Table) -> pa.Table:
    for name in ("person_key", "dwelling_key"):
        if name not in versions.column_names:
            versions = versions.append_column(name, pa.nulls(versions.num_rows, pa.string()))
    return versions


def _hashed(found: pa.Table, source: Source, hash_ids: Callable[[pa.Array], pa.Array]) -> pa.Table:
    natural = found["natural_id"].combine_chunks().dictionary_encode()
    ids = hash_ids(natural.dictionary)
    ids = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    columns = found.drop_columns(["natural_id"]).append_column("episode_id", ids.take(natural.indices))
    name = pa.repeat(pa.scalar(source.contract.basis, pa.string()), found.num_rows)
    table = columns.append_column("source", name).select(EPISODE_SCHEMA.names).cast(EPISODE_SCHEMA)
    return table.sort_by([("episode_id", "ascending"), ("known_from", "ascending")])
