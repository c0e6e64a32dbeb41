"""Nothing hidden can be worked out (METHODS §9, small cells)."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.disclosure import about, suppress, suppress_flow, told_steps
from models.groups import HIDDEN, Judged, subgroup_table


def test_one_small_cell_takes_the_next_smallest_with_it() -> None:
    assert suppress([3, 40, 25, 90]).cells == (False, True, False, True)
    assert suppress([3, 4, 90]).cells == (False, False, False)
    assert suppress([12, 40]).cells == (True, True)
    assert suppress([3, 4]).total is False


def test_a_small_rest_is_a_small_cell() -> None:
    assert suppress([95, 50, 40], [100, 100, 100]).cells[0] is False


def possible(counts: list[int], wholes: list[int | None], cells: tuple[bool, ...], total: bool) -> list[set[int]]:
    """Every value each cell can have for somebody who knows what is printed, by trying all."""
    limit = sum(counts)
    options = [
        [count] if seen else range((limit if whole is None else min(whole, limit)) + 1)
        for count, whole, seen in zip(counts, wholes, cells, strict=True)
    ]
    worlds = [world for world in product(*options) if not total or sum(world) == limit]
    return [set(values) for values in zip(*worlds, strict=True)]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 8), st.one_of(st.none(), st.integers(0, 6))), min_size=1, max_size=4))
def test_no_suppressed_cell_can_be_recovered_from_the_margins(cells: list[tuple[int, int | None]]) -> None:
    counts = [count for count, _ in cells]
    wholes = [None if rest is None else count + rest for count, rest in cells]
    shown = suppress(counts, wholes, small=3)
    for seen, count, whole, values in zip(
        shown.cells, counts, wholes, possible(counts, wholes, shown.cells, shown.total), strict=True
    ):
        if seen:
            assert count >= 3 and (whole is None or whole - count >= 3)
        elif any(shown.cells) or (shown.total and whole is None):
            assert len(values) > 3


def test_a_step_with_one_household_takes_the_next_with_it_although_not_visible_is_known() -> None:
    assert told_steps([1096, 1], 271) == [None, None, 271]
    assert told_steps([1095, 1, 1, 0], 271) == [None, None, None, 0, 271]
    assert told_steps([1216, 15, 6, 5, 0], 126) == [1216, 15, None, None, 0, 126]
    assert told_steps([500, 300], 4) == [500, None, None]
    assert told_steps([4, 2], 700) == [None, None, None]
    assert told_steps([700], 0) == [700, 0]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.integers(0, 7), min_size=1, max_size=4), st.integers(0, 7))
def test_no_hidden_step_is_determined_by_total_and_not_visible(steps: list[int], unseen: int) -> None:
    small = 3
    shown = told_steps(steps, unseen, small)
    counts = [*steps, unseen]
    # As printed; and by whoever knows from elsewhere that there are enough whom it is visible for.
    for known in {shown[-1], unseen if sum(steps) >= small else shown[-1]}:
        cells = tuple(value is not None for value in (*shown[:-1], known))
        options = possible(counts, [None] * len(counts), cells, total=True)
        for count, seen, values in zip(counts, cells, options, strict=True):
            assert seen or len(values) > 1 or count >= small
    assert all(value is None or value == 0 or value >= small for value in shown)


def test_a_group_table_hides_small_groups_and_what_would_betray_them() -> None:
    rng = np.random.default_rng(2)
    sizes = {"a": 2000, "b": 1500, "c": 800, "d": 6}
    values = [name for name, size in sizes.items() for _ in range(size)]
    n = len(values)
    label = rng.random(n) < 0.2
    score = rng.normal(size=n) + 2 * label
    rows = Judged(
        label=label,
        judged=np.ones(n, dtype=bool),
        inclusion=(np.argsort(np.argsort(-score)) < 500).astype(float),
        probability=np.full(n, 0.2),
        household=np.arange(n),
        area=np.arange(n) % 20,
        week=np.zeros(n, dtype=np.int64),
    )
    table = subgroup_table(rows, values, 500, made_up=True)
    lines = {line["group"]: line for line in table["rows"]}  # type: ignore[attr-defined]
    assert lines["d"] == {"group": "d", "hidden": HIDDEN, "made_up": True, "note": "架空データ"}
    # The total is printed, so the smallest other group goes with it.
    assert lines["c"]["hidden"] == HIDDEN
    assert lines["a"]["n"] == 2000
    assert lines["a"]["recall_at_k"]["low"] < lines["a"]["recall_at_k"]["value"] < lines["a"]["recall_at_k"]["high"]
    assert table["all"]["recall_ceiling"] <= 1  # type: ignore[index]


def line(**counts: int) -> dict[str, int]:
    return {"in_scope": 949, "eligible": 903, "censored": 26, "touched": 0, "usable": 877} | counts


def test_the_worst_bound_goes_with_the_positives_it_would_give_back() -> None:
    told = suppress_flow(line(positives=7, positives_at_worst=33))  # 33 − 26 = 7
    assert told["positives"] is told["positives_at_worst"] is None
    assert (told["censored"], told["usable"]) == (26, 877)
    told = suppress_flow(line(positives=12, positives_at_worst=38))
    assert None not in told.values()
    told = suppress_flow(line(positives=12, censored=4, usable=899, positives_at_worst=16))
    assert told["usable"] is told["positives_at_worst"] is told["censored"] is None
    assert told["positives"] == 12


def flows(of: int) -> Iterator[tuple[int, ...]]:
    """Every flow line of `of` eligible households, from how many are censored, touched, positive in each way."""
    for cells in product(range(of + 1), repeat=7):
        if sum(cells) > of:
            continue
        c, t, y, ct, cy, ty, cty = cells
        yield (of, c + ct + cy + cty, t + ct + ty + cty, of - sum(cells) + y, y, c + ct + y + cy + ty + cty)


def test_no_hidden_count_of_a_flow_can_be_worked_out() -> None:
    names = ("eligible", "censored", "touched", "usable", "positives", "positives_at_worst")
    small, of = 3, 8
    worlds = np.array(sorted(set(flows(of))))
    lines = {tuple(suppress_flow(dict(zip(names, world, strict=True)), small).values()) for world in worlds.tolist()}
    assert len(lines) > 50
    for told in lines:
        fits = [worlds[:, place] == value for place, value in enumerate(told) if value is not None]
        possible = worlds[np.all(fits, axis=0)]
        for place in (place for place, value in enumerate(told) if value is None):
            values = set(possible[:, place].tolist())
            assert len(values) > 1 or values.isdisjoint(range(1, small)), (told, names[place], values)


def test_a_count_in_a_log_tells_of_no_single_row() -> None:
    assert [about(n) for n in (0, 1, 9, 10, 14, 15, 123)] == ["0", "1-9", "1-9", "10", "10", "20", "120"]
