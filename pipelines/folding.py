"""What a home holds, folded from the chain of its manifests, without reading thousands of them again.

The manifests alone are the truth. Beside them lies a checkpoint: what was held after some run. It is written now and
then, can be deleted at any time, and is believed only if its own digest and that of the run it names are right;
`kizuki verify` folds the whole chain anew and compares.
"""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.errors import GateClosed
from pipelines.manifest import Manifest, Output, canonical, fold, parse, sha256

CHECKPOINT = "checkpoint.json"
EVERY = 100
"""Runs between two checkpoints."""


@dataclass
class Folded:
    """The committed runs in order, what they add up to, the digest of the last, how many the checkpoint covers, and the
    first run, if any, that does not follow the one before it.
    """

    runs: list[str] = field(default_factory=list)
    held: dict[str, Output] = field(default_factory=dict)
    head: str = ""
    covered: int = 0
    gap: str = ""

    def add(self, manifest: Manifest) -> None:
        """One more committed run."""
        if (manifest.sequence, manifest.parent) != (len(self.runs) + 1, self.head):
            self.gap = self.gap or manifest.run_id
        self.held = fold([manifest], self.held)
        self.runs.append(manifest.run_id)
        self.head = manifest.digest


def read_manifest(root: Path, run: str) -> Manifest:
    """The manifest of a committed run. Raises GateClosed when its content does not have the digest it states."""
    path = root / "runs" / run / "manifest.json"
    try:
        return _parsed(path, _touched(path))
    except (ValueError, KeyError, TypeError):
        what = f"runs/{run}/manifest.json is damaged"
        raise GateClosed("publication", what, "restore it from a backup, then run kizuki verify") from None


@lru_cache(maxsize=512)
def _parsed(path: Path, _touched: tuple[int, int, int]) -> Manifest:
    """A manifest's checked content, read once per process and file: a run opens its home many times."""
    return parse(path.read_text(encoding="utf-8"))


def _touched(path: Path) -> tuple[int, int, int]:
    """What changes when a file is written anew."""
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def folded(root: Path) -> Folded:
    """Fold the chain, from the checkpoint on where there is one."""
    names = sorted(folder.name for folder in (root / "runs").glob("[0-9]*"))
    made = _from_checkpoint(root, names) or Folded()
    for name in names[len(made.runs) :]:
        if (root / "runs" / name / "manifest.json").exists():
            made.add(read_manifest(root, name))
    return made


def write_checkpoint(root: Path, made: Folded) -> None:
    """Write a checkpoint when the last one is long ago: its digest in the first line, then what was held."""
    if len(made.runs) - made.covered < EVERY:
        return
    held = {name: vars(output) for name, output in sorted(made.held.items())}
    body = canonical({"runs": len(made.runs), "last": made.runs[-1], "head": made.head, "held": held})
    path = root / "runs" / CHECKPOINT
    temporary = path.with_name(f".{CHECKPOINT}.new")
    temporary.write_text(f"{sha256(body)}\n{body}")
    temporary.rename(path)
    made.covered = len(made.runs)


def checkpoint_differs(root: Path, chain: tuple[Manifest, ...]) -> bool:
    """Whether there is a checkpoint that is not what the manifests up to its run add up to."""
    if not (root / "runs" / CHECKPOINT).exists():
        return False
    made = _from_checkpoint(root, [manifest.run_id for manifest in chain])
    return made is None or fold(chain[: len(made.runs)]) != made.held


def _from_checkpoint(root: Path, names: list[str]) -> Folded | None:
    """What the checkpoint says, if it is whole and its run is one of `names`."""
    try:
        path = root / "runs" / CHECKPOINT
        content = _content(path, _touched(path))
        count = content["runs"]
        if names[count - 1] != content["last"] or read_manifest(root, content["last"]).digest != content["head"]:
            return None
    except (OSError, ValueError, KeyError, IndexError, GateClosed):
        return None
    return Folded(names[:count], dict(content["held"]), content["head"], count)


@lru_cache(maxsize=4)
def _content(path: Path, _touched: tuple[int, int, int]) -> dict[str, Any]:
    """The checked content of a checkpoint, read once per process and file."""
    digest, _, body = path.read_text().partition("\n")
    if sha256(body) != digest:
        raise ValueError(f"{path.name}: content and digest differ")
    content: dict[str, Any] = json.loads(body)
    content["held"] = {name: Output(**output) for name, output in content["held"].items()}
    return content
