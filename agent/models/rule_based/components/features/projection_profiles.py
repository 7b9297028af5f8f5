"""Projection profiles (Trier, Jain & Taxt, Pattern Recognition 29, 1996, section 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def profile_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row and, beside it, the sums over the image's lines, columns and both kinds of diagonals."""
    images = as_images(rows)
    side = images.shape[1]
    mirrored = images[:, :, ::-1]
    offsets = range(1 - side, side)
    diagonals = [np.trace(view, offset, axis1=1, axis2=2) for view in (images, mirrored) for offset in offsets]
    return np.hstack([rows, images.sum(axis=1), images.sum(axis=2), np.stack(diagonals, axis=1)])


def projection_profiles() -> FunctionTransformer:
    """Give the image's sums along lines, columns and diagonals beside its pixels."""
    return FunctionTransformer(profile_rows)
