"""The metric. Trusted: runs after the candidate's program is dead; a candidate never sees this file."""

from __future__ import annotations

import numpy as np


def score(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """Root mean squared error.

    `y_true` are the labels as data.py wrote them, `y_pred` the predictions in the same order: (n,), or (n, k) when a
    candidate writes more columns than `prediction`. Raise ValueError with the reason to refuse predictions.
    """
    if y_pred.shape != y_true.shape:
        raise ValueError("predictions should be one number a row")
    return float(np.sqrt(np.mean((y_true - y_pred) ** 2)))
