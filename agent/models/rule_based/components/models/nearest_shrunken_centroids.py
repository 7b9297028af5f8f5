"""Nearest shrunken centroids (Tibshirani, Hastie, Narasimhan & Chu, PNAS 99, 2002)."""

from __future__ import annotations

from sklearn.neighbors import NearestCentroid


def nearest_shrunken_centroids() -> NearestCentroid:
    """Give each row to the nearest class mean, after the means are shrunk towards each other."""
    return NearestCentroid(shrink_threshold=0.2)
