"""What all learners share: refuse the unlearnable, convert, prove the conversion, measure."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.background import with_background
from models.matrix import Floats, Matrix, Spec, filled, training_digest
from models.scoring import margins
from models.table import Model, Pair, Term

Labels = NDArray[np.integer[Any]]
EXACT = 1e-9


class CannotLearn(ValueError):
    """The labels do not allow a fit (one class only, or of another length)."""


class ConversionFailed(ArithmeticError):
    """The table does not say what its estimator says: nothing may be shipped."""


@dataclass(frozen=True)
class Parts:
    """The numbers of a table, before it is measured against a background."""

    intercept: float
    terms: tuple[Term, ...]
    pairs: tuple[Pair, ...] = ()


class Fitted(Protocol):
    """An estimator after its fit: what it says itself, and the same as a table."""

    def decision(self, values: Floats) -> Floats:
        """The estimator's own margin (log-odds) for filled values float64[n, k]."""
        ...

    def parts(self, specs: Sequence[Spec]) -> Parts:
        """The estimator converted exactly."""
        ...


def check_labels(x: Matrix, y: Labels, weight: Floats | None) -> None:
    """Raise `CannotLearn` unless y is 0/1 with both present and lengths agree."""
    if len(y) != x.rows or (weight is not None and len(weight) != x.rows):
        raise CannotLearn("ラベル・重みの件数が行列の行数と一致しません。")
    if set(np.unique(y).tolist()) != {0, 1}:
        raise CannotLearn("危機の有無が片方しかない期間では学習できません。期間を広げるか、点数表を使ってください。")


def assemble(
    fitted: Fitted,
    x: Matrix,
    y: Labels,
    weight: Floats | None,
    specs: Sequence[Spec],
    learned: Mapping[str, Any],
    config_digest: str,
) -> Model:
    """Convert, prove on the training rows that table = estimator (1e-9), measure against x."""
    parts = fitted.parts(specs)
    model = Model(
        intercept=parts.intercept,
        terms=parts.terms,
        pairs=parts.pairs,
        features={spec.name: spec.hash for spec in specs},
        background=None,
        calibration=None,
        learned={**learned, "rows": x.rows, "positives": int(np.sum(y)), "weighted": weight is not None},
        training_digest=training_digest(x, y, weight),
        config_digest=config_digest,
    )
    conversion_error(model, fitted, Matrix(x.keys, x.names, filled(x, specs)))
    return with_background(model, x)


def conversion_error(model: Model, fitted: Fitted, visible: Matrix) -> float:
    """The largest |table - estimator| on rows without NaN; raises `ConversionFailed` above 1e-9."""
    error = float(np.abs(margins(model, visible) - fitted.decision(visible.values)).max())
    if not error <= EXACT:
        raise ConversionFailed(f"表が推定器と一致しません(最大の差 {error:.1e})。このモデルは使えません。")
    return error


def households(keys: pa.Array) -> NDArray[np.int64]:
    """A number per household for every row (rows of one household share it)."""
    encoded = keys.dictionary_encode()
    # Numbered by sorted key, so that the numbering does not hang on the order of rows.
    order = np.argsort(np.argsort(np.array(encoded.dictionary.to_pylist(), dtype=object)))
    return np.asarray(order[encoded.indices.to_numpy()], dtype=np.int64)


def versions(*packages: str) -> dict[str, str]:
    """Installed versions of the libraries a fit rests on."""
    return {package: version(package) for package in packages}


@contextmanager
def one_thread() -> Iterator[None]:
    """Run a fit on one thread: with more, BLAS and OpenMP may add in another order."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
