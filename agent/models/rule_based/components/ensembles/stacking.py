"""Stacked generalisation (Wolpert, Neural Networks 5, 1992)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier


def stacking(estimator: BaseEstimator, seed: int) -> StackingClassifier:
    """Let a logistic regression weigh the cross-validated predictions of the estimator, of trees and of neighbours."""
    return StackingClassifier(
        [
            ("estimator", estimator),
            ("trees", ExtraTreesClassifier(n_estimators=100, random_state=seed)),
            ("neighbours", KNeighborsClassifier(n_neighbors=5, weights="distance")),
        ],
        final_estimator=LogisticRegression(max_iter=1000),
        cv=3,
    )
