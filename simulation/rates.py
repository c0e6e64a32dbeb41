"""The rates of the made-up city: data in rates.yaml, each with the day it holds from and its source."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

RATES_FILE = Path(__file__).with_name("rates.yaml")


@lru_cache(maxsize=1)
def _declared() -> dict[str, list[dict[str, Any]]]:
    with RATES_FILE.open(encoding="utf-8") as file:
        loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load(file)
    return loaded


@dataclass(frozen=True)
class Rates:
    """Rates as they hold on a day; a rate may change on a known date (a new collection policy)."""

    overrides: tuple[tuple[str, float], ...] = ()

    def at(self, name: str, day: dt.date) -> float:
        """The value of a rate on a day; before its first date the first value holds.

        Raises KeyError for a rate that is not declared.
        """
        for key, value in self.overrides:
            if key == name:
                return value
        entries = _declared()[name]
        known = [entry for entry in entries if entry["from"] <= day] or entries[:1]
        return float(known[-1]["value"])

    def __getitem__(self, name: str) -> float:
        """The first declared value, for rates that do not change."""
        return self.at(name, dt.date.min)

    def dates(self, name: str) -> list[dt.date]:
        """The days from which a new value holds."""
        return [entry["from"] for entry in _declared()[name]]

    @staticmethod
    def names() -> list[str]:
        """All declared rates."""
        return sorted(_declared())
