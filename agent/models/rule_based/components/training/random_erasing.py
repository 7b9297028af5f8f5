"""Random erasing (DeVries & Taylor, arXiv:1708.04552, 2017; Zhong et al., AAAI 2020)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agent.models.rule_based.components.images import as_images


def random_erasing(
    rows: NDArray[np.float64], targets: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add two copies of each image with a square of a quarter of its side set to the image's least value."""
    random = np.random.default_rng(seed)
    images = np.tile(as_images(rows), (2, 1, 1))
    side = images.shape[1]
    size = max(side // 4, 1)
    top, left = random.integers(0, side - size + 1, size=(2, len(images), 1, 1))
    y, x = np.mgrid[:side, :side]
    hidden = (y >= top) & (y < top + size) & (x >= left) & (x < left + size)
    erased = np.where(hidden, images.min(axis=(1, 2), keepdims=True), images)
    return np.vstack([rows, erased.reshape(len(erased), -1)]), np.tile(targets, 3)
