"""A small made-up training table: five features, repeated households, gaps in visibility."""

import numpy as np
import pyarrow as pa

from models.matrix import Floats, Matrix, Spec

SPECS = (
    Spec("bills", 1, (0.5, 1.5, 2.5), "hash-bills"),
    Spec("kept", -1, (0.5, 1.5), "hash-kept"),
    Spec("days", 1, (30.5, 90.5, 180.5), "hash-days"),
    Spec("flags", 1, (0.5,), "hash-flags"),
    Spec("never", 1, (0.5,), "hash-never"),
)
NAMES = tuple(spec.name for spec in SPECS)
HASHES = {spec.name: spec.hash for spec in SPECS}


def made_up(n: int = 2000, seed: int = 0) -> tuple[Matrix, np.ndarray, Floats]:
    """x, y, weight; 2 rows per household; bills and flags act together; `never` is always 0."""
    rng = np.random.default_rng(seed)
    bills, kept = rng.poisson(1.0, n), rng.integers(0, 3, n)
    days, flags = rng.gamma(1.0, 60.0, n), rng.integers(0, 2, n)
    values = np.column_stack([bills, kept, days, flags, np.zeros(n)])
    margin = -2 + 0.5 * bills - 0.4 * kept + 0.006 * days + 0.8 * bills * flags
    y = (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(np.int64)
    values = values.astype(np.float32).astype(np.float64)
    values[rng.random(n) < 0.1, 0] = np.nan
    values[rng.random(n) < 0.1, 1] = np.nan
    keys = pa.array([f"household-{i // 2:05d}" for i in range(n)])
    return Matrix(keys, NAMES, values), y, rng.random(n) + 0.5


def table_of(x: Matrix) -> pa.Table:
    """A matrix as the feature table it came from (float32, null = not visible)."""
    columns = {name: pa.array(x.column(name).astype(np.float32), mask=np.isnan(x.column(name))) for name in x.names}
    return pa.table({"household_key": x.keys, **columns})


def everywhere(edges: list[float], rows: int, columns: int, seed: int = 1) -> Matrix:
    """Random visible values: wide, on every edge, and one float64 beside an edge."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 100, (rows, columns))
    if edges:
        third = rows // 3
        values[:third] = rng.choice(edges, (third, columns))
        values[third : 2 * third] = np.nextafter(
            rng.choice(edges, (third, columns)), rng.choice([-np.inf, np.inf], (third, columns))
        )
    return Matrix(pa.array([f"k{i}" for i in range(rows)]), NAMES, values)
