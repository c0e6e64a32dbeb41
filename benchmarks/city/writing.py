"""Files in the inbox, and how many rows and bytes each source got."""

from collections import Counter
from pathlib import Path

import duckdb

from benchmarks.city.plan import Window


class Writer:
    """Writes deliveries below `home/inbox`; `rows` and `bytes` count them by source."""

    def __init__(self, home: Path, con: duckdb.DuckDBPyConnection) -> None:
        self.inbox, self.con = home / "inbox", con
        self.rows: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self.files: Counter[str] = Counter()

    def _path(self, source: str, folder: str, name: str) -> Path:
        path = self.inbox / source / folder
        path.mkdir(parents=True, exist_ok=True)
        return path / name

    def put(self, source: str, folder: str, name: str, content: bytes) -> None:
        """One file of ready bytes, with a header line."""
        self._path(source, folder, name).write_bytes(content)
        self._count(source, content.count(b"\n") - 1, len(content))

    def copy(self, source: str, window: Window, prefix: str, select: str, even_empty: bool = False) -> None:
        """One file from a query whose columns are the header; no file for no row, as offices do."""
        path = self._path(source, window.folder, f"{prefix}_{window.folder.replace('-', '')}.csv")
        found = self.con.execute(f"copy ({select}) to '{path}' (format csv, header)").fetchone()
        rows = int(found[0]) if found else 0
        if rows == 0 and not even_empty:
            path.unlink()
            return
        self._count(source, rows, path.stat().st_size)

    def _count(self, source: str, rows: int, size: int) -> None:
        self.rows[source] += rows
        self.bytes[source] += size
        self.files[source] += 1
