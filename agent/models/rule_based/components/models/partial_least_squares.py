"""Partial least squares (Wold, Ruhe, Wold & Dunn, SIAM Journal on Scientific and Statistical Computing 5, 1984)."""

from __future__ import annotations

from sklearn.cross_decomposition import PLSRegression


def partial_least_squares() -> PLSRegression:
    """Regress on the twelve directions that share most covariance with the target."""
    return PLSRegression(n_components=12)
