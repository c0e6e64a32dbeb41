"""The one scorer: look-ups and element-wise sums, the same for every learner.

Each household's numbers come from its own row only: no matrix product, no reduction over rows,
so batches, order and other households cannot change a bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.special import expit

from models.matrix import Floats, Ints, Matrix
from models.table import Model, Pair, Platt, Term

TOLERANCE = 1e-6


class SumCheckFailed(ArithmeticError):
    """base + Σ contributions is not the margin: the run stops, nothing is published."""


@dataclass(frozen=True)
class Scored:
    """`margin` float64[n] (log-odds); `contributions`: household_key, base, a float64 column per
    term and pair (`a×b`); `probability` float64[n], None while the model is not calibrated.
    """

    margin: Floats
    contributions: pa.Table
    probability: Floats | None


def cells_of(edges: tuple[float, ...], x: Floats) -> Ints:
    """The interval of each value: a value equal to an edge belongs to its left; NaN → the last cell."""
    cells = np.searchsorted(np.array(edges, dtype=np.float64), x, side="left")
    cells[np.isnan(x)] = len(edges) + 1
    return cells


def look_up(part: Term | Pair, x: Matrix) -> Floats:
    """The looked-up value of a term or pair for every row, float64."""
    if isinstance(part, Term):
        return part.cells[cells_of(part.edges, x.column(part.feature))]
    return part.cells[cells_of(part.edges_a, x.column(part.a)), cells_of(part.edges_b, x.column(part.b))]


def looked_up(model: Model, x: Matrix) -> list[tuple[Term | Pair, Floats]]:
    """Every term, then every pair, with its looked-up values, in declared order."""
    return [(part, look_up(part, x)) for part in model.parts]


def margins(model: Model, x: Matrix) -> Floats:
    """intercept + Σ looked-up values, element-wise in declared order."""
    return _margins(model, looked_up(model, x))


def contribution_arrays(model: Model, x: Matrix) -> dict[str, Floats]:
    """Column name → looked-up value - background mean, in declared order."""
    return _contributions(looked_up(model, x))


def _margins(model: Model, found: Sequence[tuple[Term | Pair, Floats]]) -> Floats:
    total = np.full(len(found[0][1]) if found else 0, model.intercept)
    for _, values in found:
        total += values
    return total


def _contributions(found: Sequence[tuple[Term | Pair, Floats]]) -> dict[str, Floats]:
    return {part.name: values - part.mean for part, values in found}


def probabilities(calibration: Platt, margin: Floats) -> Floats:
    """The calibrated probability «among visible, untouched households» (scalar `expit`, batch-free)."""
    return np.asarray(expit(calibration.slope * margin + calibration.intercept), dtype=np.float64)


def score(model: Model, features: pa.Table, hashes: Mapping[str, str]) -> Scored:
    """Score a feature table (household_key, float32 per feature, null = not visible).

    `hashes`: the definition hash of each feature that made the table. Raises `MatrixRefused` when
    they are not the model's, `SumCheckFailed` when base + Σ contributions is off by > 1e-6.
    """
    x = Matrix.from_table(features, model.names)
    x.require(model.features, hashes)
    found = looked_up(model, x)
    margin = _margins(model, found)
    columns = _contributions(found)
    check_sum(model.base, columns, margin)
    arrays = [x.keys, pa.array(np.full(x.rows, model.base)), *(pa.array(v) for v in columns.values())]
    table = pa.Table.from_arrays(arrays, names=["household_key", "base", *columns])
    probability = None if model.calibration is None else probabilities(model.calibration, margin)
    return Scored(margin, table, probability)


def check_sum(base: float, contributions: Mapping[str, Floats], margin: Floats) -> float:
    """The largest |base + Σ contributions - margin|; raises `SumCheckFailed` above 1e-6 or on NaN."""
    total = np.full(margin.shape, base)
    for values in contributions.values():
        total += values
    error = float(np.abs(total - margin).max()) if margin.size else 0.0
    if not error <= TOLERANCE:
        raise SumCheckFailed(
            f"説明の合計がスコアと一致しません(最大の差 {error:.1e}、許容 {TOLERANCE:.0e})。"
            "公開を止めました。モデルと特徴量の版を確かめて再実行してください。"
        )
    return error
