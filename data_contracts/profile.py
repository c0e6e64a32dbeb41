"""What a source's files look like, and what in them becomes an episode: the two other declarations of a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import yaml

from data_contracts.contract import Contract, ContractError

Shape = Literal["row", "pair", "run", "point"]
_SHAPES = ("row", "pair", "run", "point")
_NEEDS: dict[str, tuple[str, ...]] = {
    "row": ("when", "began_on"),
    "point": ("when", "began_on"),
    "pair": ("start", "end", "on", "by"),
    "run": ("when", "month", "by", "step_months"),
}
_PRECISIONS = ("day", "batch", "unknown")


class _Loader(yaml.CSafeLoader):
    """YAML 1.1 reads `on`, `off`, `yes` and `no` as booleans; here `on` is a statement, so only true and false are."""


_Loader.yaml_implicit_resolvers = {
    char: [(tag, expr) for tag, expr in resolvers if tag != "tag:yaml.org,2002:bool" or char in "tTfF"]
    for char, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Profile:
    """How one office writes its file. `encoding` None = detected; `headers` gives every spelling a column may have.

    `value_map[column]` replaces a whole cell before it is parsed; its key "" stands for an empty cell.
    `widths` (fixed width only) are bytes per column in file order. `labels` say in words what a mapped code means here.
    """

    kind: Literal["csv", "xlsx", "fixed"]
    encoding: str | None
    headers: Mapping[str, tuple[str, ...]]
    full_glob: str | None
    delta_glob: str | None
    delete_column: str | None
    delete_values: tuple[str, ...]
    value_map: Mapping[str, Mapping[str, str]]
    skip_rows: int
    delimiter: str
    sheet: str | None
    widths: tuple[tuple[str, int], ...]
    labels: Mapping[str, str]
    valid_from: date

    def for_contract(self, contract: Contract) -> Profile:
        """The same profile with every spelling that each column of this contract version may have as its header."""
        spelt = {c.name: (c.header, c.name, *self.headers.get(c.name, ())) for c in contract.columns}
        return replace(self, headers={name: tuple(dict.fromkeys(headers)) for name, headers in spelt.items()})

    def kinds_said(self, filename: str) -> list[str]:
        """`full` and `delta`, as far as a file's name says them (profile globs), in small letters or capitals."""
        globs = {"full": self.full_glob, "delta": self.delta_glob}
        return [kind for kind, glob in globs.items() if glob and fnmatchcase(filename.lower(), glob.lower())]

    def kind_of(self, filename: str, default: str) -> str:
        """The kind that a file's name says, otherwise the contract's default; of two, reading refuses the file."""
        return next(iter(self.kinds_said(filename)), default)


@dataclass(frozen=True)
class Entry:
    """One kind of episode. Every expression is DuckDB SQL over the contract's columns, `known_from` and derived ones.

    row/point: `when`, `began_on`, `ended_on` (inclusive; a point ends on its own day). pair: `start`, `end` predicates,
    `on` date, `by` columns. run: `when`, `month` (first of month), `by`, `step_months`. `precision` is SQL, too.
    `routine`: an everyday fact with an end (a bill, a payment), kept only as long as some feature looks back.
    """

    kind: str
    shape: Shape
    label: str
    unit: str | None = None
    when: str = "true"
    began_on: str | None = None
    ended_on: str | None = None
    quantity: str | None = None
    precision: str = "'day'"
    start: str | None = None
    end: str | None = None
    on: str | None = None
    month: str | None = None
    by: tuple[str, ...] = ()
    step_months: int = 1
    routine: bool = False


@dataclass(frozen=True)
class FirstKnown:
    """The day on which a person's row under its key first met `when` (SQL), as it was known by the version that asks:
    null in versions from before. For states that are delivered without a day.
    """

    when: str


@dataclass(frozen=True)
class EpisodeMapping:
    """`derive`: name → SQL over one version, or FirstKnown over all versions of its key, computed in order as columns;
    `entries`: the kinds.
    """

    derive: Mapping[str, str | FirstKnown]
    entries: tuple[Entry, ...]
    valid_from: date


@dataclass(frozen=True)
class Source:
    """The three declarations of one source, each in the version valid on one day."""

    name: str
    contract: Contract
    profile: Profile
    episodes: EpisodeMapping = field(repr=False)


def read_profile(path: Path, contracts: tuple[Contract, ...]) -> Profile:
    """Reads profile.yaml. Its `headers` are additions: `for_contract` joins them with the contract's own spellings."""
    said = _mapping(path)
    known = {
        "valid_from", "kind", "encoding", "headers", "full_glob", "delta_glob", "delete_column", "delete_values",
        "value_map", "skip_rows", "delimiter", "sheet", "widths", "labels",
    }  # fmt: skip
    _only(path, said, known)
    extra: dict[str, list[str]] = said.get("headers") or {}
    value_map: dict[str, dict[Any, Any]] = said.get("value_map") or {}
    widths: dict[str, int] = said.get("widths") or {}
    unknown = (set(extra) | set(value_map) | set(widths)) - {name for c in contracts for name in c.names}
    if unknown:
        raise ContractError(path, f"columns {sorted(unknown)} are not in the contract", "correct the name")
    if said.get("kind", "csv") not in ("csv", "xlsx", "fixed"):
        raise ContractError(path, f"kind is {said['kind']!r}", "use csv, xlsx or fixed")
    return Profile(
        kind=said.get("kind", "csv"),
        encoding=said.get("encoding"),
        headers={c: tuple(str(h) for h in headers) for c, headers in extra.items()},
        full_glob=said.get("full_glob"),
        delta_glob=said.get("delta_glob"),
        delete_column=said.get("delete_column"),
        delete_values=tuple(str(v) for v in said.get("delete_values") or ("1",)),
        value_map={c: {str(k): str(v) for k, v in m.items()} for c, m in value_map.items()},
        skip_rows=int(said.get("skip_rows", 0)),
        delimiter=str(said.get("delimiter", ",")),
        sheet=said.get("sheet"),
        widths=tuple((str(c), int(n)) for c, n in widths.items()),
        labels={str(k): str(v) for k, v in (said.get("labels") or {}).items()},
        valid_from=_valid_from(path, said),
    )


def read_episodes(path: Path) -> EpisodeMapping:
    """Reads episodes.yaml; each entry must hold what its shape needs, a Japanese label and a kind of its own."""
    said = _mapping(path)
    _only(path, said, {"valid_from", "derive", "entries"})
    entries = tuple(_entry(path, e) for e in said.get("entries") or [])
    kinds = [e.kind for e in entries]
    if len(kinds) != len(set(kinds)):
        raise ContractError(path, "a kind is declared twice", "merge the two entries")
    derive = {str(k): _derived(path, k, v) for k, v in (said.get("derive") or {}).items()}
    return EpisodeMapping(derive, entries, _valid_from(path, said))


def _derived(path: Path, name: str, said: Any) -> str | FirstKnown:
    if not isinstance(said, dict):
        return str(said)
    if list(said) != ["first_known"]:
        raise ContractError(path, f"derive {name}: {sorted(map(str, said))}", "give SQL, or first_known: and SQL")
    when = said["first_known"]
    return FirstKnown("true" if when is True else str(when))


def _entry(path: Path, said: dict[str, Any]) -> Entry:
    kind, shape = said.get("kind"), said.get("shape")
    if not kind or shape not in _SHAPES or not said.get("label"):
        raise ContractError(path, f"entry {kind!r}", "give kind, label and a shape: row, pair, run or point")
    _only(path, said, set(Entry.__dataclass_fields__))
    if missing := [n for n in _NEEDS[shape] if not said.get(n)]:
        raise ContractError(path, f"entry {kind}: {missing} missing", f"a {shape} needs {', '.join(_NEEDS[shape])}")
    given = {k: v for k, v in said.items() if v is not None}
    given["by"] = tuple(given.get("by", ()))
    if given.get("precision") in _PRECISIONS:
        given["precision"] = f"'{given['precision']}'"
    return Entry(**given)


def _mapping(path: Path) -> dict[str, Any]:
    try:
        said = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except yaml.YAMLError as error:
        raise ContractError(path, "not readable as YAML", "correct the indentation or quoting") from error
    if not isinstance(said, dict):
        raise ContractError(path, "empty or not a mapping", "start from another source's file")
    return said


def _only(path: Path, said: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(map(str, said)) - known):
        raise ContractError(path, f"unknown statements {unknown}", f"known are {', '.join(sorted(known))}")


def _valid_from(path: Path, said: Mapping[str, Any]) -> date:
    value = said.get("valid_from")
    if not isinstance(value, date):
        raise ContractError(path, f"valid_from is {value!r}", "give a date like 2020-01-01")
    return value
