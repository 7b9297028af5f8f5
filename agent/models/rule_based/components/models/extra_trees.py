"""Extremely randomised trees (Geurts, Ernst & Wehenkel, Machine Learning 63, 2006)."""

from __future__ import annotations

from sklearn.ensemble import ExtraTreesClassifier


def extra_trees(seed: int) -> ExtraTreesClassifier:
    """Average 300 trees whose cut points are drawn at random."""
    return ExtraTreesClassifier(n_estimators=300, random_state=seed)
