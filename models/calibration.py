"""Margin → probability: one strictly increasing line on the logit scale, fitted on a period of its own (METHODS §5)."""

import numpy as np

from models.intervals import CANNOT_TELL_BELOW, Codes, Floats
from models.metrics import Mask, fewest, logistic_line
from models.table import Platt

LABEL_JA = "情報が見えており、訪問を受けていない世帯の中での割合"


def platt(margin: Floats, label: Mask, households: Codes, weight: Floats | None = None) -> Platt | None:
    """Platt's map fitted on a mature period used for nothing else, with his smoothed targets.

    In: margin, label, household and weight per row. Out: None when fewer than 30 distinct households had a crisis or
    had none (one household's dates are one case), when all margins are equal, or when the fitted slope is not
    positive: an order turned round is not a calibration but a sign that the model does not hold in this period, and the
    caller says so. Source: Platt (1999).
    """
    positives, negatives = int(label.sum()), int((~label).sum())
    if fewest(households, label) < CANNOT_TELL_BELOW or float(np.ptp(margin)) == 0.0:
        return None
    target = np.where(label, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    line = logistic_line(margin, target, np.ones(len(margin)) if weight is None else weight)
    return Platt(line.slope, line.intercept) if line.slope > 0 else None
