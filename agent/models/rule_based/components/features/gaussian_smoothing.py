"""Gaussian smoothing (Marr & Hildreth, Proceedings of the Royal Society B 207, 1980)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def smooth_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every row smoothed as a square image; half a pixel keeps strokes of one pixel apart."""
    return gaussian_filter(as_images(rows), sigma=(0, 0.5, 0.5)).reshape(len(rows), -1)


def gaussian_smoothing() -> FunctionTransformer:
    """Smooth each image with a narrow Gaussian."""
    return FunctionTransformer(smooth_rows)
