"""An opened home: settings, store, catalog of sources and pseudonyms in one hand, for the steps.

What must not go in here: what a step does.
"""

from dataclasses import dataclass
from pathlib import Path

from data_contracts.catalog import Catalog, load_catalog
from identity.pseudonyms import Pseudonymiser
from pipelines.ledger import Ledger
from pipelines.settings import Settings, load_settings
from pipelines.store import Store


@dataclass(frozen=True)
class Home:
    """What every step is handed."""

    settings: Settings
    store: Store
    catalog: Catalog
    names: Pseudonymiser

    @property
    def root(self) -> Path:
        """The folder of the home."""
        return self.settings.home

    @property
    def config(self) -> str:
        """Digest of the config folder, for manifests."""
        return self.settings.config_digest

    def ledger(self) -> Ledger:
        """The admission ledger as published."""
        return Ledger(self.root, self.store, self.catalog)


def open_home(root: Path, config: Path | None = None) -> Home:
    """Open the home at `root`. Raises WrongUse when it is none, GateClosed when its manifests do not hold together."""
    settings = load_settings(root.resolve(), config.resolve() if config else None)
    names = Pseudonymiser(settings.master_key)
    return Home(settings, Store(settings.home, names.subkey("people at rest")), load_catalog(settings.config / "sources"), names)
