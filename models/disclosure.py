"""Small cells: nothing under ten is shown, and nothing hidden can be worked out from what is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

SMALL = 10


@dataclass(frozen=True)
class Shown:
    """Which cells may be shown, and whether their total may."""

    cells: tuple[bool, ...]
    total: bool


def suppress(counts: Sequence[int], wholes: Sequence[int | None] | None = None, small: int = SMALL) -> Shown:
    """Primary and complementary suppression of one column of counts with a published total.

    wholes: what each count is a part of, where that is published (so the rest, whole − count, is known too): a cell is
    small when the count or the rest is under `small`. Hidden cells are joined by the next smallest until everyone who
    knows the total, the shown cells and the wholes can only place each hidden cell within a range at least `small`
    wide. If that cannot be reached, all cells and the total are hidden.
    """
    bounds = [None] * len(counts) if wholes is None else list(wholes)
    hidden = {i for i, count in enumerate(counts) if _small(count, bounds[i], small)}
    while hidden and not _protected(counts, bounds, hidden, small):
        rest = [i for i in range(len(counts)) if i not in hidden]
        if not rest:
            return Shown((False,) * len(counts), False)
        hidden.add(min(rest, key=lambda i: (counts[i], i)))
    return Shown(tuple(i not in hidden for i in range(len(counts))), sum(counts) >= small)


def _small(count: int, whole: int | None, small: int) -> bool:
    return count < small or (whole is not None and whole - count < small)


def ranges(counts: Sequence[int], bounds: Sequence[int | None], hidden: set[int]) -> dict[int, tuple[int, int]]:
    """What an outsider can tell of each hidden cell: the least and the most it can be."""
    together = sum(counts[i] for i in hidden)
    most = {i: together if (whole := bounds[i]) is None else min(whole, together) for i in hidden}
    reach = sum(most.values())
    return {i: (max(0, together - (reach - most[i])), most[i]) for i in hidden}


def _protected(counts: Sequence[int], bounds: Sequence[int | None], hidden: set[int], small: int) -> bool:
    return all(high - low >= small for low, high in ranges(counts, bounds, hidden).values())
