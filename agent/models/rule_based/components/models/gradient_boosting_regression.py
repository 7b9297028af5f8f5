"""Gradient boosting of histogram trees (Friedman, Annals of Statistics 29, 2001; Ke et al., NIPS 2017)."""

from __future__ import annotations

from sklearn.ensemble import HistGradientBoostingRegressor


def gradient_boosting_regression(seed: int) -> HistGradientBoostingRegressor:
    """Add small trees one by one, each fitted to what the sum so far gets wrong."""
    return HistGradientBoostingRegressor(max_iter=200, learning_rate=0.08, max_leaf_nodes=15, random_state=seed)
