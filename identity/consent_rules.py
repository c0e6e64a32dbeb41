"""The numbers of `config/consent.yaml`, each with the day it holds from: an age, a form, how a protection ends.

A number with a later day changes nothing before that day: what was permitted, and who was protected, on a day follows
the numbers of that day (promise 4), however late it is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from identity.protection import RELEASES, Release


@dataclass(frozen=True)
class ConsentRules:
    """Numbers of `config/consent.yaml` on a day.

    `form_covers_months`: how far before 取得日 a form reaches when 対象期間の始め is empty, by 様式版; None =
    everything; a form that is not listed covers what happens from 取得日 on. `tax_secrecy_sources`: under 地方税法22条.
    """

    child_own_from: int
    guardian_until: int
    adult_from: int
    release: Release
    form_covers_months: Mapping[str, int | None]
    tax_secrecy_sources: tuple[str, ...] = ("tax", "insurance")


Eras = Sequence[tuple[date, ConsentRules]]
"""Rules and the first day on which they hold, in order; the first ones hold on all days before the next."""

_NAMES: Final = tuple(field.name for field in fields(ConsentRules))


def consent_eras(path: Path, day: date) -> Eras:
    """The rules of `consent.yaml` that hold on `day`, and those that held before them.

    Raises ValueError naming a number that does not hold yet, or that cannot be one, and the remedy.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries = {name: _entries(name, raw.get(name) if isinstance(raw, dict) else None, day) for name in _NAMES}
    # Before all numbers hold there are no rules: the oldest ones reach back.
    begun = max(min(since for since, _ in found) for found in entries.values())
    turns = sorted({since for found in entries.values() for since, _ in found if since > begun})
    eras: list[tuple[date, ConsentRules]] = []
    for first, on in [(date.min, begun), *((turn, turn) for turn in turns)]:
        rules = ConsentRules(**{name: _held(found, on) for name, found in entries.items()})
        if not eras or eras[-1][1] != rules:
            eras.append((first, rules))
    return eras


def _entries(name: str, given: Any, day: date) -> list[tuple[date, Any]]:
    """First day and value of each entry that holds by `day`."""
    shaped = isinstance(given, list) and all(
        isinstance(entry, dict) and type(entry.get("from")) is date and "value" in entry for entry in given
    )
    if not shaped:
        raise ValueError(f"consent.yaml, {name}: no list of entries → write each as {{from: 2026-04-01, value: …}}")
    if any(not _CAN_BE[name](entry["value"]) for entry in given):
        raise ValueError(f"consent.yaml, {name}: a value is not {_MEANT[name]} → correct it; until then nothing runs")
    held = [(entry["from"], entry["value"]) for entry in given if entry["from"] <= day]
    if not held:
        raise ValueError(f"consent.yaml, {name}: no value that holds on {day} → add one with an earlier `from`")
    return held


def _held(entries: list[tuple[date, Any]], on: date) -> Any:
    value = max((entry for entry in entries if entry[0] <= on), key=lambda entry: entry[0])[1]
    return tuple(value) if isinstance(value, list) else value


def _age(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 120


def _forms(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(form, str) and (months is None or (type(months) is int and months >= 0))
        for form, months in value.items()
    )


def _sources(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(source, str) for source in value)


_CAN_BE: Final = {
    "child_own_from": _age,
    "guardian_until": _age,
    "adult_from": _age,
    "release": lambda value: value in RELEASES,
    "form_covers_months": _forms,
    "tax_secrecy_sources": _sources,
}
_MEANT: Final = {
    "child_own_from": "an age in years",
    "guardian_until": "an age in years",
    "adult_from": "an age in years",
    "release": f"one of {', '.join(RELEASES)}",
    "form_covers_months": "months (or null) by form",
    "tax_secrecy_sources": "a list of sources",
}
