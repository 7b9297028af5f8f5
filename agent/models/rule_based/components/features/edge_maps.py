"""Edge maps by the Sobel operator (Sobel & Feldman, 1968; Duda & Hart, 1973)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import sobel
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def edge_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row and, beside it, the absolute horizontal and vertical gradient of every pixel."""
    images = as_images(rows)
    edges = [np.abs(sobel(images, axis=axis)).reshape(len(rows), -1) for axis in (1, 2)]
    return np.hstack([rows, *edges])


def edge_maps() -> FunctionTransformer:
    """Give the strength of each pixel's edges beside the pixel."""
    return FunctionTransformer(edge_rows)
