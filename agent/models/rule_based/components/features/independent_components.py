"""Independent components by FastICA (Hyvarinen & Oja, Neural Networks 13, 2000)."""

from __future__ import annotations

from sklearn.decomposition import FastICA


def independent_components() -> FastICA:
    """Unmix the columns into directions that are as independent as possible."""
    return FastICA(n_components=30, max_iter=1000, tol=1e-2, random_state=0)
