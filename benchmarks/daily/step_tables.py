"""A page's tables of steps: seconds, the floor under them, and what limits each, as found with a profiler
(docs/developer.md «Profile»).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

_LIMITS: Final[dict[str, str]] = {
    "people-settled": "everybody's states, households, dwellings and permissions on each day, by sorting and joining; "
    "a third of it orders and writes the tables, one after the other",
    "people": "permissions and spine of those of whom something became known this month; of everybody on its first day",
    "purge": "two columns of every accepted log are read to find what may no longer be held; files that hold it anew",
    "hub": "a day: two columns of every log to find its keys, files in which something differs; a rebuild: the log in "
    "slices that fit in memory, beliefs merged by hashing, an HMAC (four SHA-256 blocks) for each episode",
    "features": "every fact within reach joined to its household by a text key; everybody's permissions (scope)",
    "weekly-list": "a draw (HMAC) and a place for every household; evidence of a few reads all facts within reach",
    "urgent": "who is in scope and may be met, for a handful of stops",
}


def step_tables(households: int, city: dict[str, Any]) -> Iterator[str]:
    """Markdown: a table for each command that the targets are about, of a measured city (benchmarks.daily.results)."""
    yield f"\n## Steps at {households:,} households, and the floor under them\n"
    yield (
        "Seconds from one publication to the next. Floor: reading all columns of the published files that the step "
        "read and writing the files that it wrote, with pyarrow, in the same run; ratio: seconds by the floor. A "
        "step that reads less than its whole inputs can stay below 1. A file that three steps read is counted three "
        "times.\n"
    )
    yield "![steps of the rebuild](speed-rebuild.svg)\n"
    yield "![steps of an ordinary Monday](speed-day.svg)\n"
    for name in ("intake", "rebuild", "ordinary day", "ordinary Monday", "quiet day"):
        yield f"### {name}\n"
        yield (
            "| step | seconds | of them publishing | floor: read + write | ratio "
            "| peak MB so far | written MB | what limits it |"
        )
        yield "|---|---|---|---|---|---|---|---|"
        steps = city["phases"][name]["steps"]
        for step in steps:
            if step["seconds"] >= 0.5:
                yield _step(step)
        yield _together(steps)
        yield ""


def _step(step: dict[str, Any]) -> str:
    floor = f"{step['floor_read']:.2f} + {step['floor_write']:.2f}"
    ratio = "" if step["ratio"] is None else f"{step['ratio']:.1f}"
    return (
        f"| {step['step']} | {step['seconds']:.1f} | {step['publishing']:.1f} | {floor} | {ratio} "
        f"| {step['peak_mb_so_far']:,} | {step['written_mb']:,.0f} | {_LIMITS.get(step['step'], '')} |"
    )


def _together(steps: Sequence[dict[str, Any]]) -> str:
    """All steps of a command, those too short for a line of their own as well: no target below its floor is met by the
    same bytes.
    """
    seconds, publishing, read, write, written = (
        sum(step[name] for step in steps)
        for name in ("seconds", "publishing", "floor_read", "floor_write", "written_mb")
    )
    ratio = f"{seconds / (read + write):.1f}" if read + write else ""
    floor = f"{read:.2f} + {write:.2f}"
    return f"| **all steps** | {seconds:.1f} | {publishing:.1f} | {floor} | {ratio} | | {written:,.0f} | |"
