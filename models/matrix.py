"""What a model may know of its inputs: named numbers per household, and how each may act.

Models know nothing of sources. A `Spec` is the little they need of a feature; a `Matrix` is a
feature table turned into float64 columns in which NaN means «not visible».
"""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.definition import Feature

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class MatrixRefused(ValueError):
    """The matrix is not the one the model was made for; the message says what and the remedy."""


@dataclass(frozen=True)
class Spec:
    """One feature as a learner sees it.

    `direction`: +1 when more of it may only raise the margin, -1 when it may only lower it.
    `bins`: ascending edges of the declared bins; a value equal to an edge belongs to its left.
    `hash`: the feature's definition hash; a model refuses a matrix with another one.
    """

    name: str
    direction: int
    bins: tuple[float, ...]
    hash: str

    def __post_init__(self) -> None:
        """Refuse a direction other than +1 / -1 and edges that do not ascend."""
        if self.direction not in (1, -1):
            raise MatrixRefused(f"特徴量 {self.name}: 方向は +1 か -1 です。定義を直してください。")
        if any(not b < c for b, c in itertools.pairwise(self.bins)):
            raise MatrixRefused(f"特徴量 {self.name}: 区切りは小さい順に並べてください。")

    @classmethod
    def of(cls, feature: Feature) -> "Spec":
        """What a learner needs of a declared feature."""
        return cls(feature.name, feature.direction, feature.bins, feature.hash)


@dataclass(frozen=True)
class Matrix:
    """Household keys and their features: `values[i, j]` of household `i`, feature `names[j]`.

    Values are float64 that float32 can hold exactly (features are stored as float32); NaN means
    not visible. Keys may repeat (one row per household and as-of date in training).
    """

    keys: pa.Array
    names: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        """Refuse shapes that do not belong together and infinite values."""
        if self.values.shape != (len(self.keys), len(self.names)):
            raise MatrixRefused(f"行列の形 {self.values.shape} が 世帯数 × 特徴量数 と一致しません。")
        if np.isinf(self.values).any():
            raise MatrixRefused("無限大の値があります。特徴量の定義(割り算)を確かめてください。")

    @classmethod
    def from_table(cls, table: pa.Table, names: Sequence[str], key: str = "household_key") -> "Matrix":
        """A feature table (`key` string, a float32 column per feature, null = not visible) as a matrix.

        Raises `MatrixRefused` when a column is missing or holds NaN (a NaN is a broken
        computation, never «not visible»).
        """
        absent = [name for name in names if name not in table.column_names]
        if absent:
            raise MatrixRefused(f"特徴量の列がありません(いまの定義にないものです): {', '.join(absent)}。")
        values = np.empty((table.num_rows, len(names)), dtype=np.float64, order="F")  # read by column
        for j, name in enumerate(names):
            values[:, j] = _floats(table.column(name), name)
        return cls(_one_array(table.column(key)), tuple(names), values)

    @classmethod
    def stacked(cls, parts: Sequence["Matrix"]) -> "Matrix":
        """Several matrices of the same features under each other, e.g. one per as-of date."""
        if len({part.names for part in parts}) != 1:
            raise MatrixRefused("特徴量の並びが異なる行列は重ねられません。")
        keys = pa.concat_arrays([part.keys for part in parts])
        return cls(keys, parts[0].names, np.concatenate([part.values for part in parts]))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.keys)

    def take(self, rows: Ints | NDArray[np.bool_]) -> "Matrix":
        """The matrix of the given row numbers (repeats allowed) or of the rows of a mask."""
        index = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return Matrix(self.keys.take(pa.array(index)), self.names, self.values[index])

    def column(self, name: str) -> Floats:
        """The float64 column of one feature, NaN = not visible."""
        return np.ascontiguousarray(self.values[:, self.names.index(name)])

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names, keys and values in the order given (sort by key before)."""
        seen = hashlib.sha256("\x1f".join(self.names).encode())
        seen.update("\x1f".join(self.keys.to_pylist()).encode())
        clean = np.where(np.isnan(self.values), np.nan, self.values + 0.0)  # one NaN, no -0.0
        seen.update(np.ascontiguousarray(clean, dtype="<f8").tobytes())
        return seen.hexdigest()

    def require(self, hashes: Mapping[str, str], given: Mapping[str, str]) -> None:
        """Raise `MatrixRefused` unless every feature's definition hash is the model's."""
        other = sorted(name for name, digest in hashes.items() if given.get(name) != digest)
        if other:
            raise MatrixRefused(
                f"特徴量の定義がモデルの学習時と異なります: {', '.join(other)}。"
                "定義を戻すか、モデルを学習し直して署名を受けてください。"
            )


def least_values(x: Matrix, specs: Sequence[Spec]) -> Floats:
    """Per feature the observed value at which a monotone function is smallest.

    Lowest for +1, highest for -1; 0 when nobody's is visible. float64[k], exact in float32.
    """
    least = np.zeros(len(specs))
    for j, spec in enumerate(_aligned(x, specs)):
        seen = _single(x.values[:, j])
        seen = seen[~np.isnan(seen)]
        if seen.size:
            least[j] = seen.min() if spec.direction == 1 else seen.max()
    return least


def filled(x: Matrix, specs: Sequence[Spec], least: Floats | None = None) -> Floats:
    """The matrix as an estimator may see it: float64 that are exact in float32, never NaN.

    What is not visible becomes `least` (of x itself unless given), so estimators cannot learn
    from visibility, and the fitted function's value there is the table's minimum.
    """
    fills = least_values(x, specs) if least is None else least
    values = _single(x.values)
    return np.where(np.isnan(values), fills, values)


def training_digest(x: Matrix, y: NDArray[np.integer] | None, weight: Floats | None) -> str:
    """SHA-256 over the matrix, the labels and the weights a model was learnt from."""
    seen = hashlib.sha256(x.digest.encode())
    seen.update(b"no labels" if y is None else np.asarray(y, dtype="<i8").tobytes())
    seen.update(b"no weights" if weight is None else np.asarray(weight, dtype="<f8").tobytes())
    return seen.hexdigest()


def _single(values: Floats) -> Floats:
    return values.astype(np.float32).astype(np.float64)


def _aligned(x: Matrix, specs: Sequence[Spec]) -> Sequence[Spec]:
    if tuple(spec.name for spec in specs) != x.names:
        raise MatrixRefused("特徴量の定義と行列の列の並びが一致しません。")
    return specs


def _floats(column: pa.ChunkedArray, name: str) -> Floats:
    array = _one_array(column.cast(pa.float64()))
    values = array.to_numpy(zero_copy_only=False)
    if np.isnan(values).sum() != array.null_count:
        raise MatrixRefused(f"特徴量 {name}: 計算できなかった値(NaN)があります。見えない値は null にしてください。")
    return np.asarray(values, dtype=np.float64)


def _one_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
