"""Training on rotated copies (Simard, LeCun & Denker, NIPS 1992; Simard, Steinkraus & Platt, ICDAR 2003)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import rotate

from agent.models.rule_based.components.images import as_images


def small_rotations(
    rows: NDArray[np.float64], targets: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add each image turned by 10 degrees either way."""
    images = as_images(rows)
    turned = [
        rotate(images, angle, axes=(1, 2), reshape=False, order=1, mode="nearest").reshape(len(rows), -1)
        for angle in (-10, 10)
    ]
    return np.vstack([rows, *turned]), np.tile(targets, 3)
