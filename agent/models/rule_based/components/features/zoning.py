"""Zoning (Trier, Jain & Taxt, Pattern Recognition 29, 1996, section 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def zone_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row and, beside it, the means of overlapping zones of 2 x 2 and 3 x 3 pixels."""
    images = as_images(rows)
    zones = [uniform_filter(images, size=(1, size, size)) for size in (2, 3)]
    return np.hstack([rows, *(zone.reshape(len(rows), -1) for zone in zones)])


def zoning() -> FunctionTransformer:
    """Give the ink in overlapping zones beside the pixels."""
    return FunctionTransformer(zone_rows)
