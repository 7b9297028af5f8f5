"""Histograms of oriented gradients (Dalal & Triggs, CVPR 2005)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def histogram_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row, scaled to unit length, and eight signed orientations in 3 x 3 overlapping soft cells, normalised."""
    images = as_images(rows)
    dy, dx = np.gradient(images, axis=(1, 2))
    turn = np.arctan2(dy, dx) / (2 * np.pi) * 8
    strength = np.hypot(dy, dx)
    # A gradient between two orientations is shared by both: hard bins jump when a stroke turns by a degree.
    votes = np.stack([strength * np.clip(1 - np.abs((turn - k + 4) % 8 - 4), 0, None) for k in range(8)], axis=1)
    places = np.arange(images.shape[1])[:, None]
    centres = np.linspace(0, images.shape[1] - 1, 5)[1:4]
    cell = np.clip(1 - np.abs(places - centres) / (images.shape[1] / 3), 0, None)
    histograms = np.einsum("nkyx,yi,xj->nkij", votes, cell, cell).reshape(len(rows), -1)
    parts = (rows, histograms)
    return np.hstack([part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-9) for part in parts])


def gradient_histograms() -> FunctionTransformer:
    """Describe each image by where its edges point, beside its pixels."""
    return FunctionTransformer(histogram_rows)
