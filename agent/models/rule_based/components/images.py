"""Rows of a table as square grey images, and back."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def as_images(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of side x side pixels as an array (row, y, x)."""
    side = math.isqrt(rows.shape[1])
    if side * side != rows.shape[1]:
        raise ValueError(f"{rows.shape[1]} columns are no square image")
    return np.asarray(rows, dtype=np.float64).reshape(-1, side, side)
