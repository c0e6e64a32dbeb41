"""Copies of a home for tests that change it, and what two homes are compared by."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.accepted import versions
from pipelines.home import Home, open_home

RANDOM = ("audit/", "restricted/people/audit_handles")
"""What is random on purpose: the handles that stand for people in the audit trail."""


def copied(home: Path, to: Path) -> Path:
    """A copy by hard links of a home with its key and its signers' keys. Nothing writes into a file of a home in place,
    except Dagster into its own records and the home's lock, which are left out.
    """
    to.mkdir(parents=True)
    while not _linked(home, to / home.name):
        shutil.rmtree(to / home.name)
    for beside in (f"{home.name}.key", f"{home.name}.signers"):
        source = home.parent / beside
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, to / beside)
    return to / home.name


def _linked(home: Path, to: Path) -> bool:
    """Whether all of a home could be copied between two of its publications: a test in another process may read the
    session home meanwhile, which leaves an entry in its audit trail and a new file of handles in place of the old one.
    """
    before = sorted(home.glob("runs/*/manifest.json"))
    try:
        shutil.copytree(home, to, symlinks=True, copy_function=os.link, ignore=_own_records)
    except shutil.Error:
        if before == sorted(home.glob("runs/*/manifest.json")):
            raise
        return False
    return before == sorted(home.glob("runs/*/manifest.json"))


def _own_records(folder: str, names: list[str]) -> set[str]:
    inside_home = (Path(folder) / "settings.yaml").exists()
    return {name for name in names if inside_home and name in ("dagster", ".lock")}


def held(home: Home, *, without: tuple[str, ...] = RANDOM) -> dict[str, str]:
    """Stable path → digest of everything that is published."""
    return {path: output.sha256 for path, output in home.store.held.items() if not path.startswith(without)}


def opened(root: Path, config: Path | None = None) -> Home:
    """A home, opened afresh."""
    return open_home(root, config)


def different_versions(one: Home, other: Home) -> list[str]:
    """Sources whose accepted logs differ in anything but the numbers of files and rows."""
    return [name for name in one.catalog.names if _comparable(one, name) != _comparable(other, name)]


def _comparable(home: Home, name: str) -> pa.Table | None:
    log = versions(home, name)
    if log is None:
        return None
    columns = sorted(c for c in log.column_names if c not in ("row", "delivery"))
    plain = [c for c in columns if not pa.types.is_nested(log.schema.field(c).type)]
    return log.select(columns).sort_by([(c, "ascending") for c in plain])


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Names that only one side has, or whose values differ."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def physical(root: Path, *, without: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every real file below `root`, the hidden generations included; links are names of these."""
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root).as_posix()
        if path.is_file() and not path.is_symlink() and not inside.startswith(without):
            yield path
