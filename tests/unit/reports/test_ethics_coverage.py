"""How much of each ward is seen: small figures are hidden, alone, and cannot be worked out from what is shown."""

from typing import Any

import numpy as np
from ethics_case import evidence, ward
from scipy.optimize import linprog

from models.disclosure import SMALL
from reports.ethics_blocks import FEW
from reports.ethics_coverage import SOURCES, coverage_cells

FIGURES = ("in_scope", *SOURCES)
IN = {"in_scope": (0, 1, 1, 1), "sources_0": (1, 1, 0, 0), "sources_1": (0, 0, 1, 0), "sources_2_plus": (0, 0, 0, 1)}
"""Which parts of a ward each figure counts: not in scope; in scope with none, one and more visible sources."""


def texts(rows: list[dict[str, Any]]) -> list[list[str]]:
    return [[cell.text for cell in line] for line in coverage_cells(rows)]


def test_a_ward_with_few_of_one_kind_tells_the_rest_and_the_next_smallest_covers_for_it() -> None:
    rows = evidence()["coverage"]
    assert rows[4]["sources_2_plus"] < SMALL
    shown = texts(rows)
    assert shown[0][1:] == ["220", "130", "90", "60", "70"]
    assert [line[2] for line in shown] == ["130", "120", "90", "60", "21", "421"], "how many are in scope is told"
    assert [line[3:] for line in shown[3:5]] == [["35", FEW, FEW], ["19", FEW, FEW]]


def test_a_ward_with_few_in_or_out_of_scope_tells_no_figure_at_all() -> None:
    shown = texts([ward("東", 300, 200, 100, 120, 80), ward("西", 60, 52, 8, 27, 25), ward("北", 90, 50, 40, 30, 20)])
    assert [line[2:] for line in shown[1:3]] == [[FEW] * 4] * 2
    assert shown[3][2:] == ["302", "148", "177", "125"]


def test_nothing_small_nothing_hidden() -> None:
    rows = [ward("東", 100, 60, 40, 30, 30), ward("西", 90, 50, 40, 25, 25)]
    assert FEW not in {text for line in texts(rows) for text in line}


def test_when_only_one_ward_exists_its_small_cell_hides_the_total_too() -> None:
    line, total = texts([ward("村", 60, 30, 30, 25, 5)])
    assert line[1:] == total[1:] == ["60", "30", "30", FEW, FEW]


def test_few_in_scope_of_whom_nothing_is_seen_are_told_with_those_of_whom_one_thing_is() -> None:
    """Their number is in no column, but is what the columns leave."""
    rows = [ward("東", 200, 100, 103, 47, 50), ward("西", 180, 90, 94, 36, 50)]
    assert [line[2:] for line in texts(rows)] == [
        ["100", FEW, FEW, "50"],
        ["90", FEW, FEW, "50"],
        ["190", FEW, FEW, "100"],
    ]


def test_few_out_of_scope_in_all_wards_together_hide_the_totals_of_the_others_too() -> None:
    """They would be what the totals of all columns leave of the city's households."""
    total = texts([ward("東", 63, 60, 3, 30, 30), ward("西", 64, 60, 4, 30, 30)])[-1]
    assert total[1:] == ["127", FEW, FEW, FEW, FEW]


def test_no_few_households_can_be_worked_out() -> None:
    """Whoever knows every ward's households and all figures shown (solved as a linear programme) places no group of
    fewer than ten, shown, hidden or left by the others, within a range narrower than ten.
    """
    drawn, few, worked_out = np.random.default_rng(7), 0, []
    for _ in range(200):
        parts = drawn.integers(0, drawn.choice([5, 15, 40, 90], size=4), size=(drawn.integers(1, 5), 4))
        parts[:, 1] *= drawn.integers(0, 2)
        parts = parts[parts.sum(axis=1) >= SMALL]
        if not parts.size:
            continue
        known, values = shown_about(parts)
        for place in map(tuple, np.argwhere(parts < SMALL)):
            if place[1] == 1 and not parts[:, 1].any():
                continue  # by its rule, not by chance, nobody in scope is unseen
            asked = np.zeros(parts.shape)
            asked[place] = 1
            low, high = (sign * linprog(sign * asked.ravel(), A_eq=known, b_eq=values).fun for sign in (1, -1))
            few += 1
            if high - low < SMALL - 1e-6:
                worked_out.append((parts.tolist(), place, low, high))
    assert few > 100
    assert worked_out == []


def shown_about(parts: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Sums over the parts of all wards that somebody knows, and what they come to."""
    rows = [ward(str(n), p.sum(), p[1:].sum(), p[:2].sum(), p[2], p[3]) for n, p in enumerate(parts)]
    sums = [(np.eye(len(parts))[n][:, None] * np.ones(4), p.sum()) for n, p in enumerate(parts)]
    if not parts[:, 1].any():
        sums.append((np.ones((len(parts), 1)) * (0, 1, 0, 0), 0))
    for n, line in enumerate(coverage_cells(rows)):
        wards = np.eye(len(parts))[n] if n < len(parts) else np.ones(len(parts))
        for figure, cell in zip(FIGURES, line[2:], strict=True):
            if cell.data is not None:
                sums.append((wards[:, None] * IN[figure], cell.data))
    return np.array([sum_.ravel() for sum_, _ in sums]), [value for _, value in sums]
