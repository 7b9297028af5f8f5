"""Training on shifted copies (Simard, Steinkraus & Platt, ICDAR 2003)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import shift

from agent.models.rule_based.components.images import as_images


def small_shifts(
    rows: NDArray[np.float64], targets: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add each image moved by a fifteenth of its side in each of four directions: about half a pixel of eight."""
    images = as_images(rows)
    step = images.shape[1] / 15
    steps = ((0, step), (0, -step), (step, 0), (-step, 0))
    moved = [shift(images, (0, *way), order=1, mode="nearest").reshape(len(rows), -1) for way in steps]
    return np.vstack([rows, *moved]), np.tile(targets, 1 + len(steps))
