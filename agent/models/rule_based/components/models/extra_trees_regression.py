"""Extremely randomised trees (Geurts, Ernst & Wehenkel, Machine Learning 63, 2006)."""

from __future__ import annotations

from sklearn.ensemble import ExtraTreesRegressor


def extra_trees_regression(seed: int) -> ExtraTreesRegressor:
    """Average 100 trees whose cut points are drawn at random."""
    return ExtraTreesRegressor(n_estimators=100, max_features=0.5, min_samples_leaf=2, random_state=seed)
