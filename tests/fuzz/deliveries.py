"""Mutated deliveries by number: the same number is always the same bytes, whatever was made before.

`python -m tests.fuzz.deliveries NUMBER FILE` writes one, to look at what a failing test names.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from data_contracts.profile import Source
from pipelines.cli import kizuki
from tests.fuzz.families import Family, Outcome
from tests.fuzz.fixed import FIXED, fixed
from tests.fuzz.grids import Grid, agreed, catalog, declared, from_file
from tests.fuzz.layouts import GRIDS
from tests.fuzz.workbooks import WORKBOOKS
from tests.fuzz.writings import BYTES, WRITINGS

SEED = 20260407
CITY = ("--households", "80", "--from", "2026-02-02", "--to", "2026-04-10", "--seed", str(SEED))
PLAIN = (WRITINGS.families[0], WRITINGS.families[2], WORKBOOKS.families[0])
ALONE = (*GRIDS.families, *WRITINGS.families, *WORKBOOKS.families, *BYTES.families, *FIXED.families)
"""Every family, each alone in one delivery of three; the others have several at once."""


@dataclass(frozen=True)
class Delivery:
    """One mutated file, what was done to it, and what must become of it."""

    number: int
    source: Source
    clean: Grid
    data: bytes
    done: tuple[str, ...]
    outcome: Outcome
    rows: int | None
    """How many the file holds, where what wrote it keeps them all."""


@lru_cache(maxsize=1)
def clean_grids() -> tuple[Grid, ...]:
    """Clean deliveries of every source: the contract's examples, and files of a small made-up city."""
    grids = [agreed(name) for name in catalog().names]
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        result = CliRunner().invoke(kizuki, ["simulate", "--home", str(home), *CITY])
        assert result.exit_code == 0, result.output
        for name in catalog().names:
            files = sorted((home / "inbox" / name).glob("*/*.csv"), key=lambda path: -path.stat().st_size)
            grids += [from_file(name, path) for path in files[:2]]
    return tuple(grid for grid in grids if grid.rows)


def delivery(number: int) -> Delivery:
    """The mutated delivery of this number."""
    rng = Random(f"{SEED} {number}")
    grid = rng.choice(clean_grids())
    return _alone(rng, number, grid) if number % 3 == 0 else _mixed(rng, number, grid)


def _alone(rng: Random, number: int, grid: Grid) -> Delivery:
    family = ALONE[(number // 3) % len(ALONE)]
    if family in GRIDS.families:
        steps = [family, rng.choice(PLAIN)]
    elif family in BYTES.families:
        steps = [rng.choice(PLAIN), family]
    else:
        steps = [family]
    changed, data = grid, b""
    for step in steps:
        if step in GRIDS.families:
            changed = step.change(rng, changed)
        else:
            data = step.change(rng, data if step in BYTES.families else changed)
    return _delivery(number, grid, data, steps, family.outcome, changed)


def _mixed(rng: Random, number: int, grid: Grid) -> Delivery:
    """Up to two changes of the grid, a writing, up to two changes of the bytes: anything may become of it."""
    steps = rng.sample(GRIDS.families, rng.choice([0, 1, 1, 2]))
    changed = grid
    for step in steps:
        with suppress(IndexError, ValueError):  # an earlier change left nothing for this one to change
            changed = step.change(rng, changed.even())
    steps.append(rng.choice([*WRITINGS.families, *WORKBOOKS.families, *FIXED.families] if changed.rows else PLAIN[:1]))
    data = steps[-1].change(rng, changed.even() if steps[-1] in WORKBOOKS.families else changed)
    for step in rng.sample(BYTES.families, rng.choice([0, 0, 1, 2])):
        steps.append(step)
        data = step.change(rng, data)
    return _delivery(number, grid, data, steps, Outcome.ANY, changed)


def _delivery(
    number: int, grid: Grid, data: bytes, steps: Sequence[Family], outcome: Outcome, changed: Grid
) -> Delivery:
    records = any(step in FIXED.families for step in steps)
    source = fixed(grid.source) if records else declared(grid.source)
    kept = steps[-1].outcome is Outcome.SAME and steps[-1] not in BYTES.families
    rows = sum(any(row) for row in changed.rows) if kept else None
    return Delivery(number, source, grid, data, tuple(step.name for step in steps), outcome, rows)


if __name__ == "__main__":
    made = delivery(int(sys.argv[1]))
    Path(sys.argv[2]).write_bytes(made.data)
    sys.stdout.write(f"{made.source.name} {made.clean.kind}: {', '.join(made.done)}; must be {made.outcome.value}\n")
