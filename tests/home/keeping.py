"""The session home kept for later test sessions, in pytest's cache, until something it is made from changes."""

import fcntl
import hashlib
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]


def kept(cache: Path, make: Callable[[Path], None], folder: Path, root: Path = ROOT) -> None:
    """Fill `folder` by `make`, or with what an earlier session kept in `cache` from the same software on the same day
    (UTC: the home holds the times at which it was made). Only the newest is kept. Both are whole copies: what a test
    might do to its files in place harms no later session.
    """
    copy = cache / made_from(root)
    with cache.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if copy.exists():
            shutil.copytree(copy, folder, symlinks=True)
            return
        make(folder)
        shutil.rmtree(cache)
        unfinished = cache / "unfinished"
        shutil.copytree(folder, unfinished, symlinks=True)
        unfinished.rename(copy)


def made_from(root: Path) -> str:
    """A digest of all that a session home depends on: the rooms, the config, tests/home, the lock, Python, the day."""
    digest = hashlib.sha256(f"{sys.version} {datetime.now(UTC).date()}".encode())
    for path in sorted(_sources(root)):
        digest.update(f"{path.relative_to(root).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    project = root / "pyproject.toml"
    yield project
    yield root / "requirements.lock"
    packages = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]["find"]["include"]
    for name in [*(package.rstrip("*") for package in packages), "config", "tests/home"]:
        yield from (path for path in (root / name).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
