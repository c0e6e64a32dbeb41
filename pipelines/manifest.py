"""Manifests: the committed truth about what the home holds (promises 6 and 7).

A manifest says what one publication read, with which config, code and model, and what it wrote or removed. Manifests
form a chain by sequence and parent digest; folding the chain gives every stable path and its digest. Seconds, memory
and the wall clock are kept beside, outside the digest: equal work gives equal manifests.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

ROOMS = (
    "dagster_project",
    "pipelines",
    "reports",
    "outreach",
    "models",
    "features",
    "identity",
    "data_contracts",
)


@dataclass(frozen=True)
class Output:
    """One written file: where its bytes are and what they are. `gen` is the run that wrote them."""

    sha256: str
    size: int
    gen: str


@dataclass(frozen=True)
class Manifest:
    """One publication. `inputs` maps stable paths (or named digests) to digests; `key` digests all that it read."""

    sequence: int
    run_id: str
    step: str
    day: str
    reason: str
    parent: str
    key: str
    inputs: dict[str, str]
    config: str
    code: str
    model: str | None
    outputs: dict[str, Output]
    removed: dict[str, str]
    rewritten: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical manifest."""
        return sha256(canonical(self.content()))

    def content(self) -> dict[str, Any]:
        """Everything inside the digest, JSON-able."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        plain["outputs"] = {path: vars(output) for path, output in sorted(self.outputs.items())}
        return plain

    def text(self, measured: dict[str, float]) -> str:
        """The file as written: content, its digest, and what was measured (outside the digest)."""
        return canonical({"manifest": self.content(), "digest": self.digest, "measured": measured}, indent=1)


def parse(text: str) -> Manifest:
    """Read a manifest file. Raises ValueError when its content does not have the digest it states."""
    document = json.loads(text)
    content = dict(document["manifest"])
    content["outputs"] = {path: Output(**output) for path, output in content["outputs"].items()}
    manifest = Manifest(**content)
    if manifest.digest != document["digest"]:
        message = f"runs/{manifest.run_id}/manifest.json: content and digest differ"
        raise ValueError(message)
    return manifest


def fold(chain: Iterable[Manifest], start: dict[str, Output] | None = None) -> dict[str, Output]:
    """What the home holds after `chain`, in order, on top of `start`: stable path → output."""
    held = dict(start or {})
    for manifest in chain:
        for path in manifest.removed:
            held.pop(path, None)
        held.update(manifest.outputs)
    return held


def canonical(value: Any, indent: int | None = None) -> str:
    """Canonical JSON: sorted keys, no NaN, UTF-8 as written."""
    separators = (",", ":") if indent is None else None
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=indent, separators=separators)


def sha256(data: str | bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def folder_digest(folder: Path, pattern: str) -> str:
    """Digest of the names and bytes of the files matching `pattern` below `folder`."""
    lines = [
        f"{path.relative_to(folder).as_posix()} {sha256(path.read_bytes())}" for path in sorted(folder.rglob(pattern))
    ]
    return sha256("\n".join(lines))


@cache
def code_digest() -> str:
    """Digest of the rooms' code, as it is installed."""
    root = Path(__file__).parents[1]
    return sha256("\n".join(folder_digest(root / room, "*.py") for room in ROOMS))
