"""Boosting of regressors (Drucker, ICML 1997)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.ensemble import AdaBoostRegressor


def boosting_regression(estimator: BaseEstimator, seed: int) -> AdaBoostRegressor:
    """Fit ten copies in turn, each with more weight on the rows that the last one got wrong."""
    return AdaBoostRegressor(estimator, n_estimators=10, random_state=seed)
