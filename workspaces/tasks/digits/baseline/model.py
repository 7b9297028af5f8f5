"""What learns."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression


def build_model(seed: int) -> BaseEstimator:
    """An untrained scikit-learn estimator; all its randomness comes from `seed`."""
    return LogisticRegression(max_iter=2000, random_state=seed)
