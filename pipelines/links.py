"""Stable paths of a home: relative symlinks into generations, switched to what the manifests hold."""

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from pipelines import checked
from pipelines.draft import generation
from pipelines.layout import ZONES
from pipelines.manifest import Output


def switch(root: Path, held: Mapping[str, Output], paths: Sequence[str], point: Callable[[str], None]) -> None:
    """Let each of `paths` lead to the generation that is held; a reader sees the old one or the new one."""
    for path in paths:
        target = generation(root, held[path].gen, path)
        link = root / path
        relative = os.path.relpath(target, link.parent)
        if link.is_symlink() and os.readlink(link) == relative:  # noqa: PTH115 (Path.readlink is slower here)
            continue
        link.parent.mkdir(parents=True, exist_ok=True)
        temporary = link.with_name(f".{link.name}.new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(relative)
        temporary.rename(link)
        point("a link switched")


def drop(path: Path) -> None:
    """Remove a link or file, and the folders that it leaves empty."""
    checked.forget(path)
    path.unlink(missing_ok=True)
    folder = path.parent
    while folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def collect(root: Path, held: Mapping[str, Output], runs: Collection[str]) -> None:
    """Remove links, generations and run folders that no manifest needs."""
    kept = {generation(root, output.gen, path) for path, output in held.items()}
    for zone in ZONES:
        for link in _links(root / zone):
            if link.relative_to(root).as_posix() not in held:
                link.unlink()
        for file in [path for path in (root / zone / ".gen").rglob("*") if path.is_file() and path not in kept]:
            checked.forget(file)
            file.unlink()
        _drop_empty(root / zone)
    for run in (root / "runs").glob("[0-9]*"):
        if run.name not in runs:
            shutil.rmtree(run)


def _drop_empty(top: Path) -> None:
    for folder, _names, _files in os.walk(top, topdown=False):
        if not any(Path(folder).iterdir()):
            Path(folder).rmdir()


def _links(top: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(top):
        if ".gen" in names:
            names.remove(".gen")
        for name in [*files, *names]:
            path = Path(folder) / name
            if path.is_symlink():
                yield path
