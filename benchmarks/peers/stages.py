"""Seconds and CPU seconds by stage, of this process and of a PostgreSQL server that works for it (standard library
only: this file also runs inside the peer's environment).
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")


def server_cpu(postmaster: int | None) -> float:
    """CPU seconds so far of a server on this machine: the postmaster, its processes, and those that have ended."""
    if postmaster is None:
        return 0.0
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # After the name: state, parent, … 11–14 are user, system, and those of children that were waited for.
        if int(stat.parent.name) == postmaster:
            total += sum(int(field) for field in fields[11:15])
        elif int(fields[1]) == postmaster:
            total += sum(int(field) for field in fields[11:13])
    return total / _TICKS


class Stages:
    """What each stage took; a stage entered several times is added up."""

    def __init__(self, postmaster: int | None = None) -> None:
        self._postmaster = postmaster
        self.figures: dict[str, dict[str, float]] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the block."""
        begun, cpu = time.perf_counter(), self._cpu()
        try:
            yield
        finally:
            found = self.figures.setdefault(name, {"seconds": 0.0, "cpu_seconds": 0.0})
            found["seconds"] += time.perf_counter() - begun
            found["cpu_seconds"] += self._cpu() - cpu

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, measured under that name whenever it is called."""

        def measured(*args: Any, **kwargs: Any) -> Any:
            with self.stage(name):
                return function(*args, **kwargs)

        return measured

    def _cpu(self) -> float:
        return time.process_time() + server_cpu(self._postmaster)
