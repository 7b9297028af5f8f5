"""Discrete cosine transform (Ahmed, Natarajan & Rao, IEEE Transactions on Computers C-23, 1974)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def cosine_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The low-frequency half of each square image's cosine coefficients."""
    images = as_images(rows)
    y, x = np.mgrid[: images.shape[1], : images.shape[2]]
    return np.asarray(dctn(images, axes=(1, 2), norm="ortho")[:, y + x < images.shape[1]])


def cosine_transform() -> FunctionTransformer:
    """Describe each image by its low frequencies."""
    return FunctionTransformer(cosine_rows)
