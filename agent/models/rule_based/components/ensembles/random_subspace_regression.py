"""Random subspaces (Ho, IEEE TPAMI 20, 1998)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.ensemble import BaggingRegressor


def random_subspace_regression(estimator: BaseEstimator, seed: int) -> BaggingRegressor:
    """Average ten copies, each fitted to a random half of the columns."""
    return BaggingRegressor(estimator, n_estimators=10, max_features=0.5, bootstrap=False, random_state=seed)
