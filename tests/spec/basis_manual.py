"""Drawn cases of the basis gate: what the ledger and the register say, and what may be used on which day.

Every case is a person of their own, so that all cases go through the gate in one call, as the city's people do.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import pyarrow as pa

from identity.consent_rules import ConsentRules
from identity.permissions import GATE, Gate, permissions, unfolded
from identity.register import Basis

RULES = ConsentRules(
    child_own_from=12,
    guardian_until=16,
    adult_from=18,
    release="confirmed",
    form_covers_months={"v1": 12, "whole": None},
)
MOTHER, FATHER = "mother", "father"
CONSENTS = pa.schema(
    [("consent_id", pa.string()), ("resident_id", pa.string()), ("given_by", pa.string()), ("capacity", pa.string())]
    + [("sources", pa.list_(pa.string())), ("purposes", pa.list_(pa.string())), ("basis", pa.string())]
    + [(name, pa.date32()) for name in ("covers_from", "given_on", "ends_on", "withdrawn_on")]
    + [("form_version", pa.string()), ("known_from", pa.date32()), ("known_until", pa.date32())]
)
BIRTHS = pa.schema(
    [("resident_id", pa.string()), ("birth_date", pa.date32()), ("from", pa.date32()), ("until", pa.date32())]
)
_COLUMN = {
    "id": "consent_id", "by": "given_by", "as": "capacity", "sources": "sources", "for": "purposes", "basis": "basis",
    "covers": "covers_from", "given": "given_on", "ends": "ends_on", "withdrawn": "withdrawn_on",
    "form": "form_version", "known": "known_from", "believed until": "known_until",
}  # fmt: skip
_DAYS = {"covers_from", "given_on", "ends_on", "withdrawn_on", "known_from", "known_until"}
_USUAL = {"sources": "tax", "for": "early_outreach", "basis": "consent", "given": "2025-04-01", "known": "2025-04-01"}


def entries(sources: str, kind: str, **other: object) -> list[Basis]:
    """Complete register entries, one for each source and for early_outreach and model_training."""
    usual: dict[str, object] = {
        "number": "R-1", "article": "69条2項", "reason": "架空", "extent": "架空", "recipient": "架空",
        "decision": "架空", "council_on": None, "valid_from": date(2020, 1, 1), "valid_to": None, "opinion": None,
        "scores": False,
    }  # fmt: skip
    told: list[dict[str, Any]] = [
        usual | other | {"source": source, "purpose": purpose, "kind": kind}
        for source in sources.split("+")
        for purpose in ("early_outreach", "model_training")
    ]
    return [Basis(**one) for one in told]


REGISTER = (
    *entries("tax+insurance+water+school", "consent"),
    *entries("housing", "consent", valid_from=date(2025, 6, 1), valid_to=date(2026, 3, 31)),
    *entries("tax", "internal_use", scores=True),
    *entries("insurance", "internal_use", scores=True, opinion="架空法務意見2024-1"),
    *entries("insurance", "provided_use", scores=True),
    *entries("water", "provided_use", scores=True),
    *entries("school", "provided_use", scores=True, opinion="架空法務意見2024-2"),
    *entries("water", "support_meeting", scores=True, opinion="架空法務意見2024-3"),
    *entries("welfare", "within_purpose", scores=True),
    *entries("water", "statutory", scores=False),
)
REGISTER_PAGE = """| 情報 | 根拠 | 有効 | 法務意見 | 得点に使える |
|---|---|---|---|---|
| tax, insurance, water, school | consent | 2020-01-01 から | – | はい |
| housing | consent | 2025-06-01 から 2026-03-31 まで | – | はい |
| tax | internal_use | 2020-01-01 から | なし | はい |
| insurance | internal_use | 2020-01-01 から | **あり** | はい |
| insurance | provided_use | 2020-01-01 から | なし | はい |
| water | provided_use | 2020-01-01 から | なし | はい |
| school | provided_use | 2020-01-01 から | あり | はい |
| water | support_meeting | 2020-01-01 から | あり | はい |
| welfare | within_purpose | 2020-01-01 から | なし | はい |
| water | statutory | 2020-01-01 から | なし | **いいえ** |

目的はどれも early_outreach と model_training です。"""


@dataclass(frozen=True)
class Case:
    """One rule, drawn. `ledger`: rows of the 同意台帳 of one person; `asked`: day, what may be used, from when on."""

    name: str
    rule: str
    birth: str
    ledger: str
    asked: str

    @property
    def born(self) -> list[dict[str, object]]:
        """`1980-04-01`, `不詳`, or `不詳 → 2012-05-01 (2026-01-10)`: corrected on that day."""
        before, _, after = self.birth.partition(" → ")
        if not after:
            return [self._birth(before, None, None)]
        corrected, day = after.rstrip(")").split(" (")
        turn = date.fromisoformat(day)
        return [self._birth(before, None, date.fromordinal(turn.toordinal() - 1)), self._birth(corrected, turn, None)]

    def _birth(self, text: str, since: date | None, until: date | None) -> dict[str, object]:
        birth = None if text == "不詳" else date.fromisoformat(text)
        return {"resident_id": self.name, "birth_date": birth, "from": since or date(2000, 1, 1), "until": until}

    @property
    def rows(self) -> list[dict[str, object]]:
        """The ledger as versions."""
        made = []
        for number, told in enumerate(drawn(self.ledger)):
            row: dict[str, object] = dict.fromkeys(CONSENTS.names)
            row |= {"consent_id": f"{self.name}/{number}", "resident_id": self.name}
            for name, text in (_USUAL | told).items():
                column = _COLUMN[name]
                row[column] = _value(column, text)
            made.append(row)
        return made

    @property
    def expected(self) -> list[tuple[date, str, str, str]]:
        """day, source, purpose, what comes out: `no`, or the day facts are covered from (`all` = everything)."""
        return [
            (date.fromisoformat(q["day"]), q.get("source", "tax"), q.get("for", "early_outreach"), q["may"])
            for q in drawn(self.asked)
        ]


def drawn(text: str) -> list[dict[str, str]]:
    """Rows of a drawn table; `-` is an empty cell."""
    header, *body = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(header, cells, strict=True)) for cells in body]


def _value(column: str, text: str) -> object:
    if text == "-":
        return None
    if column in _DAYS:
        return date.fromisoformat(text)
    return text.split("+") if column in ("sources", "purposes") else text


def tables(cases: list[Case]) -> tuple[pa.Table, pa.Table]:
    """Consent versions and birth dates of all cases."""
    consents = [row for case in cases for row in case.rows]
    births = [row for case in cases for row in case.born]
    return pa.Table.from_pylist(consents, schema=CONSENTS), pa.Table.from_pylist(births, schema=BIRTHS)


def rule_names(gate: Gate = GATE) -> list[str]:
    """The gate's rules by name, in the order in which they are asked."""
    return [name for field in fields(gate) for name in getattr(gate, field.name)]


def without(rule: str, gate: Gate = GATE) -> Gate:
    """The gate with one rule left out."""
    kept = {
        field.name: {name: sql for name, sql in getattr(gate, field.name).items() if name != rule}
        for field in fields(gate)
    }
    return replace(gate, **kept)


def answers(cases: list[Case], gate: Gate = GATE) -> dict[str, list[str]]:
    """What the gate says to every question of every case."""
    held: dict[tuple[str, str, str], list[dict[str, date | None]]] = {}
    for row in unfolded(permissions(*tables(cases), REGISTER, RULES, gate=gate)).to_pylist():
        held.setdefault((row["resident_id"], row["source"], row["purpose"]), []).append(row)
    return {
        case.name: [
            _answer(day, held.get((case.name, source, purpose), [])) for day, source, purpose, _ in case.expected
        ]
        for case in cases
    }


def _answer(day: date, stretches: list[dict[str, date | None]]) -> str:
    for row in stretches:
        since, until = row["from"], row["until"]
        assert since is not None
        if since <= day and (until is None or day <= until):
            return "all" if row["covers_from"] is None else str(row["covers_from"])
    return "no"
