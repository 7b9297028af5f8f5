"""Nearest neighbours (Cover & Hart, IEEE Transactions on Information Theory 13, 1967)."""

from __future__ import annotations

from sklearn.neighbors import KNeighborsClassifier


def nearest_neighbours() -> KNeighborsClassifier:
    """Let the three nearest training rows vote, nearer ones with more weight."""
    return KNeighborsClassifier(n_neighbors=3, weights="distance")
