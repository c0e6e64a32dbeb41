"""A contract as the office signed it, an ODCS v3.1 file (DESIGN §6), becomes a `Contract`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

import yaml
from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    ServiceLevelAgreementProperty,
)

from data_contracts.contract import (
    KINDS,
    Cadence,
    Column,
    ColumnType,
    Contract,
    ContractError,
    DriftRule,
    FileRule,
    Linking,
    Role,
    Rule,
    Safeguard,
)

# ODCS logical types that a delivered cell may have, and what the readers call them.
_TYPES: dict[str, ColumnType] = {
    "string": "text",
    "integer": "int",
    "date": "date",
    "boolean": "flag",
    "array": "list",
}
_ROLES = get_args(Role)
_LINKINGS = get_args(Linking)
# A row rule is stored as the query other ODCS tools can run; we need its predicate alone.
_ROW_QUERY = "SELECT COUNT(*) FROM {object} WHERE "
# Cells without an agreed length are cut off here: a 10 MB cell refuses its row (SOURCES «Bad input»).
DEFAULT_LENGTH = 200


def read_contract(path: Path) -> Contract:
    """Reads one ODCS file. Raises ContractError when a needed statement is missing or contradicts itself."""
    try:
        # Not `from_file`: it reads YAML in Python, which takes every command a second.
        odcs = OpenDataContractStandard(**yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
    except Exception as error:  # pydantic and YAML errors alike: name the file, keep the cause
        raise ContractError(path, f"not a readable ODCS contract ({error})", "correct the YAML") from error
    if not odcs.schema_ or len(odcs.schema_) != 1 or not odcs.schema_[0].properties:
        raise ContractError(path, "exactly one schema with properties is expected", "describe one file per contract")
    schema = odcs.schema_[0]
    said = _custom(odcs.customProperties)
    contract = Contract(
        name=path.parent.name,
        title=odcs.name or path.parent.name,
        version=odcs.version or "",
        description=(odcs.description.purpose if odcs.description else None) or "",
        role=_one_of(path, said, "role", _ROLES),
        basis=said.get("basis"),
        subject=_subject(path, said),
        columns=tuple(_column(path, p) for p in schema.properties or []),
        rules=tuple(_rule(path, q) for q in schema.quality or [] if q.type == "sql"),
        file_rules=tuple(_file_rule(path, q) for q in schema.quality or [] if q.type == "custom" and not _drifts(q)),
        default_kind=_one_of(path, said, "defaultKind", tuple(KINDS)),
        full_scope=tuple(said.get("fullScope") or ()),
        refuse_share=float(said.get("refuseShare", 0.02)),
        minimum_rows=int(said.get("minimumRows", 0)),
        fact_date=said.get("factDate"),
        confirmation=str(said.get("confirmation", "none")),
        safeguard=_safeguard(path, said),
        valid_from=_day(path, said),
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        drift=tuple(_drift_rule(path, q) for q in schema.quality or [] if _drifts(q)),
        cadence=_cadences(path, odcs.slaProperties or []),
        uncounted=tuple(said.get("uncountedWords") or ()),
    )
    _consistent(path, contract, schema)
    return contract


def _custom(properties: list[CustomProperty] | None) -> dict[str, Any]:
    return {p.property or "": p.value for p in properties or []}


def _one_of(path: Path, said: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> Any:
    value = said.get(name)
    if value not in allowed:
        raise ContractError(path, f"customProperties {name} is {value!r}", f"use one of {', '.join(allowed)}")
    return value


def _subject(path: Path, said: Mapping[str, Any]) -> dict[str, str]:
    subject = dict(said.get("subject") or {"by": "none"})
    _one_of(path, subject, "by", _LINKINGS)
    if subject.get("entity") == "dwelling" and subject["by"] != "kana_address":
        # Only of rows that are found by their address it is known which dwelling they are about.
        raise ContractError(path, "subject: a dwelling is found by its address", "use by: kana_address, or a person")
    return subject


def _safeguard(path: Path, said: Mapping[str, Any]) -> Safeguard | None:
    given = said.get("safeguard")
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != {"when", "only"}:
        raise ContractError(path, "customProperties safeguard", "give when and only, each an SQL condition")
    return Safeguard(str(given["when"]), str(given["only"]))


def _day(path: Path, said: Mapping[str, Any]) -> date:
    value = said.get("validFrom")
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ContractError(path, f"customProperties validFrom is {value!r}", "give a date like 2020-01-01") from error


def _column(path: Path, said: SchemaProperty) -> Column:
    options = said.logicalTypeOptions or {}
    if said.logicalType not in _TYPES or not said.name or not said.businessName:
        raise ContractError(path, f"column {said.name!r}", "give name, businessName and a known logicalType")
    kind = _TYPES[said.logicalType]
    listed = [q for q in said.quality or [] if q.type == "library" and q.metric == "invalidValues"]
    values = tuple(str(v) for q in listed for v in (q.arguments or {}).get("validValues", ()))
    pattern = options.get("pattern")
    bounded = bool(values or pattern) or kind not in ("text", "list")
    return Column(
        name=said.name,
        header=said.businessName,
        type=kind,
        description=said.description or "",
        required=bool(said.required),
        key_position=(said.primaryKeyPosition or 1) if said.primaryKey else None,
        pattern=pattern.removeprefix("^").removesuffix("$") if pattern else None,
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        values=values,
        values_severity="warning" if any(q.severity == "warning" for q in listed) else "error",
        max_length=options.get("maxLength", None if bounded else DEFAULT_LENGTH),
        examples=tuple(str(e) for e in said.examples or [""]),
    )


def _rule(path: Path, said: DataQuality) -> Rule:
    query, custom = said.query or "", _custom(said.customProperties)
    if not said.id or not said.description or not query.startswith(_ROW_QUERY) or not custom.get("remedy"):
        raise ContractError(path, f"rule {said.id!r}", f"give id, description, remedy and a query «{_ROW_QUERY}…»")
    return Rule(
        id=said.id,
        sentence=said.description,
        predicate=query.removeprefix(_ROW_QUERY),
        remedy=custom["remedy"],
        severity="warning" if said.severity == "warning" else "error",
        example=tuple((k, str(v)) for k, v in (custom.get("example") or {}).items()),
    )


def _file_rule(path: Path, said: DataQuality) -> FileRule:
    given, custom = _implementation(said), _custom(said.customProperties)
    if not said.id or not said.description or "check" not in given or not custom.get("remedy"):
        raise ContractError(path, f"file rule {said.id!r}", "give id, description, remedy and implementation.check")
    limits = tuple((k, v) for k, v in given.items() if k != "check")
    return FileRule(said.id, given["check"], said.description, custom["remedy"], limits)


def _drifts(said: DataQuality) -> bool:
    return said.type == "custom" and _implementation(said).get("check") == "drift"


def _implementation(said: DataQuality) -> dict[str, Any]:
    return said.implementation if isinstance(said.implementation, dict) else {}


def _drift_rule(path: Path, said: DataQuality) -> DriftRule:
    given, custom = _implementation(said), _custom(said.customProperties)
    limits = {name: value for name, value in given.items() if name != "check"}
    try:
        rule = DriftRule(said.id or "", said.description or "", custom.get("remedy", ""), **limits)
    except TypeError as error:
        raise ContractError(
            path, f"drift rule {said.id!r}: {error}", "give of, last, least, seasons and a limit"
        ) from error
    if not (rule.id and rule.sentence and rule.remedy) or rule.of not in ("rows", "empty", "words", "within"):
        raise ContractError(
            path, f"drift rule {said.id!r}", "give id, description, remedy and of: rows, empty, words or within"
        )
    return rule


def _cadences(path: Path, said: list[ServiceLevelAgreementProperty]) -> dict[str, Cadence]:
    """SLA properties «latency»: after how many days without a file (or a full) its lack is pointed out."""
    found: dict[str, Cadence] = {}
    for one in said:
        kind = "full" if (one.element or "").endswith(".full") else "any"
        if one.property != "latency" or not isinstance(one.value, int) or one.unit != "d" or not one.description:
            raise ContractError(
                path, f"slaProperties {one.property!r}", "give latency, a number of days, unit d, description"
            )
        found[kind] = Cadence(one.description, one.value)
    return found


def _consistent(path: Path, contract: Contract, schema: SchemaObject) -> None:
    """Every column that another statement leans on must exist, and ids must be unique."""
    names = set(contract.names)
    leaned_on = set(contract.full_scope) | ({contract.fact_date} if contract.fact_date else set())
    leaned_on |= {v for k, v in contract.subject.items() if k not in ("by", "entity")}
    if missing := sorted(leaned_on - names):
        raise ContractError(path, f"columns {missing} are not declared", "declare them or correct the name")
    if len(names) != len(contract.columns):
        raise ContractError(path, "a column is declared twice", "keep one")
    ids = [q.id for q in schema.quality or []]
    if len(ids) != len(set(ids)):
        raise ContractError(path, "a rule id is used twice", "give each rule its own id")
    if not contract.key:
        raise ContractError(path, "no natural key", "mark its columns with primaryKey")
    if contract.role == "signal" and not (contract.basis and contract.fact_date):
        raise ContractError(path, "a signal needs basis and factDate", "add both to customProperties")
