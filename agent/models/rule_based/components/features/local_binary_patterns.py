"""Local binary patterns (Ojala, Pietikainen & Maenpaa, IEEE TPAMI 24, 2002)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def pattern_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row and, beside it, in each quarter of the image how often each of the eight neighbours is brighter.

    The full code of 256 patterns needs more pixels than a small image has, so its bits are counted one by one.
    """
    images = as_images(rows)
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    height, width = images.shape[1:]
    steps = [(dy, dx) for dy in (0, 1, 2) for dx in (0, 1, 2) if (dy, dx) != (1, 1)]
    brighter = [padded[:, dy : dy + height, dx : dx + width] > images for dy, dx in steps]
    halves = (slice(None, height // 2), slice(height // 2, None))
    counts = [bits[:, top, left].mean(axis=(1, 2)) for bits in brighter for top in halves for left in halves]
    return np.hstack([rows, np.stack(counts, axis=1)])


def local_binary_patterns() -> FunctionTransformer:
    """Describe each image's local texture, beside its pixels."""
    return FunctionTransformer(pattern_rows)
