"""The home as a Dagster resource. Holds a path, opens a home; nothing personal passes through here."""

from pathlib import Path

import dagster as dg

from pipelines.home import Home, open_home


class HomeResource(dg.ConfigurableResource):
    """A home by its path, optionally another config folder, and the engine of its daily run."""

    root: str
    config: str = ""
    engine: str = "duckdb"

    def open(self) -> Home:
        """Open the home afresh, so that every step reads only what was published before it."""
        return open_home(Path(self.root), Path(self.config) if self.config else None)
