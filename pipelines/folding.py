"""What a home holds, folded from the chain of its manifests, without reading thousands of them again.

The manifests alone are the truth. Beside them lies a checkpoint: what was held after some run. It is written now and
then, can be deleted at any time, and is believed only if its own digest and that of the run it names are right;
`kizuki verify` folds the whole chain anew and compares.
"""

import json
from dataclasses import dataclass, field
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
    try:
        return parse((root / "runs" / run / "manifest.json").read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError):
        what = f"runs/{run}/manifest.json is damaged"
        raise GateClosed("publication", what, "restore it from a backup, then run kizuki verify") from None


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
        content = _content(root / "runs" / CHECKPOINT)
        count = content["runs"]
        if names[count - 1] != content["last"] or read_manifest(root, content["last"]).digest != content["head"]:
            return None
    except (OSError, ValueError, KeyError, IndexError, GateClosed):
        return None
    return Folded(names[:count], dict(content["held"]), content["head"], count)


def _content(path: Path) -> dict[str, Any]:
    """The checked content of a checkpoint, read once per process: a run opens its home many times."""
    stat = path.stat()
    touched = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    known = _read.get(path)
    if known is None or known[0] != touched:
        digest, _, body = path.read_text().partition("\n")
        if sha256(body) != digest:
            raise ValueError(f"{path.name}: content and digest differ")
        content = json.loads(body)
        content["held"] = {name: Output(**output) for name, output in content["held"].items()}
        known = _read[path] = (touched, content)
    return known[1]


_read: dict[Path, tuple[tuple[int, int, int], dict[str, Any]]] = {}
