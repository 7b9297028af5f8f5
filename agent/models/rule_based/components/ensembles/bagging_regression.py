"""Bagging (Breiman, Machine Learning 24, 1996)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.ensemble import BaggingRegressor


def bagging_regression(estimator: BaseEstimator, seed: int) -> BaggingRegressor:
    """Average ten copies, each fitted to a bootstrap sample."""
    return BaggingRegressor(estimator, n_estimators=10, random_state=seed)
