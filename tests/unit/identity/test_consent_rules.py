"""The numbers of consent.yaml, each with the day it holds from; one that cannot be stops everything with its remedy."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from identity.consent_rules import consent_eras

CONFIG = Path(__file__).parents[3] / "config"
OLD, CHANGE = date(2020, 1, 1), date(2026, 11, 9)


def written(tmp_path: Path, **numbers: list[dict[str, Any]]) -> Path:
    """The file that ships, with other numbers in it."""
    path = tmp_path / "consent.yaml"
    raw = yaml.safe_load((CONFIG / "consent.yaml").read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(raw | numbers, allow_unicode=True), encoding="utf-8")
    return path


def entries(**later: Any) -> dict[str, list[dict[str, Any]]]:
    """Two entries of a number: what holds first and what holds from CHANGE on."""
    return {name: [{"from": OLD, "value": a}, {"from": CHANGE, "value": b}] for name, (a, b) in later.items()}


def test_what_ships_is_one_era() -> None:
    [(first, rules)] = consent_eras(CONFIG / "consent.yaml", date(2026, 4, 1))
    assert first == date.min
    assert (rules.child_own_from, rules.guardian_until, rules.adult_from, rules.release) == (12, 16, 18, "confirmed")


def test_a_number_with_a_later_day_is_an_era_of_its_own_from_that_day(tmp_path: Path) -> None:
    path = written(tmp_path, **entries(child_own_from=(12, 15), release=("confirmed", "automatic")))
    [(_, only)] = consent_eras(path, date(2026, 11, 8))
    assert (only.child_own_from, only.release) == (12, "confirmed")
    (_, before), (since, after) = consent_eras(path, CHANGE)
    assert before == only
    assert (since, after.child_own_from, after.release) == (CHANGE, 15, "automatic")


def test_numbers_that_hold_from_a_later_day_only(tmp_path: Path) -> None:
    path = written(tmp_path, release=[{"from": CHANGE, "value": "automatic"}])
    with pytest.raises(ValueError, match="release"):
        consent_eras(path, date(2026, 11, 8))
    [(_, only)] = consent_eras(path, CHANGE)
    assert only.release == "automatic"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("release", [{"from": OLD, "value": "confirmd"}]),
        ("adult_from", [{"from": OLD, "value": "18"}]),
        ("adult_from", [{"from": "2020/01/01", "value": 18}]),
        ("adult_from", [{"from": OLD, "valu": 18}]),
        ("adult_from", []),
        ("guardian_until", 16),
        ("form_covers_months", [{"from": OLD, "value": {"v1": "12"}}]),
        ("tax_secrecy_sources", [{"from": OLD, "value": "tax"}]),
    ],
)
def test_a_number_that_cannot_be_is_named_with_its_remedy(tmp_path: Path, name: str, wrong: Any) -> None:
    """A mistyped release must not end anybody's protection."""
    with pytest.raises(ValueError, match=rf"consent.yaml, {name}: .* → "):
        consent_eras(written(tmp_path, **{name: wrong}), date(2026, 4, 1))
