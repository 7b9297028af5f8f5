"""Deskewing by second moments (LeCun et al., Proceedings of the IEEE 86, 1998, section III)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import affine_transform
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def deskewed(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """The image sheared so that its principal vertical axis stands upright."""
    ink = image - image.min()
    total = ink.sum()
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    if total == 0:
        return image
    y_mean, x_mean = (ink * y).sum() / total, (ink * x).sum() / total
    spread = (ink * (y - y_mean) ** 2).sum()
    if spread == 0:
        return image
    shear = (ink * (y - y_mean) * (x - x_mean)).sum() / spread
    return np.asarray(affine_transform(image, [[1, 0], [shear, 1]], offset=[0, -shear * y_mean], order=1))


def deskew_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every row deskewed as a square image."""
    return np.stack([deskewed(image).ravel() for image in as_images(rows)])


def deskewing() -> FunctionTransformer:
    """Remove each image's slant before anything else sees it."""
    return FunctionTransformer(deskew_rows)
