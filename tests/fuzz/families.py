"""The register of mutations: what kind of thing each changes, and what must come of it when it is the only one."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any


class Outcome(Enum):
    """What must become of a delivery with this mutation alone."""

    SAME = "accepted, with the same content as the clean delivery"
    NOTICED = "refused, or accepted with at least one row refused or pointed out"
    REFUSED = "refused as a whole"
    ANY = "refused or accepted: no crash, a clear receipt"


@dataclass(frozen=True)
class Family:
    """One way to spoil a delivery. `change` takes the random numbers and what it changes, and returns the changed."""

    name: str
    outcome: Outcome
    change: Callable[[Random, Any], Any]


class Register:
    """Families of one kind (grids, texts, bytes or workbooks), in the order of their definition."""

    def __init__(self) -> None:
        self.families: list[Family] = []

    def add(self, outcome: Outcome) -> Callable[[Callable[[Random, Any], Any]], Callable[[Random, Any], Any]]:
        """Put a function into the register under its own name."""

        def register(change: Callable[[Random, Any], Any]) -> Callable[[Random, Any], Any]:
            self.families.append(Family(change.__name__.replace("_", " "), outcome, change))
            return change

        return register


def several(rng: Random, most: int) -> range:
    """How often a small change is made: mostly once."""
    return range(1 if rng.random() < 0.6 else rng.randint(1, most))
