"""Random subspaces (Ho, IEEE TPAMI 20, 1998)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.ensemble import BaggingClassifier


def random_subspaces(estimator: BaseEstimator, seed: int) -> BaggingClassifier:
    """Let ten copies vote, each fitted to a random half of the columns."""
    return BaggingClassifier(estimator, n_estimators=10, max_features=0.5, bootstrap=False, random_state=seed)
