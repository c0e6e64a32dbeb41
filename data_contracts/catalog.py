"""All declared sources of a municipality, each in the version valid on a given day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Protocol, TypeVar

from data_contracts.contract import Contract
from data_contracts.contract_odcs import read_contract
from data_contracts.profile import EpisodeMapping, Profile, Source, read_episodes, read_profile


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


Version = TypeVar("Version", bound=_Dated)


class UnknownSource(KeyError):
    """No declaration: no contract, no reading (DESIGN §2)."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name)
        self.name, self.why = name, why

    def __str__(self) -> str:
        return f"{self.name}: {self.why} → add or correct config/sources/{self.name}/"


@dataclass(frozen=True)
class Catalog:
    """config/sources as loaded once. `digest` covers the bytes of every declaration."""

    contracts: dict[str, tuple[Contract, ...]]
    profiles: dict[str, tuple[Profile, ...]]
    mappings: dict[str, tuple[EpisodeMapping, ...]]
    digest: str
    _sources: dict[tuple[str, date, date, date], Source] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every declared source, in name order."""
        return tuple(sorted(self.contracts))

    def source(self, name: str, day: date) -> Source:
        """The three declarations of `name` valid on `day` (a file is judged by those of its folder day).

        Days with the same declarations get the same object, so callers may group deliveries by identity.
        """
        if name not in self.contracts:
            raise UnknownSource(name, "this source is not declared")
        contract, profile = _valid(name, self.contracts[name], day), _valid(name, self.profiles[name], day)
        mapping = _valid(name, self.mappings[name], day)
        version = (name, contract.valid_from, profile.valid_from, mapping.valid_from)
        if version not in self._sources:
            self._sources[version] = Source(name, contract, profile.for_contract(contract), mapping)
        return self._sources[version]

    def first_day(self, name: str) -> date:
        """The first day on which all three declarations of `name` are valid."""
        if name not in self.contracts:
            raise UnknownSource(name, "this source is not declared")
        kinds: tuple[tuple[_Dated, ...], ...] = (self.contracts[name], self.profiles[name], self.mappings[name])
        return max(min(v.valid_from for v in versions) for versions in kinds)


def load_catalog(folder: Path) -> Catalog:
    """Reads config/sources. Further versions are files like `profile.2026-04-01.yaml` beside the first.

    Raises ContractError (file, place, remedy) on the first declaration that is not usable.
    """
    contracts: dict[str, tuple[Contract, ...]] = {}
    profiles: dict[str, tuple[Profile, ...]] = {}
    mappings: dict[str, tuple[EpisodeMapping, ...]] = {}
    digest = hashlib.sha256()
    for home in sorted(p for p in folder.iterdir() if p.is_dir()):
        name = home.name
        contracts[name] = _versions(home, "contract", read_contract)
        profiles[name] = _versions(home, "profile", partial(read_profile, contracts=contracts[name]))
        mappings[name] = _versions(home, "episodes", read_episodes)
        for path in sorted(home.glob("*.yaml")):
            digest.update(f"{name}/{path.name}\0".encode() + path.read_bytes() + b"\0")
    return Catalog(contracts, profiles, mappings, digest.hexdigest())


def _versions(home: Path, stem: str, read: Callable[[Path], Version]) -> tuple[Version, ...]:
    paths = sorted(home.glob(f"{stem}*.yaml"))
    if not paths:
        raise UnknownSource(home.name, f"{stem} is missing")
    return tuple(sorted((read(path) for path in paths), key=lambda version: version.valid_from))


def _valid(name: str, versions: tuple[Version, ...], day: date) -> Version:
    valid = [version for version in versions if version.valid_from <= day]
    if not valid:
        raise UnknownSource(name, f"no declaration is valid on {day.isoformat()} yet")
    return valid[-1]
