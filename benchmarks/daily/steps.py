"""What each step of a command did, from the manifests that it published."""

import json
from pathlib import Path
from typing import Any

MB = 1024 * 1024
# Steps of the same kind are added up: «intake-tax_bills» and «intake-residents» are both the intake.
GROUPS = {"sign": "sign"}


def newest(home: Path) -> int:
    """Sequence number of the last publication; 0 for none."""
    return max((int(path.name.split("-")[0]) for path in (home / "runs").glob("*-*")), default=0)


def steps_since(home: Path, sequence: int, started: float) -> list[dict[str, Any]]:
    """Publications after a sequence number, in order.

    `seconds` is the time since the publication before (for the first, since the command began), so that reading and
    judging outside the publication count too; `publishing` is what the manifest itself says.
    """
    found = []
    before = started
    for folder in sorted((home / "runs").glob("*-*")):
        if int(folder.name.split("-")[0]) <= sequence:
            continue
        file = folder / "manifest.json"
        document = json.loads(file.read_text())
        manifest, measured = document["manifest"], document["measured"]
        done = file.stat().st_mtime
        found.append(
            {
                "step": manifest["step"],
                "seconds": round(done - before, 2),
                "publishing": measured["seconds"],
                "peak_mb_so_far": round(measured["peak_mb"]),
                "written_mb": round(sum(output["size"] for output in manifest["outputs"].values()) / MB, 1),
                "read_mb": round(sum(_size(home, path) for path in manifest["inputs"]) / MB, 1),
                "outputs": sorted(manifest["outputs"]),
                "inputs": sorted(path for path in manifest["inputs"] if _size(home, path)),
            }
        )
        before = done
    return found


def _size(home: Path, path: str) -> int:
    file = home / path
    return file.stat().st_size if "/" in path and file.is_file() else 0
