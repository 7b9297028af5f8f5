"""Median filtering (Tukey, Exploratory Data Analysis, 1977)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def filter_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row and, beside it, its 3 x 3 median as a square image."""
    medians = median_filter(as_images(rows), size=(1, 3, 3)).reshape(len(rows), -1)
    return np.hstack([rows, medians])


def median_filtering() -> FunctionTransformer:
    """Give the 3 x 3 median of every pixel beside the pixel itself."""
    return FunctionTransformer(filter_rows)
