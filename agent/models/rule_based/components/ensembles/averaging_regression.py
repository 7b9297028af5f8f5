"""Averaging of regressors (Perrone & Cooper, Artificial Neural Networks for Speech and Vision, 1993)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesRegressor, VotingRegressor
from sklearn.neighbors import KNeighborsRegressor


def averaging_regression(estimator: BaseEstimator, seed: int) -> VotingRegressor:
    """Average the estimator, random trees and nearest neighbours."""
    return VotingRegressor(
        [
            ("estimator", estimator),
            ("trees", ExtraTreesRegressor(n_estimators=50, max_features=0.5, min_samples_leaf=2, random_state=seed)),
            ("neighbours", KNeighborsRegressor(n_neighbors=15, weights="distance")),
        ]
    )
