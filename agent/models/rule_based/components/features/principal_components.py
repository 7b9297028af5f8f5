"""Principal components, whitened (Jolliffe, Principal Component Analysis, 2002)."""

from __future__ import annotations

from sklearn.decomposition import PCA


def principal_components() -> PCA:
    """Keep the directions that hold 95 % of the variance, each at variance 1."""
    return PCA(n_components=0.95, svd_solver="full", whiten=True)
