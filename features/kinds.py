"""What the kinds of episodes and the sources are called: read from where they are declared, config/sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data_contracts.catalog import load_catalog
from data_contracts.contract import Contract
from data_contracts.profile import Entry

FOLDER: Final = Path(__file__).parents[1] / "config" / "sources"


@dataclass(frozen=True)
class Kind:
    """One kind of episode: the basis it belongs to, its Japanese name, the unit of its quantity (null = none), its
    shape (row, pair, run or point)."""

    source: str
    label: str
    unit: str | None
    shape: str


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    """Every kind that the newest declarations can yield, by name."""
    found = {
        entry.kind: Kind(contract.basis, entry.label, entry.unit, entry.shape)
        for contract, entries in _declared()
        for entry in entries
        if contract.basis
    }
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def source_names() -> Mapping[str, str]:
    """Basis → the source's Japanese name, of the sources that yield episodes."""
    found = {contract.basis: contract.title for contract, entries in _declared() if contract.basis and entries}
    return MappingProxyType(found)


def _declared() -> list[tuple[Contract, tuple[Entry, ...]]]:
    """Every source's newest contract with the kinds it maps."""
    catalog = load_catalog(FOLDER)
    return [(catalog.contracts[name][-1], catalog.mappings[name][-1].entries) for name in catalog.names]
