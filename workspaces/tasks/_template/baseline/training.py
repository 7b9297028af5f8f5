"""What the model learns from."""

from __future__ import annotations

import numpy as np


def augment(X: np.ndarray, y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Training rows made from the given ones; here the given ones themselves."""
    return X, y
