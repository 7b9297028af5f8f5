# mypy: allow-subclassing-any
"""A dictionary of patches learned by k-means (Coates, Lee & Ng, AISTATS 2011)."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.cluster import MiniBatchKMeans

from agent.models.rule_based.components.images import as_images


def patches_of(rows: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """All patches of size x size pixels of each image, each brought to mean 0: (row, y, x, size * size)."""
    windows = sliding_window_view(as_images(rows), (size, size), axis=(1, 2))
    flat = windows.reshape(*windows.shape[:3], size * size)
    return np.asarray(flat - flat.mean(axis=3, keepdims=True))


class PatchDictionary(BaseEstimator, TransformerMixin):
    """Learn typical patches and describe an image by which of them occur in each of its quarters."""

    def __init__(self, words: int = 48, size: int = 3) -> None:
        self.words = words
        self.size = size

    def fit(self, rows: NDArray[np.float64], _targets: object = None) -> Self:
        """Cluster the patches of the training images."""
        patches = patches_of(rows, self.size).reshape(-1, self.size**2)
        self.words_ = MiniBatchKMeans(self.words, random_state=0, n_init=3).fit(patches).cluster_centers_
        return self

    def transform(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Each row and, beside it, the triangle activation of each word, summed over quarters of the image."""
        patches = patches_of(rows, self.size)
        distances = np.linalg.norm(patches[..., None, :] - self.words_, axis=-1)
        active = np.maximum(distances.mean(axis=-1, keepdims=True) - distances, 0)
        middle = active.shape[1] // 2
        halves = (slice(None, middle), slice(middle, None))
        sums = [active[:, top, left].sum(axis=(1, 2)) for top in halves for left in halves]
        return np.hstack([rows, *sums])


def patch_dictionary() -> PatchDictionary:
    """Describe each image by learned patches, beside its pixels."""
    return PatchDictionary()
