"""One DuckDB pass over staged deliveries: which rows and files break which rules, and what may go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import Contract, FileRule
from data_contracts.profile import Source
from data_contracts.rules import (
    KEY_CONFLICT,
    NOT_WHOLE,
    TOO_FEW_ROWS,
    TOO_MANY_REFUSED,
    conflict_query,
    content_columns,
    file_rules,
    quoted,
    repeated_rows,
    row_rules,
)

_BROKEN = pa.schema([("delivery", pa.int32()), ("row", pa.int64()), ("rule", pa.string())])


@dataclass(frozen=True)
class FileContext:
    """What the judge must know about one file besides its rows.

    `previous_persons`: distinct persons in the last accepted full of the source (None: there is none);
    `confirmed_rows`: the number of rows the office signed for (None: no confirmation came with the file).
    """

    kind: str
    previous_persons: int | None = None
    confirmed_rows: int | None = None
    folder_day: date | None = None


@dataclass(frozen=True)
class FileFailure:
    """Why a whole file is not accepted. Japanese text, counts only, never a person."""

    rule: str
    detail: str
    remedy: str


@dataclass(frozen=True)
class Counts:
    """Rows of one delivery: read, refused by an error rule, collapsed as identical duplicates, and distinct persons."""

    rows: int
    refused: int
    duplicates: int
    persons: int


Staged: TypeAlias = pa.Table | Path
"""What staging.stage returns, or the staging Parquet that holds the same."""


@dataclass(frozen=True)
class Judgement:
    """What became of the deliveries of one batch. All tables are sorted by delivery, row.

    broken: (delivery, row, rule), warnings included. bad: (delivery, row) of rows with an error. twins: of the second
    and later of identical rows. complete_fulls: fulls whose absences mean something (every key readable, not refused).
    rule_counts: rows per row rule over the whole batch, zeros included. `counts` per delivery.
    """

    staged: Staged = field(repr=False)
    contract: Contract = field(repr=False)
    broken: pa.Table
    bad: pa.Table
    twins: pa.Table
    refused_files: dict[int, list[FileFailure]]
    complete_fulls: frozenset[int]
    rule_counts: dict[str, int]
    counts: dict[int, Counts]

    def views(self, con: duckdb.DuckDBPyConnection, aside: Iterable[int] = ()) -> None:
        """Make the views `staged`, `accepted` and `refused` in `con`: accepted and refused are rows of files that are
        not refused (nor set `aside`), with every staged column.
        """
        open_staged(con, self.staged)
        gone = sorted({*self.refused_files, *aside})
        con.register("gone", pa.table({"delivery": pa.array(gone, pa.int32())}))
        con.register("bad", self.bad)
        con.register("twin", self.twins)
        standing = "FROM staged ANTI JOIN gone USING (delivery)"
        neither = "ANTI JOIN bad USING (delivery, row) ANTI JOIN twin USING (delivery, row)"
        con.execute(f"CREATE OR REPLACE TEMP VIEW accepted AS {standing} {neither}")
        con.execute(f"CREATE OR REPLACE TEMP VIEW refused AS {standing} SEMI JOIN bad USING (delivery, row)")

    @cached_property
    def accepted(self) -> pa.Table:
        """delivery, row and the typed columns of accepted rows."""
        return self._typed("accepted")

    @cached_property
    def refused_rows(self) -> pa.Table:
        """The same of rows with an error."""
        return self._typed("refused")

    def _typed(self, view: str) -> pa.Table:
        columns = ", ".join(content_columns(self.contract, with_unknown=False))
        with duckdb.connect() as con:
            self.views(con)
            return con.sql(f"SELECT delivery, row, {columns} FROM {view} ORDER BY delivery, row").to_arrow_table()


def open_staged(con: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Make the view `staged` in `con`."""
    if isinstance(staged, Path):
        con.read_parquet(str(staged)).create_view("staged")
    else:
        con.register("staged", staged)


def judge(staged: Staged, source: Source, context: Mapping[int, FileContext]) -> Judgement:
    """Hold staged deliveries to the contract.

    `context` names every delivery of the batch, also one without a single row. Deliveries count in number order: a fall
    is measured against the last full accepted before it, in this batch or (`previous_persons`) earlier.
    Never raises for bad data: that is what the result is for.
    """
    contract = source.contract
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        open_staged(con, staged)
        broken = _broken(con, contract)
        con.register("broken", broken)
        severe = pa.array([rule.id for rule in row_rules(contract) if rule.severity == "error"] + [KEY_CONFLICT])
        con.register("severe", pa.table({"rule": severe}))
        con.execute("CREATE TEMP TABLE bad AS SELECT DISTINCT delivery, row FROM broken SEMI JOIN severe USING (rule)")
        con.execute(f"CREATE TEMP TABLE twin AS {_twins(contract)}")
        counts = _counts(con, contract, context)
        refused = _refused_files(con, source, context, counts)
        return Judgement(
            staged=staged,
            contract=contract,
            broken=broken,
            bad=_table(con, "FROM bad"),
            twins=_table(con, "FROM twin"),
            refused_files=refused,
            complete_fulls=_complete(broken, contract, context, refused),
            rule_counts=_rule_counts(broken, contract),
            counts=counts,
        )


def persons_column(contract: Contract) -> str | None:
    """The column that holds 宛名番号 where a row carries it."""
    return contract.subject.get("column") if contract.subject.get("by") == "resident_id" else None


def _table(con: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    return con.sql(f"{query} ORDER BY delivery, row").to_arrow_table()


def _broken(con: duckdb.DuckDBPyConnection, contract: Contract) -> pa.Table:
    """Rows that break something are found by one OR over all predicates; only those few get a list of their rules."""
    rules = row_rules(contract)
    some = " OR ".join(f"({rule.predicate})" for rule in rules)
    each = ", ".join(f"CASE WHEN {rule.predicate} THEN '{rule.id}' END" for rule in rules)
    con.execute(f"CREATE TEMP TABLE suspect AS SELECT * FROM staged WHERE {some}")
    found = con.sql(
        f"SELECT delivery, row, rule FROM (SELECT delivery, row, unnest([{each}]) AS rule FROM suspect) "
        "WHERE rule IS NOT NULL "
        f"UNION ALL SELECT delivery, row, '{KEY_CONFLICT}' FROM ({conflict_query(contract, 'staged')}) "
        "ORDER BY delivery, row, rule"
    )
    return found.to_arrow_table().cast(_BROKEN)


def _twins(contract: Contract) -> str:
    """SQL: the second and later of identical rows of one file, among rows without an error."""
    key = ", ".join(quoted(name) for name in contract.key)
    return (
        "SELECT delivery, row FROM (SELECT delivery, row, row_number() OVER "
        f"(PARTITION BY delivery, {key}, content ORDER BY row) AS nth FROM ({repeated_rows(contract, 'staged')}) "
        "ANTI JOIN bad USING (delivery, row)) WHERE nth > 1"
    )


def _counts(
    con: duckdb.DuckDBPyConnection, contract: Contract, context: Mapping[int, FileContext]
) -> dict[int, Counts]:
    person = persons_column(contract)
    distinct = f"count(DISTINCT {quoted(person)})" if person else "0"
    rows = dict.fromkeys(context, (0, 0))
    rows |= {d: (n, p) for d, n, p in _fetch(con, f"SELECT delivery, count(*), {distinct} FROM staged GROUP BY 1")}
    bad = dict(_fetch(con, "SELECT delivery, count(*) FROM bad GROUP BY 1"))
    twin = dict(_fetch(con, "SELECT delivery, count(*) FROM twin GROUP BY 1"))
    return {d: Counts(n, bad.get(d, 0), twin.get(d, 0), persons) for d, (n, persons) in sorted(rows.items())}


def _fetch(con: duckdb.DuckDBPyConnection, query: str) -> Iterable[Any]:
    return con.sql(query).fetchall()


@dataclass
class _File:
    """One delivery while its file rules are checked; `previous` moves on with every accepted full."""

    delivery: int
    counts: Counts
    context: FileContext
    previous: int | None

    @property
    def confirmed(self) -> bool:
        return self.context.confirmed_rows == self.counts.rows


def _refused_files(
    con: duckdb.DuckDBPyConnection, source: Source, context: Mapping[int, FileContext], counts: Mapping[int, Counts]
) -> dict[int, list[FileFailure]]:
    remedies = {rule: remedy for rule, _, remedy in file_rules(source)}
    refused: dict[int, list[FileFailure]] = {}
    declared = [(rule.id, FILE_CHECKS[rule.check](rule, con)) for rule in source.contract.file_rules]
    last: int | None = None
    for delivery, counted in counts.items():
        around = context.get(delivery, FileContext(source.contract.default_kind))
        file = _File(delivery, counted, around, around.previous_persons if last is None else last)
        said = [(rule, check(file)) for rule, check in declared]
        found = [*_number_rules(source.contract, file), *((rule, detail) for rule, detail in said if detail)]
        if found:
            refused[delivery] = [FileFailure(rule, detail, remedies[rule]) for rule, detail in found]
        elif around.kind == "full":
            last = counted.persons
    return refused


def _number_rules(contract: Contract, file: _File) -> Iterable[tuple[str, str]]:
    """The file rules that follow from the contract's numbers: (rule, detail) for each one broken."""
    rows, bad = file.counts.rows, file.counts.refused
    if bad > _exact(contract.refuse_share) * rows:
        yield TOO_MANY_REFUSED, f"{rows}行のうち{bad}行に不備があります(上限{contract.refuse_share:.0%})"
    signed_zero = contract.confirmation != "none" and rows == 0 and file.confirmed
    if file.context.kind == "full" and rows < contract.minimum_rows and not signed_zero:
        yield TOO_FEW_ROWS, f"{rows}行しかありません(最少{contract.minimum_rows}行)"
    if contract.role == "protection" and file.context.kind != "full":
        yield NOT_WHOLE, "差分のファイルです"


def _exact(share: float) -> Fraction:
    """A declared 0.1 means one tenth, not the binary number next to it."""
    return Fraction(str(share))


_Check = Callable[[_File], str | None]


def _fallen(rule: FileRule, _con: duckdb.DuckDBPyConnection) -> _Check:
    """A full of fewer persons than the last one, by more than a share or (where declared) a number, and nobody signed
    for it.
    """
    allowed = dict(rule.limits)

    def check(file: _File) -> str | None:
        before, now = file.previous, file.counts.persons
        if before is None or file.confirmed or file.context.kind != "full":
            return None
        fall = before - now
        if fall > allowed.get("persons", fall) or fall > _exact(allowed["share"]) * before:
            return f"前回の{before:,}人から{now:,}人に減っています"
        return None

    return check


def _latest_flag(rule: FileRule, con: duckdb.DuckDBPyConnection) -> _Check:
    """Per person and measure the newest undeleted row, and only it, must carry the latest flag."""
    by = ", ".join(quoted(name) for name in rule.limit("by"))
    order, flag, deleted = (quoted(rule.limit(name)) for name in ("order", "flag", "deleted"))
    newest = f"{order} = max({order}) OVER (PARTITION BY delivery, {by})"
    wrong = dict(
        _fetch(
            con,
            f"SELECT delivery, count(*) FROM (SELECT delivery, {flag} AS flagged, {newest} AS newest FROM staged "
            f"WHERE NOT coalesce({deleted}, false)) WHERE flagged IS DISTINCT FROM newest GROUP BY 1",
        )
    )

    def check(file: _File) -> str | None:
        rows = wrong.get(file.delivery)
        return f"最新フラグと履歴番号の合わない行が{rows}行あります" if rows else None

    return check


# What a contract may name under implementation.check. A new check is code; a new rule that uses one is not.
FILE_CHECKS: dict[str, Callable[[FileRule, duckdb.DuckDBPyConnection], _Check]] = {
    "fallen": _fallen,
    "latest_flag": _latest_flag,
}


def _complete(
    broken: pa.Table, contract: Contract, context: Mapping[int, FileContext], refused: Mapping[int, Any]
) -> frozenset[int]:
    """Fulls in which every key could be read: only those may close what they lack (SOURCES)."""
    on_key = pa.array([r.id for r in row_rules(contract) if r.id.split(".")[0] in contract.key])
    unreadable = set(broken.filter(pc.is_in(broken["rule"], on_key))["delivery"].to_pylist())
    return frozenset(d for d, c in context.items() if c.kind == "full" and d not in refused and d not in unreadable)


def _rule_counts(broken: pa.Table, contract: Contract) -> dict[str, int]:
    counted = broken.group_by("rule").aggregate([("row", "count")])
    found = dict(zip(counted["rule"].to_pylist(), counted["row_count"].to_pylist(), strict=True))
    return {rule: found.get(rule, 0) for rule in [*(r.id for r in row_rules(contract)), KEY_CONFLICT]}
