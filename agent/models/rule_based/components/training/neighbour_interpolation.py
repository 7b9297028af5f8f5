"""Interpolation between neighbours of one class (Chawla et al., SMOTE, JAIR 16, 2002)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors


def neighbour_interpolation(
    rows: NDArray[np.float64], targets: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add for each row a point on the way to one of its three nearest neighbours of the same class."""
    random = np.random.default_rng(seed)
    parts, labels = [rows], [targets]
    for label in np.unique(targets):
        own = rows[targets == label]
        if len(own) < 2:
            continue
        search = NearestNeighbors(n_neighbors=min(3, len(own) - 1)).fit(own)
        neighbours = search.kneighbors(return_distance=False)
        chosen = own[neighbours[np.arange(len(own)), random.integers(neighbours.shape[1], size=len(own))]]
        parts.append(own + random.uniform(size=(len(own), 1)) * (chosen - own))
        labels.append(np.full(len(own), label))
    return np.vstack(parts), np.concatenate(labels)
