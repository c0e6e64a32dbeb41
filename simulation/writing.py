"""Files in the inbox: what an office's nightly job would have put there, day by day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulation.calendar import Bools, Days, date_of
from simulation.texts import Text, csv_lines

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Edition:
    """How a source's rows look from a day on: header line and row lines, both in the office's encoding."""

    since: int
    header: bytes
    lines: pa.LargeBinaryArray


def edition(header: str, columns: Sequence[Text], encoding: str, since: int = 0, bom: bool = False) -> Edition:
    """An edition from a comma-separated header and text columns."""
    head = (BOM if bom else b"") + (header + "\r\n").encode(encoding)
    return Edition(since, head, csv_lines(columns, encoding))


@dataclass
class Feed:
    """All versions of all rows of one source, in the order in which the office learnt of them.

    `entity` numbers the key, `day` is the working day whose file holds the version. Sorted by day, then by order of
    entry.
    """

    source: str
    prefix: str
    entity: NDArray[np.int64]
    day: Days
    editions: list[Edition]  # the last one whose day has come is used: a system may be replaced
    full_days: list[int] = field(default_factory=list)
    in_scope: Callable[[int], Bools] | None = None  # for a full: which entities belong in it
    deltas: bool = True
    every_version: bool = False  # the key holds a history number: a delta may hold several rows of an entity


@dataclass(frozen=True)
class Inbox:
    """A home's inbox with the working days for which files are written."""

    root: Path
    days: list[int]

    def folder(self, source: str, day: int) -> Path:
        """inbox/<source>/<YYYY-MM-DD>, made if needed."""
        path = self.root / "inbox" / source / date_of(day).isoformat()
        path.mkdir(parents=True, exist_ok=True)
        return path

    def put(self, source: str, name: str, folder_day: int, content: bytes | memoryview) -> None:
        """One delivered file."""
        (self.folder(source, folder_day) / name).write_bytes(content)


def _content(lines: pa.LargeBinaryArray, rows: NDArray[np.int64]) -> memoryview:
    taken = lines.take(pa.array(rows))
    data = taken.buffers()[2]
    offsets = np.frombuffer(taken.buffers()[1], dtype=np.int64)[: len(taken) + 1]
    return memoryview(data)[: int(offsets[-1])] if data is not None else memoryview(b"")


def write_feed(
    inbox: Inbox, feed: Feed, folders: dict[int, int], twice: Callable[[int, int], NDArray[np.int64]]
) -> int:
    """Write a feed's fulls and deltas; returns how many duplicate rows were planted.

    `folders` maps a file's own day to the later folder in which it arrived, `twice(day, n)` gives positions of rows
    that the office's job wrote two times.
    """
    latest = np.full(int(feed.entity.max(initial=-1)) + 1, -1, dtype=np.int64)
    position, planted, first = 0, 0, inbox.days[0]
    fulls = set(feed.full_days)
    for day in inbox.days:
        upto = int(np.searchsorted(feed.day, day, side="right"))
        new = np.arange(position, upto)
        latest[feed.entity[new]] = new  # rows come in order: the last version of a key wins
        position = upto
        if day in fulls and feed.in_scope is not None:
            scope = latest[feed.in_scope(day)[: len(latest)] & (latest >= 0)]
            planted += _write(inbox, feed, "full", day, folders.get(day, day), np.sort(scope), twice)
            if day == first:
                continue
        if not feed.every_version:
            new = new[latest[feed.entity[new]] == new]  # a key stands once in a file
        if feed.deltas and len(new):
            planted += _write(inbox, feed, "delta", day, folders.get(day, day), new, twice)
    return planted


def _write(
    inbox: Inbox,
    feed: Feed,
    kind: str,
    day: int,
    folder_day: int,
    rows: NDArray[np.int64],
    twice: Callable[[int, int], NDArray[np.int64]],
) -> int:
    again = twice(day, len(rows))
    rows = np.concatenate([rows, rows[again]])
    name = f"{feed.prefix}_{kind}_{date_of(day):%Y%m%d}.csv"
    used = [item for item in feed.editions if item.since <= day][-1]
    inbox.put(feed.source, name, folder_day, b"".join([used.header, _content(used.lines, rows)]))
    return len(again)
