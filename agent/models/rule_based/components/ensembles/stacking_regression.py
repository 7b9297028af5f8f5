"""Stacked regressions (Breiman, Machine Learning 24, 1996)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesRegressor, StackingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.neighbors import KNeighborsRegressor


def stacking_regression(estimator: BaseEstimator, seed: int) -> StackingRegressor:
    """Let a ridge regression weigh the cross-validated predictions of the estimator, of trees and of neighbours."""
    return StackingRegressor(
        [
            ("estimator", estimator),
            ("trees", ExtraTreesRegressor(n_estimators=50, max_features=0.5, min_samples_leaf=2, random_state=seed)),
            ("neighbours", KNeighborsRegressor(n_neighbors=15, weights="distance")),
        ],
        final_estimator=RidgeCV(),
        cv=3,
    )
