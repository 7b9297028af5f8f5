"""Bagging (Breiman, Machine Learning 24, 1996)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.ensemble import BaggingClassifier


def bagging(estimator: BaseEstimator, seed: int) -> BaggingClassifier:
    """Let ten copies vote, each fitted to a bootstrap sample."""
    return BaggingClassifier(estimator, n_estimators=10, random_state=seed)
