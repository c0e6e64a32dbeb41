"""The outside comparison: scikit-learn straight on what an office's file can carry, past the pipeline.

Same persons, same folds and same label as the run that is judged (its published validation rows say them); no contract,
no episode, no declared feature in between. What the pipeline loses against this is what it costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from benchmarks.real.taiwan_bills import Accounts
from models.intervals import Estimate
from models.metrics import auc, auc_difference

Floats = npt.NDArray[np.float64]
# Untuned: the same trees for every seed and fold.
TREES, LEARNING_RATE, LEAVES = 100, 0.08, 15


@dataclass(frozen=True)
class Outside:
    """AUC of the direct fit, and the run's shipped table minus it, paired by person."""

    direct: Estimate
    shipped_minus_direct: Estimate
    rows: int


def columns(accounts: Accounts) -> Floats:
    """Codes as arrears (0 and below are none), bills without credits, payments: float64[n, 18].

    No source holds the credit limit; sex, age, schooling and marriage are no features.
    """
    return np.column_stack([np.maximum(accounts.code, 0), accounts.statement, accounts.payment]).astype(np.float64)


def compare(data: pd.DataFrame, household_keys: list[str], validation: pa.Table) -> Outside:
    """Fit per fold of the published validation rows. In: data and keys in the same order; validation as published."""
    accounts = Accounts.of(data)
    place: Mapping[str, int] = {key: i for i, key in enumerate(household_keys)}
    judged = validation.filter(validation["judged"])
    at = np.array([place[key] for key in judged["household_key"].to_pylist()])
    fold = judged["fold"].to_numpy()
    label = np.asarray(judged["label"].to_pylist(), dtype=bool)
    if not np.array_equal(label, accounts.default[at]):
        raise ValueError("the published labels are not October's defaults: the deliveries lost or moved some")
    direct = _out_of_fold(columns(accounts)[at], label, fold)
    shipped = judged["margin"].to_numpy()
    return Outside(
        direct=auc(direct, label, at, made_up=False),
        shipped_minus_direct=auc_difference(shipped, direct, label, at, made_up=False),
        rows=len(at),
    )


def _out_of_fold(x: Floats, label: npt.NDArray[np.bool_], fold: npt.NDArray[np.int64]) -> Floats:
    from sklearn.ensemble import HistGradientBoostingClassifier

    scores = np.zeros(len(label))
    for number in np.unique(fold):
        held = fold == number
        fitted = HistGradientBoostingClassifier(
            max_iter=TREES,
            learning_rate=LEARNING_RATE,
            max_leaf_nodes=LEAVES,
            early_stopping=False,
            random_state=0,
        ).fit(x[~held], label[~held])
        scores[held] = fitted.decision_function(x[held])
    return scores
