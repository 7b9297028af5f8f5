"""Error-correcting output codes (Dietterich & Bakiri, JAIR 2, 1995)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.multiclass import OutputCodeClassifier


def output_codes(estimator: BaseEstimator, seed: int) -> OutputCodeClassifier:
    """Learn random splits of the classes in two and take the class whose code is nearest."""
    return OutputCodeClassifier(estimator, code_size=3, random_state=seed)
