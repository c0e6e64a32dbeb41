"""Intake: from the inbox to the accepted log, one source at a time, any number of days at once.

Read, stage, judge, prove, link, gate, log, receipt – all of one source in one publication. A refused file stops only
its source. Taking forty months at once or day by day gives the same ledger, log and receipts, because every row is
judged, linked and gated as of the day it became known.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_contracts.catalog import Source
from data_contracts.drift import Drift
from data_contracts.gx_suite import prove
from data_contracts.judging import FileContext, FileFailure, Judgement, judge
from data_contracts.reading import FileRefused, read_delivery
from data_contracts.receipts import receipt
from data_contracts.staging import DELETED, stage
from pipelines import layout
from pipelines.accepted import Log
from pipelines.drifting import History
from pipelines.errors import GateClosed
from pipelines.gate import Gate
from pipelines.home import Home
from pipelines.ledger import CONFIRMATION, Entry, Ledger, confirmed_rows
from pipelines.manifest import sha256
from pipelines.safeguards import Seen, remember
from pipelines.store import STAGING, Draft
from reports.receipt_page import receipt_html

ORDER = {"frame": 0, "consents": 1, "protection": 2, "teams": 3, "slips": 4, "signal": 5, "outcomes": 6}


@dataclass
class Batch:
    """The waiting files of one source and what became of them."""

    source: Source
    entries: list[Entry]
    raws: dict[int, pa.Table]
    failures: dict[int, list[FileFailure]]
    judgement: Judgement | None = None
    staged: pa.Table | None = None
    repeats: list[Entry] = field(default_factory=list)


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
    seen = {entry.sha256 for entry in ledger.of(name, "accepted")}
    persons = _last_persons(ledger, name)
    batches: list[Batch] = []
    for source, entries in _by_version(home, name, waiting):
        batch = _judged(home, ledger, source, entries, persons)
        persons = _newest_persons(batch, persons)
        _set_repeats_aside(batch, seen)
        batches.append(batch)

    def fill(draft: Draft) -> None:
        done = [entry for batch in batches for entry in batch.repeats]
        log, history = Log(home, name), History(home, name)
        for batch in batches:
            history.add(batch.entries, batch.judgement, batch.staged, batch.source.contract)
            done += _log_batch(home, log, batch, to, draft, history)
        log.write(draft)
        history.write(draft)
        remember(home, name, [seen for batch in batches for seen in _safeguards(home, batch, to)], draft)
        ledger.record(draft, done)

    inputs = {f"inbox/{name}/{e.folder_day}/{e.order:03d}": e.sha256 for e in waiting}
    inputs |= {path: home.store.digest(path) for path in Gate.reads(home)}
    home.store.publish(f"intake-{name}", to, fill, inputs=inputs, config=home.config)
    return len(waiting)


def erase_taken(home: Home, day: date) -> int:
    """Erase delivered files from the inbox a set number of days after they were taken in; their digests stay."""
    keep = home.settings.numbers("municipality", day)["inbox_days"]
    erased = 0
    for entry in home.ledger().entries:
        path = entry.path(home.root)
        if entry.known_from > day - timedelta(days=keep) or not path.exists():
            continue
        if sha256(path.read_bytes()) == entry.sha256:  # never another file that was given the same name later
            path.unlink()
            erased += 1
            (path.parent / CONFIRMATION).unlink(missing_ok=True)
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
    return erased


def _set_repeats_aside(batch: Batch, seen: set[str]) -> None:
    """The same file again, by digest, has no effect; it counts as that day's delivery when it stands today's checks.

    It is judged like any other file, so that a file that was refused stays refused, and an old, shorter protection file
    cannot serve for today.
    """
    judgement = batch.judgement
    for entry in batch.entries:
        if judgement is not None and entry.order not in batch.failures:
            if entry.sha256 in seen:
                batch.repeats.append(entry.judged("repeat", persons=judgement.counts[entry.order].persons))
            seen.add(entry.sha256)
    if judgement is None or not batch.repeats:
        return
    aside = {entry.order for entry in batch.repeats}
    batch.entries = [entry for entry in batch.entries if entry.order not in aside]
    batch.staged = _without(batch.staged, aside)
    batch.judgement = replace(
        judgement,
        accepted=_without(judgement.accepted, aside),
        refused_rows=_without(judgement.refused_rows, aside),
    )


def _without(table: pa.Table, deliveries: set[int]) -> pa.Table:
    gone = pa.array(sorted(deliveries), table.schema.field("delivery").type)
    return table.filter(pc.invert(pc.is_in(table["delivery"], gone)))


def _last_persons(ledger: Ledger, name: str) -> int | None:
    earlier = [e for e in ledger.of(name) if e.verdict in ("accepted", "repeat")]
    return earlier[-1].persons if earlier else None


def _newest_persons(batch: Batch, before: int | None) -> int | None:
    """Persons in the last file of the batch that was not refused."""
    stood = [e.order for e in batch.entries if e.order not in batch.failures]
    return batch.judgement.counts[stood[-1]].persons if batch.judgement and stood else before


def _by_version(home: Home, name: str, entries: list[Entry]) -> Iterable[tuple[Source, list[Entry]]]:
    """Runs of consecutive entries judged by the same version of the three declarations."""
    groups: list[tuple[Source, list[Entry]]] = []
    for entry in entries:
        source = home.catalog.source(name, entry.folder_day)
        if not groups or groups[-1][0] is not source:
            groups.append((source, []))
        groups[-1][1].append(entry)
    return groups


def _judged(home: Home, ledger: Ledger, source: Source, entries: list[Entry], persons: int | None) -> Batch:
    batch = Batch(source, entries, {}, {})
    full_days = {e.folder_day for e in ledger.of(source.name, "accepted") if e.kind == "full"}
    for entry in entries:
        try:
            if entry.kind == "full" and entry.folder_day in full_days:
                raise FileRefused(
                    "one-full",
                    "この受渡日の全件ファイルはすでに受け付けています",
                    "差分ファイルとして出すか、翌日の受渡日に置いてください",
                )
            batch.raws[entry.order] = read_delivery(entry.path(home.root), source)
        except FileRefused as refusal:
            batch.failures[entry.order] = [FileFailure(refusal.rule, refusal.detail, refusal.remedy)]
        else:
            if entry.kind == "full":
                full_days.add(entry.folder_day)
    if batch.raws:
        batch.staged = stage(list(batch.raws.items()), source)
        batch.judgement = judge(batch.staged, source, _contexts(home, batch, persons))
        _prove(home, batch)
        batch.failures |= batch.judgement.refused_files
    return batch


def _contexts(home: Home, batch: Batch, persons: int | None) -> dict[int, FileContext]:
    """What file rules compare with: the last accepted file's number of persons, and what the office confirmed."""
    return {
        e.order: FileContext(e.kind, persons, _confirmed(home, e), e.folder_day)
        for e in batch.entries
        if e.order in batch.raws
    }


def _confirmed(home: Home, entry: Entry) -> int | None:
    return confirmed_rows(entry.path(home.root).parent)


def _prove(home: Home, batch: Batch) -> None:
    """Great Expectations checks the same delivery; a count that differs from ours stops the run."""
    assert batch.judgement is not None
    folder = home.root / STAGING
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path = folder / f"{batch.source.name}.parquet"
        pq.write_table(batch.staged, path)
        results = prove(path, batch.source, batch.judgement.rule_counts, home.engines.spark())
        failed = [result for result in results if not result.agrees]
    finally:
        shutil.rmtree(folder)
    if failed:
        raise GateClosed(
            "contract",
            f"{batch.source.name}: Great Expectations disagrees on {failed[0].rule}",
            "report this fault; nothing was taken in",
        )


def _log_batch(home: Home, log: Log, batch: Batch, to: date, draft: Draft, history: History) -> list[Entry]:
    """Link, gate and log the rows that may be kept; write receipts; return the entries with their verdicts."""
    if batch.judgement is not None:
        known = {e.order: e.known_from for e in batch.entries}
        gate = Gate(home, batch.source, to)
        kept = gate.passed(_undated_ends(batch, _with_day(batch.judgement.accepted, known)))
        log.add(_sightings(batch, kept, known), _fulls(batch, known))
        quarantined = gate.quarantined(_with_day(batch.judgement.refused_rows, known))
        for order in sorted(set(quarantined["delivery"].to_pylist())):
            part = quarantined.filter(pc.equal(quarantined["delivery"], order))
            draft.table(layout.quarantine(batch.source.name, known[order], order), part, ["row"])
    return [_receipt(batch, entry, draft, history.warnings.get(entry.order, [])) for entry in batch.entries]


def _safeguards(home: Home, batch: Batch, to: date) -> Iterable[Seen]:
    """What a batch says for the safeguards, if anything in it could be read."""
    if batch.judgement is None or batch.staged is None:
        return
    rows = _with_day(batch.judgement.accepted, {e.order: e.known_from for e in batch.entries})
    there = _without(batch.staged, set(batch.failures))
    yield Seen(there, rows, Gate(home, batch.source, to).safeguards(rows), sorted(batch.judgement.complete_fulls))


def _with_day(rows: pa.Table, known: dict[int, date]) -> pa.Table:
    con = duckdb.connect()
    con.register("rows", rows)
    con.register("days", _days(known))
    return con.sql(
        "select r.*, d.known_from from rows r join days d using (delivery) order by delivery, row"
    ).to_arrow_table()


def _undated_ends(batch: Batch, rows: pa.Table) -> pa.Table:
    """A consent that ended on a day nobody knows (不詳) has ended: withdrawn, or expired, when that became known."""
    if batch.source.contract.role != "consents":
        return rows
    con = duckdb.connect()
    con.register("rows", rows)
    con.register("staged", batch.staged)
    return con.sql(
        """select r.* replace (
          case when s.withdrawn_on__unknown then r.known_from else r.withdrawn_on end as withdrawn_on,
          case when s.ends_on__unknown then r.known_from - 1 else r.ends_on end as ends_on)
        from rows r join staged s using (delivery, row) order by delivery, row"""
    ).to_arrow_table()


def _days(known: dict[int, date]) -> pa.Table:
    return pa.table({"delivery": pa.array(known, pa.int32()), "known_from": pa.array(known.values(), pa.date32())})


def _sightings(batch: Batch, kept: pa.Table, known: dict[int, date]) -> pa.Table:
    """Rows to log: those kept, with content; and of every other readable key no more than that it was there.

    A consent whose row was refused is suspended until the row is put right: it may have said «withdrawn».
    """
    contract = batch.source.contract
    keys = ", ".join(f'"{name}"' for name in contract.key)
    readable = (
        " and ".join(f'"{name}" is not null' for name in contract.key if contract.column(name).required) or "true"
    )
    suspended = contract.role == "consents"
    con = duckdb.connect()
    con.register("kept", kept)
    con.register("staged", batch.staged)
    con.register("days", _days(known))
    con.register("gone", pa.table({"delivery": pa.array(sorted(batch.failures), pa.int32())}))
    con.execute(
        f"""create temp table sightings as
        select k.* exclude (delivery, row), k.delivery::bigint as seq, false as row__refused,
          coalesce(s.{DELETED}, false) as row__deleted
        from kept k join (select delivery, row, {DELETED} from staged) s using (delivery, row)"""
    )
    con.execute(
        f"""insert into sightings by name
        select distinct {keys}, d.known_from, s.delivery::bigint as seq, {not suspended} as row__refused,
          {suspended} as row__deleted
        from staged s join days d using (delivery) anti join gone using (delivery)
        where {readable} and (delivery, row) not in (select (delivery, row) from kept)"""
    )
    return con.sql("select * from sightings order by all").to_arrow_table()


def _fulls(batch: Batch, known: dict[int, date]) -> pa.Table:
    """Fulls that were not refused, one row per scope value they cover; complete = their absences mean something."""
    assert batch.judgement is not None
    scope = batch.source.contract.full_scope
    orders = [
        e.order for e in batch.entries if e.kind == "full" and e.order in batch.raws and e.order not in batch.failures
    ]
    con = duckdb.connect()
    con.register("staged", batch.staged)
    con.register("days", _days({order: known[order] for order in orders}))
    con.register("whole", pa.table({"delivery": pa.array(sorted(batch.judgement.complete_fulls), pa.int32())}))
    columns = "".join(f', s."{name}"' for name in scope)
    scopes = (
        f"left join (select distinct delivery{columns.replace('s.', '')} from staged) s using (delivery)"
        if scope
        else ""
    )
    return con.sql(
        f"""select d.delivery::bigint as seq, d.known_from{columns},
        d.delivery in (select delivery from whole) as complete from days d {scopes} order by all"""
    ).to_arrow_table()


def _receipt(batch: Batch, entry: Entry, draft: Draft, drift: list[Drift]) -> Entry:
    document = receipt(
        batch.source,
        folder_day=entry.folder_day,
        known_from=entry.known_from,
        kind=entry.kind,
        sha256=entry.sha256,
        delivery=entry.order,
        staged=batch.staged,
        judgement=batch.judgement,
        failures=batch.failures.get(entry.order, []),
        drift=drift,
    )
    draft.json(layout.receipt(batch.source.name, entry.known_from, entry.order, "json"), document)
    draft.bytes(
        layout.receipt(batch.source.name, entry.known_from, entry.order, "html"), receipt_html(document).encode()
    )
    failures = batch.failures.get(entry.order)
    counts = batch.judgement.counts.get(entry.order) if batch.judgement else None
    return entry.judged(
        document["verdict"],
        rule=failures[0].rule if failures else "",
        rows_in=document["rows_in"],
        kept=document["accepted_or_forgotten"],
        refused=document["rows_refused"],
        persons=counts.persons if counts else 0,
    )
