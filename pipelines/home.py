"""An opened home: settings, store, catalog of sources, pseudonyms and engines in one hand, for the steps.

What must not go in here: what a step does.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data_contracts.catalog import Catalog, load_catalog
from data_contracts.contract import Contract, ContractError
from identity.pseudonyms import Pseudonymiser
from pipelines.engines import Engines
from pipelines.errors import GateClosed, WrongUse
from pipelines.ledger import Ledger
from pipelines.manifest import Manifest, code_digest
from pipelines.settings import Settings, load_settings
from pipelines.store import Store


@dataclass(frozen=True)
class Home:
    """What every step is handed."""

    settings: Settings
    store: Store
    catalog: Catalog
    names: Pseudonymiser
    engines: Engines

    @property
    def root(self) -> Path:
        """The folder of the home."""
        return self.settings.home

    def role(self, source: str) -> str:
        """What a source is for: frame, consents, protection, teams, slips, signal or outcomes."""
        return self._contract(source).role

    def basis(self, source: str) -> str | None:
        """The name that consents use for a source."""
        return self._contract(source).basis

    def _contract(self, source: str) -> Contract:
        """The newest contract; a source that was delivered before and is declared no more stops the run."""
        if source not in self.catalog.contracts:
            raise GateClosed("config", f"{source} is declared no more", f"put config/sources/{source} back")
        return self.catalog.contracts[source][-1]

    def with_role(self, role: str) -> list[str]:
        """Names of the sources with a role, sorted."""
        return [name for name in self.catalog.names if self.role(name) == role]

    @property
    def config(self) -> str:
        """Digest of the config folder, for manifests."""
        return self.settings.config_digest

    def continuing(self, step: str, left: str) -> Manifest | None:
        """The last publication of a step, if what it `left` can be gone on from: same code, same config, all there."""
        found = self.store.newest(step)
        same = found is not None and (found.code, found.config) == (code_digest(), self.config)
        return found if same and self.store.has(left) else None

    def ledger(self) -> Ledger:
        """The admission ledger as published."""
        return Ledger(self.root, self.store, self.catalog)


def open_home(root: Path, config: Path | None = None, engine: str = "duckdb") -> Home:
    """Open the home at `root`, to be worked on by `engine` (`engines.NAMES`).

    Raises WrongUse when it is none, GateClosed when its manifests do not hold together.
    """
    settings = load_settings(root.resolve(), config.resolve() if config else None)
    names = Pseudonymiser(settings.master_key)
    store = Store(settings.home, names.subkey("people at rest"), names.fingerprint)
    return Home(
        settings, store, _catalog(settings.config / "sources", settings.config_digest), names, Engines(engine, settings)
    )


@lru_cache(maxsize=8)
def _catalog(folder: Path, _digest: str) -> Catalog:
    """The catalog of a config folder, read once per content: a run opens its home many times."""
    return read_catalog(folder)


def read_catalog(folder: Path) -> Catalog:
    """The catalog of a config folder. Raises WrongUse, with file, place and remedy, for an unusable declaration."""
    try:
        return load_catalog(folder)
    except ContractError as error:
        raise WrongUse(str(error)) from None
