"""`docs/benchmarks/speed.md` and its drawings, printed from the newest committed result."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from benchmarks.daily import plots, results
from benchmarks.daily.results import committed, read
from benchmarks.daily.step_tables import step_tables

FOLDER = "docs/benchmarks"
WHOLE = 1_800_000
BUSY = 1.0  # load of the machine before a command begins above which it was shared
PHASES = {
    "intake": "`kizuki intake` of 59 months in bulk",
    "rebuild": "`kizuki screen` after a change of config or software: everything again from the accepted history",
    "ordinary day": "`kizuki screen` of the next day",
    "after a missed week": "`kizuki screen` eight days later: the days between are taken in as well",
    "ordinary Monday": "`kizuki screen` of a Monday: the week's list is made",
    "quiet day": "`kizuki screen` of a day on which only the protection file came",
    "same day again": "the same command again: nothing to do",
    "verify": "`kizuki verify`",
}


def speed_pages() -> dict[str, Callable[[], str]]:
    """Path → what prints it; nothing when no result is committed."""
    found = committed()
    if not found:
        return {}
    result = read(found[-1])
    phases = result["sizes"][_detailed(result)]["phases"]
    return {
        f"{FOLDER}/speed.md": lambda: "\n".join(_page(result, found[-1].name)) + "\n",
        f"{FOLDER}/speed-time.svg": lambda: plots.growth(result, "cpu_seconds", "CPU seconds"),
        f"{FOLDER}/speed-memory.svg": lambda: plots.growth(result, "peak_mb", "peak memory, MB", 8192),
        f"{FOLDER}/speed-rebuild.svg": lambda: plots.steps(phases["rebuild"]),
        f"{FOLDER}/speed-day.svg": lambda: plots.steps(phases["ordinary Monday"]),
    }


def _page(result: dict[str, Any], name: str) -> Iterator[str]:
    sizes = sorted(result["sizes"], key=int)
    yield "# Speed: the daily way, by the size of the city"
    yield f"""
Made-up deliveries (架空データ), measured on one machine, each command a process of its own. Printed by `make docs` from
[{name}](../../benchmarks/results/{name}); nothing here is asserted by a test.

## How to run it

```
make bench                                                         20,000 households
.venv/bin/python -m benchmarks.daily --households 200000 --households 1800000 --folder DIR
```

`benchmarks.city` writes a city's deliveries over 60 months (about 48 instalments a household, one in eight late, three
in five adults consenting; the waterworks send what is asked for, not every ordinary reading), monthly, and for the last
two weeks daily. The model is learned in a city of 2,000 and carried over, signed there by the demonstration reviewers.
"""
    yield "## Measured on\n"
    yield from _machines(result, sizes)
    yield from _targets(result)
    yield from _phases(result, sizes)
    yield from _limited()
    yield from _growth(result, sizes)
    size = _detailed(result)
    yield from step_tables(int(size), result["sizes"][size])
    yield from _comparison(result)


def _machines(result: dict[str, Any], sizes: list[str]) -> Iterator[str]:
    shared = False
    yield "| households | date | commit | machine | Python, DuckDB, pyarrow | other work on the machine |"
    yield "|---|---|---|---|---|---|"
    for size in sizes:
        of = result["sizes"][size]
        machine = of["machine"]
        load = max(phase["load_before"] for phase in of["phases"].values())
        versions = f"{machine['python']}, {machine['duckdb']}, {machine['pyarrow']}"
        limit = machine.get("memory_limit_gb")
        memory = f"{machine['memory_gb']} GB" + (
            f" ({limit:g} GB of it for the commands and their files)" if limit else ""
        )
        hardware = f"{machine['cores']} cores, {memory}, {machine['processor']}"
        busy = f"load up to {load:.1f} before a command"
        shared = shared or load > BUSY
        yield f"| {int(size):,} | {machine['measured_on']} | {_commits(of)} | {hardware} | {versions} | {busy} |"
    if shared:
        yield (
            "\n**The machine was shared with other work**: seconds are too long by an unknown factor, ratios to the "
            "floor are uncertain; CPU seconds, memory and bytes are the command's own."
        )
    for size in sizes:
        for name, phase in result["sizes"][size]["phases"].items():
            if "note" in phase:
                yield f"\n**{name}, {int(size):,} households**: {phase['note']}"


def _commits(of: dict[str, Any]) -> str:
    """The commit of a course; of each command, when it was gone on with at another."""
    by_commit: dict[str, list[str]] = {}
    for name, phase in of["phases"].items():
        by_commit.setdefault(phase.get("commit", of["machine"]["commit"]), []).append(name)
    if len(by_commit) == 1:
        return next(iter(by_commit))
    return "; ".join(f"{commit} ({', '.join(names)})" for commit, names in by_commit.items())


def _targets(result: dict[str, Any]) -> Iterator[str]:
    """Targets of DESIGN §9, at 1.8 M households."""
    yield "\n## Targets (2 cores, 8 GB, 1.8 M households)\n"
    of = result["sizes"].get(str(WHOLE))
    if of is None or not set(PHASES) <= set(of["phases"]):
        yield "Not measured at this size in this result: **no target is shown to be met**."
        return
    phases = of["phases"]
    peak = max(phase["peak_mb"] for phase in phases.values()) / 1024
    exponents = [steps.get(f"200000 → {WHOLE}") for steps in result["growth"].values()]
    worst = max((value for value in exponents if value is not None), default=None)
    rows: list[tuple[str, str, str, bool]] = [
        _seconds("rebuild from all history", phases["rebuild"]["seconds"], 180),
        _seconds("an ordinary day, with the week's list", phases["ordinary Monday"]["seconds"], 60),
        _seconds("an ordinary day, no new list", phases["ordinary day"]["seconds"], 60),
        ("peak memory of any command", "8 GB", f"{peak:.1f} GB", peak <= 8),
    ]
    if worst is not None:
        rows.append(
            ("no worse than linear (200,000 → 1.8 M, CPU)", "exponent 1", f"at most {worst:.2f}", worst <= 1.05)
        )
    yield "| what | target | measured | met |"
    yield "|---|---|---|---|"
    for what, target, measured, met in rows:
        yield f"| {what} | {target} | {measured} | {'yes' if met else '**no**'} |"


def _seconds(what: str, seconds: float, target: float) -> tuple[str, str, str, bool]:
    return what, f"{target} s", f"{seconds:.0f} s", seconds <= target


def _phases(result: dict[str, Any], sizes: list[str]) -> Iterator[str]:
    yield "\n## Commands\n"
    for size in sizes:
        of = result["sizes"][size]
        city = of["city"]
        rows = sum(city["rows"].values())
        yield (
            f"**{int(size):,} households**: {city['people_at_the_end']:,} people, {city['bills']:,} bills "
            f"({city['bills_late']:,} late), {rows:,} rows in {sum(city['bytes'].values()) / 1e6:,.0f} MB of files "
            f"(written in {city['usage']['seconds']:.0f} s): {', '.join(city['rows'])}.\n"
        )
        yield from _table(of)
        yield ""
    for name, words in PHASES.items():
        yield f"* *{name}*: {words}"
    yield "\nRead and written: bytes through system calls, whether or not a disk saw them. Peak: resident memory."


def _table(of: dict[str, Any]) -> Iterator[str]:
    yield "| command | seconds | CPU seconds | peak MB | read MB | written MB |"
    yield "|---|---|---|---|---|---|"
    for name, phase in of["phases"].items():
        yield (
            f"| {name} | {phase['seconds']:.1f} | {phase['cpu_seconds']:.1f} | {phase['peak_mb']:,} "
            f"| {phase['read_mb']:,} | {phase['written_mb']:,} |"
        )


def _limited() -> Iterator[str]:
    """A course in a control group that may hold less than the machine has: what it says is that it ends, and how."""
    for path in sorted(results.FOLDER.glob("limited-*.json"))[-1:]:
        result = read(path)
        yield f"\n## In less memory ([{path.name}](../../benchmarks/results/{path.name}))\n"
        yield from _machines(result, sorted(result["sizes"], key=int))
        for size, of in result["sizes"].items():
            yield (
                f"\nAll that these commands hold, the files that the kernel keeps in memory for them counted, stays in "
                f"{of['machine']['memory_limit_gb']:g} GB; {int(size):,} households. A command that needed more would "
                "have been killed.\n"
            )
            yield from _table(of)


def _growth(result: dict[str, Any], sizes: list[str]) -> Iterator[str]:
    if len(sizes) < 2:
        return
    pairs = [f"{a} → {b}" for a, b in pairwise(sizes)]
    yield "\n## Growth\n"
    yield "![CPU seconds by size](speed-time.svg) ![peak memory by size](speed-memory.svg)\n"
    yield (
        "Exponent of CPU seconds between sizes: 1 is proportional to the city. Starting a command costs the same at "
        "any size, which hides growth between small sizes: an exponent below 1 there promises nothing of a city.\n"
    )
    yield "| command | " + " | ".join(pairs) + " |"
    yield "|---" * (len(pairs) + 1) + "|"
    for name, found in result["growth"].items():
        yield f"| {name} | " + " | ".join(f"{found[pair]:.2f}" if pair in found else "" for pair in pairs) + " |"


def _detailed(result: dict[str, Any]) -> str:
    """The largest size whose course is whole."""
    whole = [size for size, of in result["sizes"].items() if set(PHASES) <= set(of["phases"])]
    return max(whole or result["sizes"], key=int)


def _comparison(result: dict[str, Any]) -> Iterator[str]:
    yield "## Compared with the result before\n"
    if not result["compared"]:
        yield "There is none yet."
        return
    yield f"This result divided by [{result['compared_with']}](../../benchmarks/results/{result['compared_with']}).\n"
    yield "| households | command | seconds | CPU seconds | peak memory |"
    yield "|---|---|---|---|---|"
    for size, phases in result["compared"].items():
        for name, of in phases.items():
            yield f"| {int(size):,} | {name} | ×{of['seconds']} | ×{of['cpu_seconds']} | ×{of['peak_mb']} |"
