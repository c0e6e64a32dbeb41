"""A file of episodes brought up to date as a stream: rows leave and come, and nobody else's rows are sorted again."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.draft import sorted_by


def merged(
    groups: Iterable[pa.Table], order: list[str], new: pa.Table, gone: pa.Table, anew: pa.Array
) -> Iterator[pa.Table]:
    """The rows of `groups` without those of `gone` (whose, episode_id) and of whoever is in `anew`, and `new` in their
    places. `groups` and `new` come in the order of `order`, the first of which says whose a row is (strings of one
    length; a column of `gone` too); `gone` and `anew` in the order of it.

    Whoever is concerned is taken out, sorted and put back between the others. Of what is concerned only those between
    the first and the last of a group are looked at, so a day on which everybody has a new bill costs no more for each
    group than any other.
    """
    who = order[0]
    waiting, placed = new.slice(0, 0), 0
    for group in groups:
        left, out = _near(gone, group, who), near(anew, group, who)
        concerned = pa.chunked_array([*_near(new, group, who)[who].chunks, *left[who].chunks, out], pa.string())
        ours = pc.is_in(group[who], concerned)
        theirs = group.filter(ours)
        leaving = pc.or_(pc.is_in(theirs["episode_id"], left["episode_id"]), pc.is_in(theirs[who], out))
        waiting = pa.concat_tables([waiting, theirs.filter(pc.invert(leaving))])
        last = group[who][-1]  # whoever comes before has no row in a later group
        due, until = pc.less(waiting[who], last), _place(new[who], last)
        ready = pa.concat_tables([waiting.filter(due), new.slice(placed, until - placed)])
        waiting, placed = waiting.filter(pc.invert(due)), until
        yield _with(group, ours, sorted_by(ready, order), who)
    yield sorted_by(pa.concat_tables([waiting, new.slice(placed)]), order)


def near(whose: pa.Array, group: pa.Table, who: str) -> pa.Array:
    """Those of `whose` (in order) that come between the first and the last of a group in its column `who`."""
    first = _place(whose, group[who][0])
    return whose.slice(first, _place(whose, group[who][-1], after=True) - first)


def _near(table: pa.Table, group: pa.Table, who: str) -> pa.Table:
    first = _place(table[who], group[who][0])
    return table.slice(first, _place(table[who], group[who][-1], after=True) - first)


def _place(whose: pa.Array | pa.ChunkedArray, one: pa.StringScalar, after: bool = False) -> int:
    """Where `one` stands, or would stand, in an order."""
    bisect = bisect_right if after else bisect_left
    return bisect(range(len(whose)), one.as_py(), key=lambda at: str(whose[at]))


def _with(group: pa.Table, ours: pa.ChunkedArray, more: pa.Table, who: str) -> pa.Table:
    """A group in order without the rows that are `ours`, and `more`, in order and about others of `who`, in between."""
    stay = np.flatnonzero(~ours.to_numpy())
    if len(stay) == group.num_rows and not more.num_rows:
        return group
    places = np.searchsorted(_fixed(group[who])[stay], _fixed(more[who]))
    rows = np.insert(stay, places, group.num_rows + np.arange(more.num_rows))
    return pa.concat_tables([group, more]).take(rows)


def _fixed(column: pa.ChunkedArray) -> np.ndarray:
    """Strings of one length as NumPy sees them, without an object for each. Raises ArrowInvalid when lengths differ."""
    width = len(column[0].as_py()) if len(column) else 1
    kept = column.combine_chunks().cast(pa.binary(width))
    return np.frombuffer(kept.buffers()[1], f"S{width}", len(kept), kept.offset * width)
