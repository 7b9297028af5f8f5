"""Averaging of class probabilities (Kittler, Hatef, Duin & Matas, IEEE TPAMI 20, 1998)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesClassifier, VotingClassifier
from sklearn.neighbors import KNeighborsClassifier


def soft_voting(estimator: BaseEstimator, seed: int) -> VotingClassifier:
    """Average the class probabilities of the estimator, of random trees and of nearest neighbours."""
    return VotingClassifier(
        [
            ("estimator", estimator),
            ("trees", ExtraTreesClassifier(n_estimators=200, random_state=seed)),
            ("neighbours", KNeighborsClassifier(n_neighbors=5, weights="distance")),
        ],
        voting="soft",
    )
