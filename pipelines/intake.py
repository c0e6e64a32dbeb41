"""Intake: from the inbox to the accepted log, one source at a time, any number of days at once.

Read, stage, judge, prove, link, gate, log, receipt – all of one source in one publication. A refused file stops only
its source. Taking forty months at once or day by day gives the same ledger, log and receipts, because every row is
judged, linked and gated as of the day it became known.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow.compute as pc

from data_contracts.drift import Drift
from data_contracts.receipts import receipt
from data_contracts.staging import DELETED
from models.intervals import mark
from pipelines import checked, layout
from pipelines.accepted import PERSON, Log
from pipelines.batch import Batch, Course
from pipelines.drifting import History
from pipelines.duck import connect
from pipelines.gate import Gate, Links
from pipelines.home import Home
from pipelines.ledger import CONFIRMATION, Entry
from pipelines.safeguards import Seen, remember
from pipelines.store import STAGING, Draft
from reports.receipt_page import receipt_html

ORDER = {"frame": 0, "consents": 1, "protection": 2, "teams": 3, "slips": 4, "signal": 5, "outcomes": 6}
BATCH_BYTES = 128 << 20
"""Files held at once: about a million rows of bills. A larger file is a batch of its own."""


def sources_in_order(home: Home) -> list[str]:
    """Names of all sources: who and whether we may look come before what."""
    names = home.catalog.names
    return sorted(names, key=lambda name: (ORDER[home.role(name)], name))


def take_in(home: Home, to: date) -> dict[str, int]:
    """Take in every waiting delivery with a folder day ≤ `to`; returns files taken per source."""
    return {name: take_in_source(home, name, to) for name in sources_in_order(home)}


def take_in_source(home: Home, name: str, to: date) -> int:
    """Take in the waiting deliveries of one source, in day order, in one publication. Returns how many files."""
    ledger = home.ledger()
    waiting = ledger.waiting(name, to)
    if not waiting:
        return 0

    def fill(draft: Draft) -> None:
        course, done, served = Course.of(ledger, name), [], []
        with _staging(home) as folder, connect(home) as con:
            gate, log, history = Gate(home, to, con), Log(home, name, con, folder), History(home, name)
            for place, batch in enumerate(_batches(home, name, waiting)):
                staged = folder / f"staged-{place:05d}.parquet"  # a name once only: DuckDB remembers files by name
                batch.judged(home, course, staged)
                if batch.judgement is not None:
                    fresh = [entry for entry in batch.entries if entry.order not in batch.repeats]
                    links = _keep(con, batch, gate, log, draft)
                    history.add(fresh, batch.judgement, batch.source.contract, links)
                    served += _safeguards(con, batch, gate)
                made_up = home.settings.demonstration
                done += [_receipt(batch, e, draft, history.warnings.get(e.order, []), made_up) for e in batch.entries]
                staged.unlink()
            log.write(draft, max(e.known_from for e in [*ledger.of(name), *waiting]))
            history.write(draft)
            remember(home, name, served, draft)
        ledger.record(draft, done)

    inputs = {f"inbox/{name}/{e.folder_day}/{e.order:03d}": e.sha256 for e in waiting}
    inputs |= {path: home.store.digest(path) for path in Gate.reads(home)}
    home.store.publish(f"intake-{name}", to, fill, inputs=inputs, config=home.config)
    return len(waiting)


@contextmanager
def _staging(home: Home) -> Iterator[Path]:
    """A folder for rows of everybody and what is made of them; it goes when the source is taken in, or with the next
    run.
    """
    folder = home.root / STAGING
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _batches(home: Home, name: str, entries: list[Entry]) -> Iterator[Batch]:
    """Consecutive files judged by the same version of the three declarations, as many as are held at once."""
    batch: Batch | None = None
    room = 0
    for entry in entries:
        source = home.catalog.source(name, entry.folder_day)
        size = entry.path(home.root).stat().st_size
        if batch is None or batch.source is not source or size > room:
            if batch is not None:
                yield batch
            batch, room = Batch(source, []), BATCH_BYTES
        batch.entries.append(entry)
        room -= size
    if batch is not None:
        yield batch


def _keep(con: duckdb.DuckDBPyConnection, batch: Batch, gate: Gate, log: Log, draft: Draft) -> Links:
    """Link, gate and log the rows that may be kept; set refused rows of persons with a basis aside. Returns what came
    of linking the accepted ones.
    """
    batch.views(con)
    source = batch.source
    quarantined = gate.quarantined(source, "refused_rows")
    known = {e.order: e.known_from for e in batch.entries}
    for order in sorted(set(quarantined["delivery"].to_pylist())):
        part = quarantined.filter(pc.equal(quarantined["delivery"], order)).drop_columns([DELETED])
        draft.table(layout.quarantine(source.name, known[order], order), part, ["row"])
    links = gate.passed(source, "accepted_rows")
    complete = batch.sightings(con, "passed")
    content = [*source.contract.names, *(PERSON if source.contract.role == "signal" else ())]
    log.add(complete, list(dict.fromkeys(content)))
    return links


def erase_taken(home: Home, day: date) -> int:
    """Erase delivered files from the inbox a set number of days after they were taken in; their digests stay."""
    keep = home.settings.numbers("municipality", day)["inbox_days"]
    erased = 0
    for entry in home.ledger().entries:
        path = entry.path(home.root)
        if entry.known_from > day - timedelta(days=keep) or not path.exists():
            continue
        if checked.digest(path) == entry.sha256:  # never another file that was given the same name later
            path.unlink()
            erased += 1
            (path.parent / CONFIRMATION).unlink(missing_ok=True)
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
    return erased


def _safeguards(con: duckdb.DuckDBPyConnection, batch: Batch, gate: Gate) -> list[Seen]:
    """What a batch says for the safeguards, where its contract has any: its rows are few and held in memory."""
    if batch.source.contract.safeguard is None or batch.judgement is None:
        return []
    staged = con.sql("from staged anti join gone using (delivery) order by delivery, row").to_arrow_table()
    accepted = con.sql("from accepted_rows order by delivery, row").to_arrow_table().drop_columns([DELETED])
    serving = gate.safeguards(batch.source, "accepted_rows").drop_columns([DELETED])
    return [Seen(staged, accepted, serving, sorted(batch.judgement.complete_fulls - batch.repeats))]


def _receipt(batch: Batch, entry: Entry, draft: Draft, drift: list[Drift], made_up: bool) -> Entry:
    """The entry with its verdict; a file that was taken in before gets no second receipt."""
    counts = batch.judgement.counts.get(entry.order) if batch.judgement else None
    persons = counts.persons if counts else 0
    if entry.order in batch.repeats:
        return entry.judged("repeat", persons=persons)
    failures = batch.failures.get(entry.order, [])
    document = receipt(
        batch.source,
        folder_day=entry.folder_day,
        known_from=entry.known_from,
        kind=entry.kind,
        sha256=entry.sha256,
        delivery=entry.order,
        judgement=batch.judgement,
        failures=failures,
        drift=drift,
    ) | mark(made_up)
    draft.json(layout.receipt(batch.source.name, entry.known_from, entry.order, "json"), document)
    draft.bytes(
        layout.receipt(batch.source.name, entry.known_from, entry.order, "html"), receipt_html(document).encode()
    )
    return entry.judged(
        document["verdict"],
        rule=failures[0].rule if failures else "",
        rows_in=document["rows_in"],
        kept=document["accepted_or_forgotten"],
        refused=document["rows_refused"],
        persons=persons,
    )
