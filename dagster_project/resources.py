"""The home as a Dagster resource. Holds a path, opens a home; nothing personal passes through here."""

from pathlib import Path

import dagster as dg

from pipelines.home import Home, open_home


class HomeResource(dg.ConfigurableResource):
    """A home by its path, and optionally another config folder."""

    root: str
    config: str = ""

    def open(self) -> Home:
        """Open the home afresh, so that every step reads only what was published before it."""
        return open_home(Path(self.root), Path(self.config) if self.config else None)
