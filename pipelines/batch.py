"""A batch of one source's waiting files: read, staged, judged, proved; what of it goes on to gate and log.

A batch is as many files as are held at once; how files fall into batches changes nothing that is published.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from data_contracts.catalog import Source
from data_contracts.gx_suite import prove
from data_contracts.judging import FileContext, FileFailure, Judgement, judge
from data_contracts.reading import FileRefused, read_delivery
from data_contracts.staging import DELETED, write_staged
from data_contracts.versions import joined
from pipelines.errors import GateClosed
from pipelines.home import Home
from pipelines.ledger import Entry, Ledger, confirmed_rows


@dataclass
class Course:
    """What one batch hands to the next of the same source. `persons`: of the last full that stood; `taken`: the digests
    of what was taken in, the newest last.
    """

    persons: int | None
    taken: dict[str, None]
    full_days: set[date]

    @staticmethod
    def of(ledger: Ledger, name: str) -> "Course":
        """As the ledger leaves it."""
        stood = [e for e in ledger.of(name) if e.kind == "full" and e.verdict in ("accepted", "repeat")]
        taken = ledger.of(name, "accepted")
        digests = dict.fromkeys(reversed([e.sha256 for e in taken]))  # each where it came last
        return Course(
            persons=stood[-1].persons if stood else None,
            taken=dict.fromkeys(reversed(digests)),
            full_days={e.folder_day for e in taken if e.kind == "full"},
        )


@dataclass
class Batch:
    """Files and what became of them. `repeats`: orders of files that were taken in before, by digest."""

    source: Source
    entries: list[Entry]
    failures: dict[int, list[FileFailure]] = field(default_factory=dict)
    judgement: Judgement | None = None
    repeats: set[int] = field(default_factory=set)

    @property
    def known(self) -> pa.Table:
        """delivery, known_from."""
        orders, days = [e.order for e in self.entries], [e.known_from for e in self.entries]
        return pa.table({"delivery": pa.array(orders, pa.int32()), "known_from": pa.array(days, pa.date32())})

    def judged(self, home: Home, course: Course, staging: Path) -> None:
        """Read, stage into a new file, judge and prove; moves `course` on.

        Raises GateClosed when Great Expectations disagrees.
        """
        write_staged(staging, self._read(home, course), self.source)
        read = [entry for entry in self.entries if entry.order not in self.failures]
        if not read:
            return
        contexts = {
            e.order: FileContext(e.kind, course.persons, confirmed_rows(e.path(home.root).parent), e.folder_day)
            for e in read
        }
        self.judgement = judge(staging, self.source, contexts)
        self._prove(home, staging)
        self.failures |= self.judgement.refused_files
        self._set_repeats_aside(course, home.root)

    def _read(self, home: Home, course: Course) -> Iterator[tuple[int, pa.Table]]:
        for entry in self.entries:
            try:
                if entry.kind == "full" and entry.folder_day in course.full_days:
                    raise FileRefused(
                        "one-full",
                        "この受渡日の全件ファイルはすでに受け付けています",
                        "差分ファイルとして出すか、翌日の受渡日に置いてください",
                    )
                table = read_delivery(entry.path(home.root), self.source)
            except FileRefused as refusal:
                self.failures[entry.order] = [FileFailure(refusal.rule, refusal.detail, refusal.remedy)]
            else:
                if entry.kind == "full":
                    course.full_days.add(entry.folder_day)
                yield entry.order, table

    def _prove(self, home: Home, staging: Path) -> None:
        """Great Expectations checks the same delivery; a count that differs from ours stops the run."""
        assert self.judgement is not None
        results = prove(staging, self.source, self.judgement.rule_counts, home.engines.spark())
        failed = [result for result in results if not result.agrees]
        if failed:
            raise GateClosed(
                "contract",
                f"{self.source.name}: Great Expectations disagrees on {failed[0].rule}",
                "report this fault; nothing was taken in",
            )

    def _set_repeats_aside(self, course: Course, root: Path) -> None:
        """The same file again, by digest, has no effect; it counts as that day's delivery when it stands today's
        checks. Where others came since, the office may sign for its rows: then it says how things stand now.

        It is judged like any other file, so that a file that was refused stays refused, and an old, shorter protection
        file cannot serve for today.
        """
        assert self.judgement is not None
        for entry in self.entries:
            if entry.order not in self.failures:
                counts = self.judgement.counts[entry.order]
                newest = next(reversed(course.taken), "")
                meant = entry.sha256 != newest and confirmed_rows(entry.path(root).parent) == counts.rows
                if entry.sha256 in course.taken and not meant:
                    self.repeats.add(entry.order)
                else:
                    course.taken.pop(entry.sha256, None)
                    course.taken[entry.sha256] = None
                if entry.kind == "full":
                    course.persons = counts.persons

    def views(self, con: duckdb.DuckDBPyConnection) -> None:
        """Make the views `accepted` and `refused` (delivery, row, row__deleted, the contract's columns, known_from) of
        rows that have an effect.
        """
        assert self.judgement is not None
        self.judgement.views(con, aside=self.repeats)
        con.register("days", self.known)
        names = [DELETED, *(column.name for column in self.source.contract.columns)]
        columns = ", ".join(f's."{name}"' for name in names)
        for view in ("accepted", "refused"):
            con.execute(
                f"create or replace temp view {view}_rows as select s.delivery, s.row, {self._with_ends(columns)}, "
                f"d.known_from from {view} s join days d using (delivery)"
            )

    def _with_ends(self, columns: str) -> str:
        """A consent that ended on a day nobody knows (不詳) has ended when that became known."""
        if self.source.contract.role != "consents":
            return columns
        ends = {
            "withdrawn_on": "case when s.withdrawn_on__unknown then d.known_from else s.withdrawn_on end",
            "ends_on": "case when s.ends_on__unknown then d.known_from - 1 else s.ends_on end",
        }
        for name, known in ends.items():
            columns = columns.replace(f's."{name}"', f'{known} as "{name}"')
        return columns

    def sightings(self, con: duckdb.DuckDBPyConnection, passed: str) -> pa.Table:
        """Make the temp tables `kept` (rows of `passed` with their content) and `seen` (keys of other rows that say
        that they were there); returns the scopes of complete fulls (versions.advance).

        A consent whose row was refused is suspended until the row is put right: it may have said «withdrawn».
        """
        assert self.judgement is not None
        contract = self.source.contract
        keys = ", ".join(f's."{name}"' for name in contract.key)
        readable = [f's."{name}" is not null' for name in contract.key if contract.column(name).required]
        whole = sorted(self.judgement.complete_fulls - self.repeats)
        con.register("whole", pa.table({"delivery": pa.array(whole, pa.int32())}))
        ended = contract.role == "consents"
        con.execute(
            f"create or replace temp table kept as select * exclude (delivery), delivery::bigint as seq from {passed}"
        )
        con.execute(
            f"""create or replace temp table seen as
            select distinct {keys}, s.delivery::bigint as seq, d.known_from, {ended} as ended
            from staged s join days d using (delivery) anti join gone using (delivery)
            {"" if ended else "semi join whole using (delivery)"}
            anti join twin using (delivery, row)
            anti join (select seq::integer as delivery, row from kept) using (delivery, row)
            where {" and ".join(readable) or "true"}"""
        )
        covered = f"left join (select distinct delivery, {joined(contract.full_scope)} as scope from staged) "
        scope = f"{covered} using (delivery)" if contract.full_scope else ""
        return con.sql(
            f"""select distinct {"scope" if contract.full_scope else "''"} as scope, delivery::bigint as seq, known_from
            from whole join days using (delivery) {scope} order by all"""
        ).to_arrow_table()
