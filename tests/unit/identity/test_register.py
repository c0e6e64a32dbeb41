"""The register that ships is lawful, and an entry that cannot be stops everything with its remedy."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from identity.register import KINDS, load_register, register_table, uses

CONFIG = Path(__file__).parents[3] / "config"
ENTRY: dict[str, Any] = {
    "number": "R-1", "source": "water", "purpose": "early_outreach", "kind": "provided_use", "article": "69条2項3号",
    "reason": "架空", "extent": "架空", "recipient": "架空", "decision": "架空", "council_on": date(2026, 3, 1),
    "valid_from": date(2026, 4, 1), "valid_to": None, "opinion": None, "scores": False,
}  # fmt: skip


def written(tmp_path: Path, *entries: dict[str, Any]) -> Path:
    path = tmp_path / "legal_bases.yaml"
    path.write_text(yaml.safe_dump({"bases": list(entries)}, allow_unicode=True), encoding="utf-8")
    return path


def test_what_ships() -> None:
    register = load_register(CONFIG / "legal_bases.yaml")
    assert {basis.kind for basis in register} <= set(KINDS)
    assert {basis.kind for basis in register if basis.scores} == {"consent"}
    assert [basis.number for basis in uses(register, "community", "human_slip")] == ["R-2020-007"]
    assert [basis.scores for basis in uses(register, "welfare", "safeguard")] == [False]
    assert uses(register, "welfare", "early_outreach") == ()  # what consent allows is asked of the consent ledger


def test_lists_and_stars(tmp_path: Path) -> None:
    entry = {**ENTRY, "source": "water|housing", "kind": "consent", "purpose": "*"}
    table = register_table(load_register(written(tmp_path, entry))).to_pylist()
    assert [(row["source"], row["purpose"]) for row in table] == [("water", "*"), ("housing", "*")]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"reason": ""}, "reason"),
        ({"kind": "legitimate_interest"}, "kind"),
        ({"valid_from": "令和8年"}, "days"),
        ({"valid_to": date(2025, 4, 1)}, "before"),
        ({"scores": "yes"}, "scores"),
        ({"source": "*"}, "only consent"),
        ({"purpose": "*"}, "only consent"),
        ({"kind": "support_meeting", "scores": True}, "support meeting"),
    ],
)
def test_an_entry_that_cannot_be(tmp_path: Path, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        load_register(written(tmp_path, {**ENTRY, **wrong}))
    assert "R-1" in str(raised.value)
    assert "→" in str(raised.value)


def test_a_number_used_twice_and_a_field_left_out(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="twice"):
        load_register(written(tmp_path, ENTRY, ENTRY))
    with pytest.raises(ValueError, match="extent"):
        load_register(written(tmp_path, {name: value for name, value in ENTRY.items() if name != "extent"}))
