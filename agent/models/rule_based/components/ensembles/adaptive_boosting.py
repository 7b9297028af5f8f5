"""Adaptive boosting for several classes (Zhu, Zou, Rosset & Hastie, Statistics and Its Interface 2, 2009)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.ensemble import AdaBoostClassifier


def adaptive_boosting(estimator: BaseEstimator, seed: int) -> AdaBoostClassifier:
    """Fit ten copies in turn, each with more weight on the rows that the last one got wrong."""
    return AdaBoostClassifier(estimator, n_estimators=10, random_state=seed)
