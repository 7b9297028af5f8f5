"""Root mean squared error, in grey levels (0 to 255)."""

from __future__ import annotations

import numpy as np


def score(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """RMSE over all rows. Of predictions with several columns the first one is the grey level."""
    return float(np.sqrt(np.mean((y_true - y_pred.reshape(len(y_true), -1)[:, 0]) ** 2)))
