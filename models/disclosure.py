"""Small cells: nothing under ten is shown, and nothing hidden can be worked out from what is shown."""

from collections.abc import Mapping, Sequence
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


def rounded(count: int) -> int:
    """A count to the nearest ten: what was told on another day, subtracted, is no single household."""
    return (count + SMALL // 2) // SMALL * SMALL


def about(count: int) -> str:
    """A count for a log that others read: whether there was anything, and how much only from ten on."""
    return f"1-{SMALL - 1}" if 0 < count < SMALL else str(rounded(count))


def told(counts: Sequence[int], small: int = SMALL) -> list[int | None]:
    """The counts under a published total, small ones and what gives them away hidden; that there is nobody is told,
    unless so few are there at all that it would tell where they are."""
    if 0 < sum(counts) < small:
        return [None] * len(counts)
    held = [i for i, count in enumerate(counts) if count]
    shown = dict(zip(held, suppress([counts[i] for i in held], small=small).cells, strict=True))
    return [count if shown.get(i, True) else None for i, count in enumerate(counts)]


def told_steps(steps: Sequence[int], unseen: int, small: int = SMALL) -> list[int | None]:
    """Households on each step of a feature, then those for whom it is not visible, as they may be told.

    The total is published, and how many are not visible is the same for every feature of a source, so that it is
    taken as known: no hidden step can be told even with it. Where it is itself small it is hidden for each of them.
    """
    known, apart = told(steps, small), told([sum(steps), unseen], small)[1]
    if apart is not None:
        return [*known, unseen]
    together = told([*steps, unseen], small)
    return [*(None if one is None else other for one, other in zip(known, together[:-1], strict=True)), None]


# What a reader could work a small count of a cohort flow out of, with what stands beside it: eligible − usable is
# censored and touched together, at worst − censored is the positives (where nobody is touched).
_GIVES_AWAY: dict[str, tuple[str, ...]] = {
    "positives": ("positives_at_worst",),
    "censored": ("usable", "positives_at_worst"),
    "touched": ("usable", "positives_at_worst"),
    "usable": ("censored", "touched", "positives_at_worst"),
}


def suppress_flow(counts: Mapping[str, int], small: int = SMALL) -> dict[str, int | None]:
    """One line of a cohort flow as it may be told: 1 to `small` − 1 hidden, and what would give those back.

    counts: in_scope ⊇ eligible ⊇ usable ⊇ positives; censored and touched are the eligible that are not usable (both
    may hold of one household); positives_at_worst = eligible that are positive or censored. That there is nobody (0)
    may be told.
    """
    few = range(1, small)
    hidden = {name for name, count in counts.items() if count in few}
    if counts["usable"] - counts["positives"] in few:
        hidden.add("positives")
    hidden |= {other for name in hidden for other in _GIVES_AWAY.get(name, ())}
    # The crises of touched households are no column, but as small.
    if counts["positives_at_worst"] - counts["censored"] - counts["positives"] in few:
        hidden.add("positives_at_worst")
    return {name: None if name in hidden else count for name, count in counts.items()}


def ranges(counts: Sequence[int], bounds: Sequence[int | None], hidden: set[int]) -> dict[int, tuple[int, int]]:
    """What an outsider can tell of each hidden cell: the least and the most it can be."""
    together = sum(counts[i] for i in hidden)
    most = {i: together if (whole := bounds[i]) is None else min(whole, together) for i in hidden}
    reach = sum(most.values())
    return {i: (max(0, together - (reach - most[i])), most[i]) for i in hidden}


def _protected(counts: Sequence[int], bounds: Sequence[int | None], hidden: set[int], small: int) -> bool:
    return all(high - low >= small for low, high in ranges(counts, bounds, hidden).values())
