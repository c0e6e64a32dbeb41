"""A throw-away PostgreSQL: a cluster of its own in a temporary folder, over a socket only, gone after the block."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = "nobody"
"""PostgreSQL refuses to run as root; as anybody else it runs as the one who asks for it."""
# Faster than a server that must survive a power cut: this one is thrown away.
_LOOSE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses=''"


def programs() -> Path:
    """Where initdb and pg_ctl are: on the path, or where Debian puts them."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


@contextmanager
def cluster() -> Iterator[dict[str, str]]:
    """Runs until the block ends; yields how to connect (host = the socket's folder, user, database)."""
    user = NOBODY if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="kizuki-pg-"))
    try:
        if user:
            shutil.chown(folder, user)
        data = str(folder / "data")

        def run(program: str, *arguments: str) -> None:
            command = [str(programs() / program), *arguments]
            subprocess.run(command, check=True, user=user, cwd=folder, capture_output=True, timeout=120)

        run("initdb", "-D", data, "-U", "kizuki", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        log = str(folder / "log")
        run("pg_ctl", "-D", data, "-l", log, "-w", "-o", f"{_LOOSE} -k {folder}", "start")
        try:
            yield {"host": str(folder), "user": "kizuki", "database": "postgres"}
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)
