"""Gradient boosting of histogram trees (Friedman, Annals of Statistics 29, 2001; Ke et al., NIPS 2017)."""

from __future__ import annotations

from sklearn.ensemble import HistGradientBoostingClassifier


def gradient_boosting(seed: int) -> HistGradientBoostingClassifier:
    """Add small trees one by one, each fitted to what the sum so far gets wrong."""
    return HistGradientBoostingClassifier(max_iter=60, learning_rate=0.15, max_leaf_nodes=8, random_state=seed)
