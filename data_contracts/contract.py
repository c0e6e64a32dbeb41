"""The contract of a source: what an office and we agreed a delivery holds (DESIGN §6); read by contract_odcs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

ColumnType = Literal["text", "int", "date", "flag", "list"]
Role = Literal["frame", "consents", "protection", "teams", "slips", "signal", "outcomes"]
Linking = Literal[
    "resident_id", "kana_address", "resident_id_or_kana_address", "kana_birth_or_address", "household_key", "none"
]
Severity = Literal["error", "warning"]
KINDS: Final = {"full": "全件", "delta": "差分"}
"""What a file may be: everything, or what changed; as offices call it."""


class ContractError(ValueError):
    """A declaration in config/sources is not usable; names file, place and remedy."""

    def __init__(self, path: Path, what: str, remedy: str) -> None:
        super().__init__(f"{path.parent.name}/{path.name}: {what} → {remedy}")


@dataclass(frozen=True)
class Column:
    """One agreed column: canonical name, the office's header, type and value limits."""

    name: str
    header: str
    type: ColumnType
    description: str
    required: bool = False
    key_position: int | None = None
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    values: tuple[str, ...] = ()
    values_severity: Severity = "error"
    max_length: int | None = None
    examples: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Rule:
    """A row rule: `predicate` is DuckDB SQL over typed columns `c` and raw columns `c__raw`, TRUE when broken."""

    id: str
    sentence: str
    predicate: str
    remedy: str
    severity: Severity = "error"
    # Cells that break this rule when put into a clean row: the canary and the contract page show them.
    example: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FileRule:
    """A rule on a whole file; `check` is one of judging.FILE_CHECKS, `limits` its declared numbers."""

    id: str
    check: str
    sentence: str
    remedy: str
    limits: tuple[tuple[str, Any], ...] = ()

    def limit(self, name: str) -> Any:
        """The declared value called `name` (KeyError when the contract forgot it)."""
        return dict(self.limits)[name]


@dataclass(frozen=True)
class DriftRule:
    """How far a delivery may differ from the last ones before it is pointed out (data_contracts/drift.py).

    `of`: rows, empty (share of empty cells by column), words (share of each word of a coded column) or within (rows of
    a full by what it is complete within, beside the last full that names it). `last` deliveries are compared, at least
    `least`; `times`: rows may be so many times fewer or more; `points`: a share may leave its range by so many
    percentage points, rows within may be so many percent fewer; `seasons`: the same weeks of the last two years count,
    too, and nothing is said before they were seen; `together`: deliveries whose rows are added up, by kind.
    """

    id: str
    sentence: str
    remedy: str
    of: Literal["rows", "empty", "words", "within"]
    last: int
    least: int
    seasons: bool
    times: float = 1.0
    points: float = 0.0
    together: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cadence:
    """How often something is delivered: after `overdue` days without it is pointed out. By kind: any file, or fulls."""

    sentence: str
    overdue: int


@dataclass(frozen=True)
class Safeguard:
    """Rows of a signal that also serve a use that is not scoring and needs no consent (register, purpose safeguard).

    `when`: SQL over the typed columns, the rows that serve it; `only`: those of them that serve nothing else, so that
    not even consent makes them a signal.
    """

    when: str
    only: str


@dataclass(frozen=True)
class Contract:
    """A contract version. `subject` says how a row finds its person; `basis` is the name used in consents.sources."""

    name: str
    title: str
    version: str
    description: str
    role: Role
    basis: str | None
    subject: Mapping[str, str]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    file_rules: tuple[FileRule, ...]
    default_kind: Literal["full", "delta"]
    full_scope: tuple[str, ...]
    refuse_share: float
    minimum_rows: int
    fact_date: str | None
    confirmation: str
    safeguard: Safeguard | None
    valid_from: date
    digest: str
    drift: tuple[DriftRule, ...] = ()
    cadence: Mapping[str, Cadence] = field(default_factory=dict)
    uncounted: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """Natural key columns in their agreed order."""
        keyed = [(c.key_position, c.name) for c in self.columns if c.key_position is not None]
        return tuple(name for _, name in sorted(keyed))

    @property
    def names(self) -> tuple[str, ...]:
        """Canonical column names in file order."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError if the contract has none."""
        return {c.name: c for c in self.columns}[name]
