"""How long the daily way takes: simulate a city, then time each command as its own process (`make bench`).

Prints and writes JSON with machine facts; nothing here is asserted. Issue 2 of 2 adds sizes, curves and comparison.
"""

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

FIRST, LAST, BEFORE = "2023-07-03", "2026-11-02", "2026-11-01"


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
        "measured_on": datetime.now(UTC).date().isoformat(),
    }


def timed(command: list[str]) -> dict[str, Any]:
    """Run a command; wall seconds, and peak memory of all children so far in MB."""
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": round(time.monotonic() - start, 2), "peak_mb_so_far": round(peak), "exit": done.returncode}


def kizuki(home: Path) -> Callable[..., dict[str, Any]]:
    """A runner of `kizuki COMMAND --home HOME …`."""
    program = str(Path(sys.executable).with_name("kizuki"))
    return lambda command, *options: timed([program, command, "--home", str(home), *options])


@click.command()
@click.option("--households", default=3000, show_default=True)
@click.option("--home", type=click.Path(path_type=Path), default=Path("demo-bench"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo-bench.json"), show_default=True)
def main(households: int, home: Path, out: Path) -> None:
    """Time simulate, intake in bulk, train, sign, screen, and a second screen of the same day (nothing to do)."""
    shutil.rmtree(home, ignore_errors=True)
    run = kizuki(home)
    size = ("--households", str(households), "--from", FIRST, "--to", LAST, "--seed", "1")
    steps = {"simulate": run("simulate", *size), "intake": run("intake", "--to", BEFORE)}
    steps["train"] = run("train", "--as-of", BEFORE)
    for key in sorted(Path(f"{home}.signers").glob("*.key")):
        run("sign", "--model", "newest", "--as", key.stem, "--key", str(key))
    steps["screen"] = run("screen", "--date", LAST)
    steps["screen again"] = run("screen", "--date", LAST)
    steps["verify"] = run("verify")
    result = {"households": households, "months": 40, "machine": machine(), "steps": steps, "data": "架空データ"}
    out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    click.echo(json.dumps(result, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
