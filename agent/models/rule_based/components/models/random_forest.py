"""Random forest (Breiman, Machine Learning 45, 2001)."""

from __future__ import annotations

from sklearn.ensemble import RandomForestClassifier


def random_forest(seed: int) -> RandomForestClassifier:
    """Average 300 trees, each grown on a bootstrap sample with random candidate columns."""
    return RandomForestClassifier(n_estimators=300, random_state=seed)
