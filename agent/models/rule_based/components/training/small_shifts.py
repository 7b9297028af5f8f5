"""Training on shifted copies (Simard, Steinkraus & Platt, ICDAR 2003)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import shift

from agent.models.rule_based.components.images import as_images


def small_shifts(
    rows: NDArray[np.float64], targets: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add each image moved by one pixel in each of four directions: a digit moved is the same digit."""
    images = as_images(rows)
    steps = ((0, 1), (0, -1), (1, 0), (-1, 0))
    moved = [shift(images, (0, *step), order=0, mode="nearest").reshape(len(rows), -1) for step in steps]
    return np.vstack([rows, *moved]), np.tile(targets, 1 + len(steps))
