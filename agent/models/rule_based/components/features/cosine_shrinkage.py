"""Soft thresholding in an orthogonal basis (Donoho & Johnstone, Biometrika 81, 1994), here the cosine basis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def shrink_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row and, beside it, the row with its small cosine coefficients shrunk to nothing.

    The noise level is the median absolute deviation of the finer half of the coefficients.
    """
    images = as_images(rows)
    coefficients = dctn(images, axes=(1, 2), norm="ortho")
    y, x = np.mgrid[: images.shape[1], : images.shape[2]]
    fine = np.abs(coefficients[:, y + x >= images.shape[1]])
    threshold = np.median(fine, axis=1)[:, None, None] / 0.6745
    shrunk = np.sign(coefficients) * np.maximum(np.abs(coefficients) - threshold, 0)
    shrunk[:, 0, 0] = coefficients[:, 0, 0]
    clean = idctn(shrunk, axes=(1, 2), norm="ortho").reshape(len(rows), -1)
    return np.hstack([rows, clean])


def cosine_shrinkage() -> FunctionTransformer:
    """Give each image's shrunk version beside the image itself."""
    return FunctionTransformer(shrink_rows)
