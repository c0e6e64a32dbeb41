"""The PostgreSQL that triage works in: the caller's, or a throw-away cluster of this machine's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.postgres import cluster

# In its favour: more memory for sorts than a new cluster grants (4 MB), and no compiling of short queries.
_OPTIONS = "options=-c%20work_mem%3D256MB%20-c%20jit%3Doff"


@contextmanager
def database(url: str | None) -> Iterator[tuple[str, int | None]]:
    """A URL to connect to, and the process id of the server when it runs here.

    The throw-away cluster does not write through to disk (fsync off), which makes it faster than one that must last.
    """
    if url is not None:
        yield url, None
        return
    with cluster() as where:
        pid = int((Path(where["host"]) / "data" / "postmaster.pid").read_text().splitlines()[0])
        yield f"postgresql://{where['user']}@/{where['database']}?host={where['host']}&{_OPTIONS}", pid
