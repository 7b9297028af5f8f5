"""Edge maps by the Sobel operator (Sobel & Feldman, 1968; Duda & Hart, 1973)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def edge_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row and, beside it, the absolute horizontal and vertical gradient of every pixel."""
    images = as_images(rows)
    # Not `scipy.ndimage.sobel`, which smooths along all other axes, and so from one image into the next.
    edges = [
        correlate1d(correlate1d(images, [-1, 0, 1], axis=across), [1, 2, 1], axis=along)
        for across, along in ((1, 2), (2, 1))
    ]
    return np.hstack([rows, *(np.abs(edge).reshape(len(rows), -1) for edge in edges)])


def edge_maps() -> FunctionTransformer:
    """Give the strength of each pixel's edges beside the pixel."""
    return FunctionTransformer(edge_rows)
