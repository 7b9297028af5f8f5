"""Random forest (Breiman, Machine Learning 45, 2001)."""

from __future__ import annotations

from sklearn.ensemble import RandomForestRegressor


def random_forest_regression(seed: int) -> RandomForestRegressor:
    """Average 100 trees, each grown on a bootstrap sample with random candidate columns."""
    return RandomForestRegressor(n_estimators=100, max_features=0.33, min_samples_leaf=2, random_state=seed)
