"""A model is a table: canonical JSON that an auditor can read, compare and sign.

margin = intercept + Σ looked-up values. Seen from a background cohort the same number is
base + Σ contributions, with contribution = looked-up value - its mean over the background.
Hiding a feature looks up the minimum, so it can never raise a margin.
"""

import hashlib
import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from models.matrix import Floats

MAX_PAIRS = 8
SCHEMA = 1


class ModelRefused(ValueError):
    """The numbers do not make a model; the message says which rule is broken."""


@dataclass(frozen=True)
class Term:
    """One feature's step function: `values[i]` holds for edges[i-1] < x ≤ edges[i].

    `missing` = min(values), looked up when the feature is not visible. `mean` = mean looked-up
    value over the background cohort.
    """

    feature: str
    direction: int
    edges: tuple[float, ...]
    values: tuple[float, ...]
    missing: float
    mean: float = 0.0

    def __post_init__(self) -> None:
        """Check length, order of edges, direction and the value for not visible."""
        _ascending(self.edges, self.feature)
        _finite((*self.values, self.missing, self.mean), self.feature)
        if len(self.values) != len(self.edges) + 1:
            raise ModelRefused(f"{self.feature}: 値の数は区切りの数より1つ多くなければなりません。")
        if self.missing != min(self.values):
            raise ModelRefused(f"{self.feature}: 見えないときの値は最小値でなければなりません。")
        if any(self.direction * (b - a) < 0 for a, b in itertools.pairwise(self.values)):
            raise ModelRefused(f"{self.feature}: 値が宣言した方向 {self.direction:+d} に反しています。")

    @property
    def name(self) -> str:
        """The column of its contribution."""
        return self.feature

    @cached_property
    def cells(self) -> Floats:
        """Values by interval; the last cell is for «not visible»."""
        return np.array((*self.values, self.missing), dtype=np.float64)


@dataclass(frozen=True)
class Pair:
    """Two features together: `grid[i][j]` for interval i of `a` and interval j of `b`.

    The last row and column are for «not visible»: the minimum down the column, along the row,
    over all; hiding either or both therefore never raises it. `mean` is over the background;
    `given_a[i]` is the mean over the background's b with `a` held in cell i, `given_b[j]`
    likewise: with them a pair can be shared out between two players exactly.
    """

    a: str
    b: str
    edges_a: tuple[float, ...]
    edges_b: tuple[float, ...]
    grid: tuple[tuple[float, ...], ...]
    mean: float = 0.0
    given_a: tuple[float, ...] = ()
    given_b: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check the shape of the grid and its cells for not visible."""
        _ascending(self.edges_a, self.name)
        _ascending(self.edges_b, self.name)
        _finite((self.mean, *self.given_a, *self.given_b, *(v for row in self.grid for v in row)), self.name)
        shape = (len(self.edges_a) + 2, len(self.edges_b) + 2)
        if self.a == self.b or len(self.grid) != shape[0] or {len(row) for row in self.grid} != {shape[1]}:
            raise ModelRefused(f"{self.name}: 格子の形が区切りの数と一致しません。")
        if self.grid != closed_grid(tuple(row[:-1] for row in self.grid[:-1])):
            raise ModelRefused(f"{self.name}: 見えないときの値は列・行・全体の最小値でなければなりません。")

    @property
    def name(self) -> str:
        """The column of its contribution."""
        return f"{self.a}×{self.b}"

    @cached_property
    def cells(self) -> Floats:
        """The grid as an array; last row and column are for «not visible»."""
        return np.array(self.grid, dtype=np.float64)


def closed_grid(inner: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, ...], ...]:
    """A grid of visible cells with the row and column for «not visible» added (minima)."""
    rows = [(*row, min(row)) for row in inner]
    return (*rows, tuple(min(column) for column in zip(*rows, strict=True)))


@dataclass(frozen=True)
class Platt:
    """probability = 1 / (1 + exp(-(slope · margin + intercept))); slope > 0, so ranks stay."""

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        """Refuse a map that does not strictly increase."""
        _finite((self.slope, self.intercept), "calibration")
        if self.slope <= 0:
            raise ModelRefused("較正は単調増加でなければなりません(傾き > 0)。")


@dataclass(frozen=True)
class Background:
    """The unweighted cohort against which contributions are measured: rows and digest."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Model:
    """Everything that is shipped and signed. `features`: name → definition hash.

    `learned` says how: learner, settings, seed, rows, positives, library versions (JSON-able).
    """

    intercept: float
    terms: tuple[Term, ...]
    pairs: tuple[Pair, ...]
    features: Mapping[str, str]
    background: Background | None
    calibration: Platt | None
    learned: Mapping[str, Any] = field(default_factory=dict)
    training_digest: str = ""
    config_digest: str = ""

    def __post_init__(self) -> None:
        """Check that terms, pairs and features belong together and pairs are at most 8."""
        _finite((self.intercept,), "intercept")
        names = [term.feature for term in self.terms]
        if not names:
            raise ModelRefused("特徴量のないモデルはありません。")
        if len(set(names)) != len(names) or set(names) != set(self.features):
            raise ModelRefused("特徴量ごとに項はちょうど1つ必要です。")
        if len(self.pairs) > MAX_PAIRS or len({pair.name for pair in self.pairs}) != len(self.pairs):
            raise ModelRefused(f"組は重複なしで {MAX_PAIRS} 個までです。")
        if any(pair.a not in self.features or pair.b not in self.features for pair in self.pairs):
            raise ModelRefused("組の特徴量が項にありません。")
        direction = {term.feature: term.direction for term in self.terms}
        for pair in self.pairs:
            inner = pair.cells[:-1, :-1]
            if any((np.diff(inner, axis=i) * direction[f] < 0).any() for i, f in enumerate((pair.a, pair.b))):
                raise ModelRefused(f"{pair.name}: 格子が宣言した方向に反しています。")

    @property
    def names(self) -> tuple[str, ...]:
        """The features in declared order."""
        return tuple(term.feature for term in self.terms)

    @property
    def parts(self) -> "tuple[Term | Pair, ...]":
        """Terms, then pairs, in declared order: the order of every sum."""
        return (*self.terms, *self.pairs)

    @property
    def columns(self) -> tuple[str, ...]:
        """The contribution columns in declared order: terms, then pairs `a×b`."""
        return tuple(part.name for part in self.parts)

    @property
    def base(self) -> float:
        """Intercept + Σ background means, summed in declared order."""
        total = self.intercept
        for part in self.parts:
            total += part.mean
        return total


def term(feature: str, direction: int, edges: tuple[float, ...], values: tuple[float, ...]) -> Term:
    """A term with its value for not visible filled in; neighbouring equal steps are merged."""
    kept_edges: list[float] = []
    kept = [float(values[0]) + 0.0]
    for edge, value in zip(edges, values[1:], strict=True):
        if value != kept[-1]:
            kept_edges.append(float(edge) + 0.0)
            kept.append(float(value) + 0.0)
    return Term(feature, direction, tuple(kept_edges), tuple(kept), min(kept))


def canonical_json(model: Model) -> str:
    """The one spelling of a model: sorted keys, floats by repr, no NaN, no spaces."""
    content = {"schema": SCHEMA, "base": model.base, **asdict(model)}
    content["features"] = dict(model.features)
    return json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def model_hash(model: Model) -> str:
    """SHA-256 (hex) of the canonical JSON in UTF-8: table, how learnt, feature hashes, digests."""
    return hashlib.sha256(canonical_json(model).encode()).hexdigest()


def from_json(text: str) -> Model:
    """Read a model back; raises `ModelRefused` when the text is not exactly a canonical model."""
    try:
        content = json.loads(text)
        pairs = tuple(Pair(**{k: _tuples(v) for k, v in pair.items()}) for pair in content["pairs"])
        model = Model(
            intercept=content["intercept"],
            terms=tuple(Term(**{k: _tuples(v) for k, v in one.items()}) for one in content["terms"]),
            pairs=pairs,
            features=content["features"],
            background=None if content["background"] is None else Background(**content["background"]),
            calibration=None if content["calibration"] is None else Platt(**content["calibration"]),
            learned=content["learned"],
            training_digest=content["training_digest"],
            config_digest=content["config_digest"],
        )
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ModelRefused("モデルの書式が違います。model.json が書き換えられていないか確かめてください。") from error
    if canonical_json(model) != text:
        raise ModelRefused("モデルの文字列が正規の形ではありません。model.json は編集できません。")
    return model


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def _ascending(edges: tuple[float, ...], name: str) -> None:
    _finite(edges, name)
    if any(not a < b for a, b in itertools.pairwise(edges)):
        raise ModelRefused(f"{name}: 区切りは小さい順でなければなりません。")


def _finite(values: tuple[float, ...], name: str) -> None:
    if not all(isinstance(v, float) and math.isfinite(v) for v in values):
        raise ModelRefused(f"{name}: 数は有限の小数でなければなりません。")
