"""Mutated deliveries through reading, staging, judging and receipt, as intake calls them, many in one batch."""

import json
import re
import signal
import warnings
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_contracts.gx_suite import prove
from data_contracts.judging import FileContext, FileFailure, Judgement, judge
from data_contracts.profile import Source
from data_contracts.reading import FileRefused, read_delivery
from data_contracts.receipts import receipt
from data_contracts.rules import content_columns
from data_contracts.staging import stage
from reports.receipt_page import receipt_html
from tests.fuzz.deliveries import Delivery
from tests.fuzz.families import Outcome
from tests.fuzz.grids import Grid, declared, personal, text_of

MOST_SECONDS = 30
"""No small file may take longer: a guard against loops without end, not a measure of speed."""
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


class TooSlow(BaseException):
    """A file took longer than any small file may."""


@dataclass(frozen=True)
class Fault:
    """What was wrong with the treatment of one delivery."""

    number: int
    source: str
    done: tuple[str, ...]
    what: str

    def __str__(self) -> str:
        return f"{self.number} {self.source} [{', '.join(self.done)}]: {self.what}"


def faults(deliveries: Sequence[Delivery], folder: Path, ends: Counter[str], *, proved: bool = False) -> list[Fault]:
    """Everything that is wrong with what became of deliveries of one source; `proved`: GX counts them, too.

    `ends` counts what became of them: verdicts, and the rules that refused a file.
    """
    try:
        return list(_batch(deliveries, folder, ends, proved))
    except (Exception, TooSlow) as error:
        if len(deliveries) > 1:  # which of them was it?
            found = [fault for one in deliveries for fault in faults([one], folder, ends, proved=proved)]
            return found or [_fault(deliveries[0], f"only together with others: {_place(error)}")]
        return [_fault(deliveries[0], _place(error))]


def _fault(one: Delivery, what: str) -> Fault:
    return Fault(one.number, one.source.name, one.done, what)


def _place(error: BaseException) -> str:
    trace, where = error.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "data_contracts" in name or "reports" in name:
            where = f"{Path(name).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"crash, {type(error).__name__} at {where}: {str(error)[:200]}"


@dataclass(frozen=True)
class Treated:
    """What became of a batch."""

    staged: pa.Table | None
    judgement: Judgement | None
    refusals: Mapping[int, FileRefused]

    def receipt(self, one: Delivery) -> dict[str, Any]:
        """The receipt of one of the files."""
        refusal = self.refusals.get(one.number)
        failures = [FileFailure(refusal.rule, refusal.detail, refusal.remedy)] if refusal else []
        if self.judgement is not None:
            failures += self.judgement.refused_files.get(one.number, [])
        return receipt(
            one.source,
            folder_day=None,
            known_from=None,
            kind=one.clean.kind,
            sha256="0" * 64,
            delivery=one.number,
            judgement=self.judgement,
            failures=failures,
        )


def treated(deliveries: Sequence[Delivery], folder: Path) -> Treated:
    """Read each file, stage and judge all that could be read."""
    raws: dict[int, pa.Table] = {}
    refusals: dict[int, FileRefused] = {}
    source = deliveries[0].source
    for one in deliveries:
        path = folder / f"{one.number}.csv"
        path.write_bytes(one.data)
        try:
            with guarded():
                raws[one.number] = read_delivery(path, source)
        except FileRefused as refusal:
            refusals[one.number] = refusal
        finally:
            path.unlink()
    return Treated(*_judged(source, raws, {one.number: one.clean.kind for one in deliveries}), refusals)


def _batch(deliveries: Sequence[Delivery], folder: Path, ends: Counter[str], proved: bool) -> Iterator[Fault]:
    done = treated(deliveries, folder)
    if proved and done.staged is not None and done.judgement is not None:
        yield from _disagreements(deliveries[0], done.staged, done.judgement, folder)
    for one in deliveries:
        document = done.receipt(one)
        ends.update([document["verdict"], *{failure["rule"] for failure in document["file_failures"]}])
        yield from (_fault(one, what) for what in _wrong(one, document, done))


def _judged(
    source: Source, raws: Mapping[int, pa.Table], kinds: Mapping[int, str]
) -> tuple[pa.Table | None, Judgement | None]:
    if not raws:
        return None, None
    with guarded(10 * MOST_SECONDS):
        staged = stage(list(raws.items()), source)
        context = {n: FileContext(kinds[n], None, table.num_rows, None) for n, table in raws.items()}
        return staged, judge(staged, source, context)


def _disagreements(one: Delivery, staged: pa.Table, judgement: Judgement, folder: Path) -> Iterator[Fault]:
    path = folder / "staged.parquet"
    pq.write_table(staged, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Great Expectations' own libraries warn of says nothing of a delivery
        results = prove(path, one.source, judgement.rule_counts)
    for result in results:
        if not result.agrees:
            yield _fault(
                one, f"GX and the judge differ on {result.rule}: {result.found} and {result.expected} {result.error}"
            )


@contextmanager
def guarded(seconds: int = MOST_SECONDS) -> Iterator[None]:
    """Raise TooSlow when what is inside does not end."""

    def stop(_signal: int, _frame: Any) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# -- what must hold for each -------------------------------------------------------------------------------------------


def _wrong(one: Delivery, document: Mapping[str, Any], done: Treated) -> Iterator[str]:
    page = receipt_html(document)
    yield from _unclear(document)
    yield from _unaccounted(one, document, done.judgement, done.refusals)
    said = f"{json.dumps(document, ensure_ascii=False)}\n{page}\n{done.refusals.get(one.number, '')}"
    if told := sorted(n for n in personal(one.clean) if n in said):
        yield f"{len(told)} cells of the delivery are in what is said about it"
    if len(page) > 300_000:
        yield f"a receipt of {len(page)} characters"
    yield from _unexpected(one, document, done.judgement)


def _unclear(document: Mapping[str, Any]) -> Iterator[str]:
    if document["verdict"] == "refused" and not document["file_failures"]:
        yield "refused without a reason"
    for said in [*document["file_failures"], *document["refused"], *document["noticed"]]:
        sentence = said.get("detail") or said.get("sentence")
        if not (sentence and said["remedy"] and _JAPANESE.search(sentence) and _JAPANESE.search(said["remedy"])):
            yield f"{said['rule']} does not say in Japanese what is wrong and what to do"


def _unaccounted(
    one: Delivery, document: Mapping[str, Any], judgement: Judgement | None, refused: Container[int]
) -> Iterator[str]:
    """Every row of the file is accepted, forgotten or on the receipt with its number."""
    if document["rows_in"] != document["rows_refused"] + document["accepted_or_forgotten"]:
        yield "rows do not add up"
    if one.rows is not None and one.number not in refused and document["rows_in"] != one.rows:
        yield f"{one.rows} rows in the file, {document['rows_in']} on the receipt"
    named: set[int] = set()
    for entry in document["refused"]:
        rows = {row for text in entry["rows"] for row in _span(text)}
        named |= rows
        if len(rows) != entry["count"]:
            yield f"{entry['rule']}: {entry['count']} rows, {len(rows)} of them named"
    if document["verdict"] == "accepted":
        if len(named) != document["rows_refused"]:
            yield f"{document['rows_refused']} rows refused, {len(named)} of them named"
        kept = (
            0
            if judgement is None
            else judgement.accepted.filter(pc.equal(judgement.accepted["delivery"], one.number)).num_rows
        )
        twins = 0 if judgement is None else judgement.counts[one.number].duplicates
        if kept + twins != document["accepted_or_forgotten"]:
            yield f"{document['accepted_or_forgotten']} rows said to be accepted, {kept} kept and {twins} repeated"


def _span(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _unexpected(one: Delivery, document: Mapping[str, Any], judgement: Judgement | None) -> Iterator[str]:
    accepted = document["verdict"] == "accepted"
    rules = [f["rule"] for f in document["file_failures"]]
    if one.outcome is Outcome.REFUSED and accepted:
        yield "accepted, and must be refused"
    if one.outcome is Outcome.NOTICED and accepted and not document["refused"] and not document["noticed"]:
        yield "accepted without a word"
    if one.outcome is Outcome.SAME:
        if not accepted:
            yield f"refused ({', '.join(rules)}), and must be accepted"
        elif judgement is not None and content(judgement, one.number, one.source) != _clean(one.clean):
            yield "accepted with other content than the clean delivery"


def content(judgement: Judgement, delivery: int, source: Source) -> list[str]:
    """The accepted rows of a delivery without their numbers."""
    mine = judgement.accepted.filter(pc.equal(judgement.accepted["delivery"], delivery))
    names = [name.strip('"') for name in content_columns(source.contract, with_unknown=False)]
    return sorted(map(repr, mine.select(names).to_pylist()))


@lru_cache(maxsize=256)
def _clean(grid: Grid) -> list[str]:
    """What is accepted of the grid as it is."""
    source = declared(grid.source)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clean.csv"
        path.write_bytes(text_of(grid).encode())
        _, judgement = _judged(source, {1: read_delivery(path, source)}, {1: grid.kind})
    assert judgement is not None
    assert not judgement.refused_files, (grid.source, judgement.refused_files)
    return content(judgement, 1, source)


def batches(deliveries: Sequence[Delivery], size: int) -> Iterator[list[Delivery]]:
    """Deliveries by source and profile, at most `size` at once."""
    by_source: dict[tuple[str, str], list[Delivery]] = {}
    for one in deliveries:
        waiting = by_source.setdefault((one.source.name, one.source.profile.kind), [])
        waiting.append(one)
        if len(waiting) == size:
            yield waiting.copy()
            waiting.clear()
    yield from (waiting for waiting in by_source.values() if waiting)
