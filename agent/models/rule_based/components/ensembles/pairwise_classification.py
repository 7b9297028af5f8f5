"""Pairwise coupling of classes (Hastie & Tibshirani, Annals of Statistics 26, 1998)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.multiclass import OneVsOneClassifier


def pairwise_classification(estimator: BaseEstimator) -> OneVsOneClassifier:
    """Learn one classifier for each pair of classes and let them vote."""
    return OneVsOneClassifier(estimator)
