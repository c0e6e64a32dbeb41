"""The nearest two-way grid that obeys both directions (weighted least squares)."""

import numpy as np

from models.matrix import Floats

ROUNDS = 200


def monotone_grid(grid: Floats, weights: Floats, direction_a: int, direction_b: int) -> Floats:
    """Project a grid onto the grids monotone along both axes.

    Dykstra's algorithm: rows and columns are projected in turn (isotonic regression, exact for
    one axis) with corrections; a last running maximum removes what the finite number of rounds
    leaves, so the result is monotone to the bit. Cells without weight count a little, so they
    take their neighbours' level.

    Source: Dykstra & Robertson (1982), An algorithm for isotonic regression for two or more
    independent variables, Annals of Statistics 10(3).
    """
    heavy = np.maximum(weights, 1e-6 * max(float(weights.sum()), 1.0))
    up = grid[::direction_a, ::direction_b].astype(np.float64)
    heavy = heavy[::direction_a, ::direction_b]
    corrections = [np.zeros_like(up), np.zeros_like(up)]
    for _ in range(ROUNDS):
        before = up
        for axis in (0, 1):
            wanted = up - corrections[axis]
            up = _along(wanted, heavy, axis)
            corrections[axis] = up - wanted
        if np.array_equal(before, up):
            break
    up = np.maximum.accumulate(np.maximum.accumulate(up, axis=0), axis=1)
    return np.ascontiguousarray(up[::direction_a, ::direction_b])


def _along(grid: Floats, weights: Floats, axis: int) -> Floats:
    from scipy.optimize import isotonic_regression

    lines, heavy = np.moveaxis(grid, axis, -1), np.moveaxis(weights, axis, -1)
    fitted = np.stack([isotonic_regression(v, weights=w).x for v, w in zip(lines, heavy, strict=True)])
    return np.moveaxis(fitted, -1, axis)
