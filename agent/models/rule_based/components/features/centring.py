"""Centring by the centre of mass (LeCun et al., Proceedings of the IEEE 86, 1998, section III)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import center_of_mass, shift
from sklearn.preprocessing import FunctionTransformer

from agent.models.rule_based.components.images import as_images


def centred(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """The image moved by a fraction of a pixel so that its centre of mass lies in the middle."""
    ink = image - image.min()
    if ink.sum() == 0:
        return image
    middle = (np.array(image.shape) - 1) / 2
    return np.asarray(shift(image, middle - np.array(center_of_mass(ink)), order=1, mode="nearest"))


def centre_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every row centred as a square image."""
    return np.stack([centred(image).ravel() for image in as_images(rows)])


def centring() -> FunctionTransformer:
    """Move each image's centre of mass to the middle."""
    return FunctionTransformer(centre_rows)
