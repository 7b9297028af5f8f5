"""Geometric moments (Hu, IRE Transactions on Information Theory 8, 1962)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def moment_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row and, beside it, its normalised central moments up to the fourth order."""
    images = as_images(rows)
    ink = images - images.min(axis=(1, 2), keepdims=True) + 1e-9
    ink /= ink.sum(axis=(1, 2), keepdims=True)
    y, x = np.mgrid[: images.shape[1], : images.shape[2]] / images.shape[1]
    y = y - (ink * y).sum(axis=(1, 2), keepdims=True)
    x = x - (ink * x).sum(axis=(1, 2), keepdims=True)
    orders = [(p, q) for p in range(5) for q in range(5 - p) if p + q >= 2]
    moments = [(ink * y**p * x**q).sum(axis=(1, 2)) for p, q in orders]
    return np.hstack([rows, np.stack(moments, axis=1)])


def geometric_moments() -> FunctionTransformer:
    """Give the image's central moments beside its pixels."""
    return FunctionTransformer(moment_rows)
