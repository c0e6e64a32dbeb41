"""A file of episodes brought up to date as a stream: rows leave and come, and nobody else's rows are sorted again."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.draft import sorted_by

_WHO = "person_key"


def merged(
    groups: Iterable[pa.Table], order: list[str], new: pa.Table, gone: pa.Table, moved: pa.Array
) -> Iterator[pa.Table]:
    """The rows of `groups` without those of `gone` (person_key, episode_id) and of the persons `moved`, and `new` in
    their places. `groups` and `new` come in the order of `order`, of which person_key (strings of one length) is the
    first; `gone` and `moved` in that of person_key.

    Whoever is concerned is taken out, sorted and put back between the others. Of what is concerned only those between
    the first and the last person of a group are looked at, so a day on which everybody has a new bill costs no more
    for each group than any other.
    """
    waiting, placed = new.slice(0, 0), 0
    for group in groups:
        left, out = _near(gone, group), near(moved, group)
        concerned = pa.chunked_array([*_near(new, group)[_WHO].chunks, *left[_WHO].chunks, out], pa.string())
        ours = pc.is_in(group[_WHO], concerned)
        others = group
        if pc.any(ours).as_py():
            theirs = group.filter(ours)
            leaving = pc.or_(pc.is_in(theirs["episode_id"], left["episode_id"]), pc.is_in(theirs[_WHO], out))
            waiting = pa.concat_tables([waiting, theirs.filter(pc.invert(leaving))])
            others = group.filter(pc.invert(ours))
        last = group[_WHO][-1]  # whoever comes before has no row in a later group
        due, until = pc.less(waiting[_WHO], last), _place(new[_WHO], last)
        ready = pa.concat_tables([waiting.filter(due), new.slice(placed, until - placed)])
        waiting, placed = waiting.filter(pc.invert(due)), until
        yield _between(others, sorted_by(ready, order))
    yield sorted_by(pa.concat_tables([waiting, new.slice(placed)]), order)


def near(persons: pa.Array, group: pa.Table) -> pa.Array:
    """Those of `persons` (in order) who come between the first and the last person of a group."""
    first = _place(persons, group[_WHO][0])
    return persons.slice(first, _place(persons, group[_WHO][-1], after=True) - first)


def _near(table: pa.Table, group: pa.Table) -> pa.Table:
    first = _place(table[_WHO], group[_WHO][0])
    return table.slice(first, _place(table[_WHO], group[_WHO][-1], after=True) - first)


def _place(persons: pa.Array | pa.ChunkedArray, who: pa.StringScalar, after: bool = False) -> int:
    """Where `who` stands, or would stand, in persons in order."""
    bisect = bisect_right if after else bisect_left
    return bisect(range(len(persons)), who.as_py(), key=lambda at: str(persons[at]))


def _between(others: pa.Table, more: pa.Table) -> pa.Table:
    """Two tables, each in order and about different persons, as one in order."""
    if not more.num_rows or not others.num_rows:
        return others if others.num_rows else more
    places = np.searchsorted(_fixed(others[_WHO]), _fixed(more[_WHO]))
    rows = np.insert(np.arange(others.num_rows), places, others.num_rows + np.arange(more.num_rows))
    return pa.concat_tables([others, more]).take(rows)


def _fixed(column: pa.ChunkedArray) -> np.ndarray:
    """Strings of one length as NumPy sees them, without an object for each. Raises ArrowInvalid when lengths differ."""
    width = len(column[0].as_py())
    kept = column.combine_chunks().cast(pa.binary(width))
    return np.frombuffer(kept.buffers()[1], f"S{width}", len(kept), kept.offset * width)
