"""The admission ledger: what was delivered, when it counts as known, in which order (SOURCES «How a delivery is taken
in»).

Replay reads the ledger and never the wall clock. `known_from` of a file is its folder day, unless that day or a later
one is already closed: then it is the first day that is not, so that a late file never changes what was known. Nor is it
before a day from which an accepted file of the same source is known: what is known of a source only grows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from data_contracts.catalog import Catalog
from data_contracts.rules import TOO_FEW_ROWS
from pipelines import layout
from pipelines.manifest import sha256
from pipelines.store import Draft, Store

CONFIRMATION = "confirmed.yaml"
SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("order", pa.int64()),
        ("folder_day", pa.date32()),
        ("known_from", pa.date32()),
        ("file", pa.string()),
        ("sha256", pa.string()),
        ("kind", pa.string()),
        ("verdict", pa.string()),
        ("rule", pa.string()),
        ("rows_in", pa.int64()),
        ("kept", pa.int64()),
        ("refused", pa.int64()),
        ("persons", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Entry:
    """One delivered file. `kept` counts rows accepted or forgotten, one number; `rule` is the first that refused the
    file.
    """

    source: str
    order: int
    folder_day: date
    known_from: date
    file: str
    sha256: str
    kind: str
    verdict: str = "waiting"
    rule: str = ""
    rows_in: int = 0
    kept: int = 0
    refused: int = 0
    persons: int = 0

    def path(self, root: Path) -> Path:
        """Where the office put it."""
        return root / "inbox" / self.source / str(self.folder_day) / self.file

    def judged(self, verdict: str, **figures: Any) -> "Entry":
        """The entry with its verdict (accepted, refused or repeat) and figures."""
        return replace(self, verdict=verdict, **figures)


def confirmed_rows(folder: Path) -> int | None:
    """The number of rows the office signed for, in `confirmed.yaml` beside its file; None when it says no number."""
    note = folder / CONFIRMATION
    try:
        said = yaml.safe_load(note.read_text(encoding="utf-8")) if note.is_file() else None
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    rows = said.get("rows") if isinstance(said, dict) else None
    return rows if type(rows) is int else None


def delivery_day(folder: Path) -> date | None:
    """The day that a folder of the inbox is named by, like 2026-04-01; None when there is no such day."""
    try:
        day = date.fromisoformat(folder.name)
    except ValueError:
        return None
    return day if str(day) == folder.name else None


def delivery_days(source: Path) -> dict[date, Path]:
    """The folders of a source's inbox that are named by a day, in order. Others are not read; a run says so."""
    folders = {delivery_day(folder): folder for folder in sorted(source.glob("*/"))}
    return {day: folder for day, folder in folders.items() if day}


def _delivered(path: Path) -> bool:
    """Whether it is a delivery: no note beside one, nothing still being copied, no mark of Excel that has one open."""
    return path.is_file() and path.name != CONFIRMATION and not path.name.startswith((".", "~$"))


class Ledger:
    """The published ledger, and what waits in the inbox."""

    def __init__(self, root: Path, store: Store, catalog: Catalog) -> None:
        self._root, self._store, self._catalog = root, store, catalog
        published = store.has(layout.LEDGER)
        self.entries = _entries(store.file(layout.LEDGER), store.digest(layout.LEDGER)) if published else ()

    @property
    def closed_through(self) -> date | None:
        """The last day that is closed: nothing new can be known on or before it."""
        if not self._store.has(layout.CLOSED):
            return None
        return date.fromisoformat(self._store.read_json(layout.CLOSED)["through"])

    def of(self, source: str, verdict: str | None = None) -> list[Entry]:
        """Entries of one source, in order."""
        return [e for e in self.entries if e.source == source and verdict in (None, e.verdict)]

    def admitted_on(self, source: str, day: date) -> Entry | None:
        """The newest accepted or repeated delivery of `source` whose folder day is `day`."""
        found = [e for e in self.of(source) if e.folder_day == day and e.verdict in ("accepted", "repeat")]
        return found[-1] if found else None

    def last_accepted(self, source: str, day: date) -> Entry | None:
        """The newest delivery of `source` accepted and known by `day`."""
        found = [e for e in self.of(source) if e.known_from <= day and e.verdict in ("accepted", "repeat")]
        return found[-1] if found else None

    def waiting(self, source: str, to: date) -> list[Entry]:
        """Files of `source` in folders up to `to` that are not in the ledger yet: full first, then by name, in day
        order. A refused file may be put right by its name alone.
        """
        known = {
            (e.folder_day, e.sha256, e.file if e.verdict == "refused" else "")
            for e in self.of(source)
            if not self._confirmed_since(e)
        }
        first = self._first_open(source)
        found = []
        for day, folder in delivery_days(self._root / "inbox" / source).items():
            known_from = max(day, first)
            if known_from > to:
                continue
            declared = self._catalog.source(source, day)
            for path in filter(_delivered, folder.iterdir()):
                digest = sha256(path.read_bytes())
                if not known & {(day, digest, ""), (day, digest, path.name)}:
                    kind = declared.profile.kind_of(path.name, declared.contract.default_kind)
                    found.append(Entry(source, 0, day, known_from, path.name, digest, kind))
        found.sort(key=lambda e: (e.known_from, e.folder_day, e.kind != "full", e.file))
        start = len(self.of(source))
        return [replace(entry, order=start + place) for place, entry in enumerate(found)]

    def overtaken(self, entry: Entry) -> Entry | None:
        """Of a repeat that says something, after which others came: the file that it repeats. It has no effect."""
        before = [e for e in self.of(entry.source, "accepted") if e.order < entry.order]
        same = [e for e in before if e.sha256 == entry.sha256]
        old = entry.verdict == "repeat" and same and same[-1] != before[-1] and same[-1].rows_in
        return same[-1] if old else None

    def _confirmed_since(self, entry: Entry) -> bool:
        """Whether the office has signed for the number of rows of a file that was refused for being short, or had no
        effect.
        """
        if entry.verdict not in ("refused", "repeat"):
            return False
        signed = confirmed_rows(entry.path(self._root).parent)
        if entry.verdict == "repeat":  # of protection nearly every file: what came since is looked for last
            return signed is not None and (old := self.overtaken(entry)) is not None and signed == old.rows_in
        contract = self._catalog.source(entry.source, entry.folder_day).contract
        short = {rule.id for rule in contract.file_rules if rule.check == "fallen"}
        short |= {TOO_FEW_ROWS} if contract.confirmation != "none" and not entry.rows_in else set()
        return entry.rule in short and signed == entry.rows_in

    def _first_open(self, source: str) -> date:
        """The first day from which something new of `source` can be known."""
        closed = self.closed_through
        after = date.min if closed is None else closed + timedelta(days=1)
        return max([after, *(entry.known_from for entry in self.of(source, "accepted"))])

    def record(self, draft: Draft, new: Iterable[Entry]) -> None:
        """Write the ledger with `new` entries into a draft."""
        rows = [vars(entry) for entry in sorted([*self.entries, *new], key=lambda e: (e.source, e.order))]
        draft.table(layout.LEDGER, pa.Table.from_pylist(rows, schema=SCHEMA), [])


@lru_cache(maxsize=4)
def _entries(file: Path, _digest: str) -> tuple[Entry, ...]:
    """The entries of a published ledger, read once per content: one run asks hundreds of times."""
    return tuple(Entry(**row) for row in pq.read_table(file, partitioning=None).to_pylist())
