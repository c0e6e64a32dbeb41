"""One command as a process of its own: seconds, memory and bytes, as the kernel counted them."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

KIZUKI = [sys.executable, "-m", "pipelines"]  # the checkout's own code
MB = 1024 * 1024


@dataclass(frozen=True)
class Usage:
    """What a process used. `read_mb`/`written_mb`: bytes through system calls, whether or not a disk saw them."""

    seconds: float
    cpu_seconds: float
    peak_mb: int
    read_mb: int
    written_mb: int
    started: float  # seconds since the epoch
    load_before: float  # of the machine, one minute's mean

    def figures(self) -> dict[str, Any]:
        """JSON-able, without the moment."""
        return {name: value for name, value in asdict(self).items() if name != "started"}


class Failed(Exception):
    """A command ended with another exit status than 0."""


def run(command: list[str]) -> tuple[Usage, str]:
    """Run a command to its end; its usage (with that of children it waited for) and its standard output.

    Raises Failed with the end of what it printed when it did not succeed.
    """
    load, started, begun = os.getloadavg()[0], time.time(), time.monotonic()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, but its counters are still there
        seconds = time.monotonic() - begun
        read, written = _bytes(child.pid)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode(errors="replace")
    if child.returncode != 0:
        raise Failed(f"{' '.join(command[1:])[:200]}: exit {child.returncode}\n{said[-2000:]}")
    cpu = used.ru_utime + used.ru_stime
    usage = Usage(
        round(seconds, 2), round(cpu, 2), round(used.ru_maxrss / 1024), read // MB, written // MB, started, load
    )
    return usage, said


def _bytes(pid: int) -> tuple[int, int]:
    counted = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
    return int(counted["rchar"]), int(counted["wchar"])


def kizuki(command: str, home: Path, *options: str) -> tuple[Usage, str]:
    """`kizuki COMMAND --home HOME …`, measured."""
    return run([*KIZUKI, command, "--home", str(home), *options])
