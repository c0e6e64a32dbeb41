"""Results as JSON: machine facts, growth between sizes, comparison with the result committed before."""

import importlib.metadata
import json
import math
import os
import platform
import subprocess
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "results"
ROOT = FOLDER.parents[1]
COMPARED = ("seconds", "cpu_seconds", "peak_mb")


def commit() -> str:
    """The commit that is measured."""
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    return said.stdout.strip()


def machine() -> dict[str, Any]:
    """What the figures were measured on, and with."""
    memory = Path("/proc/meminfo").read_text().split()[1]
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory) / 1024 / 1024),
        "memory_limit_gb": memory_limit(),
        "processor": model[0].split(":")[1].strip() if model else platform.machine(),
        "python": platform.python_version(),
        "duckdb": importlib.metadata.version("duckdb"),
        "pyarrow": importlib.metadata.version("pyarrow"),
        "commit": commit(),
        "measured_on": datetime.now(UTC).date().isoformat(),
    }


def memory_limit() -> float | None:
    """What the control group of this process may hold, its files in the cache counted; None = all there is."""
    groups = dict(line.split(":", 2)[1:] for line in Path("/proc/self/cgroup").read_text().splitlines())
    first, second = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    one = first / groups.get("memory", "").lstrip("/") / "memory.limit_in_bytes"
    two = second / groups.get("", "").lstrip("/") / "memory.max"
    said = next((path.read_text().strip() for path in (one, two) if path.exists()), "max")
    # The older kind says «none» by the largest number of pages.
    return None if said == "max" or int(said) >= 2**60 else round(int(said) / 1024**3, 1)


def growth(sizes: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Exponent of each phase between neighbouring sizes, of CPU seconds: 1 is linear, below is better."""
    ordered = sorted(sizes, key=int)
    found: dict[str, dict[str, float]] = {}
    for small, big in pairwise(ordered):
        for name, phase in sizes[big]["phases"].items():
            before = sizes[small]["phases"].get(name)
            if before:
                ratio = math.log(phase["cpu_seconds"] / before["cpu_seconds"]) / math.log(int(big) / int(small))
                found.setdefault(name, {})[f"{small} → {big}"] = round(ratio, 2)
    return found


def compare(new: dict[str, Any], old: dict[str, Any] | None) -> dict[str, dict[str, dict[str, float]]]:
    """New divided by old, by size and phase, where both have it."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for size, of in new["sizes"].items():
        before = (old or {"sizes": {}})["sizes"].get(size, {"phases": {}})["phases"]
        for name, phase in of["phases"].items():
            if name in before:
                ratios = {key: round(phase[key] / max(before[name][key], 0.01), 2) for key in COMPARED}
                found.setdefault(size, {})[name] = ratios
    return found


def committed(other_than: Path | None = None) -> list[Path]:
    """Results in the repository, oldest first (they are named by day and commit)."""
    found = sorted(FOLDER.glob("speed-*.json"), key=lambda path: (read(path)["written"], path.name))
    return [path for path in found if other_than is None or path.resolve() != other_than.resolve()]


def read(path: Path) -> dict[str, Any]:
    """One result."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def add(path: Path, households: int, measured: dict[str, Any]) -> dict[str, Any]:
    """Put a size into a result file (made when missing), with growth and comparison anew."""
    empty: dict[str, Any] = {"data": "架空データ", "months": 60, "sizes": {}}
    result = read(path) if path.exists() else empty
    result["written"] = datetime.now(UTC).isoformat(timespec="seconds")
    result["sizes"][str(households)] = {"machine": machine(), **measured}
    result["growth"] = growth(result["sizes"])
    before = committed(path)
    result["compared_with"] = before[-1].name if before else None
    result["compared"] = compare(result, read(before[-1]) if before else None)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return result
