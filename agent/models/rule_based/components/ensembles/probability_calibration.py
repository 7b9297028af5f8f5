"""Calibrated probabilities (Platt, Advances in Large Margin Classifiers, 1999)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV


def probability_calibration(estimator: BaseEstimator) -> CalibratedClassifierCV:
    """Average five copies, each with probabilities calibrated on the fold that it did not see."""
    return CalibratedClassifierCV(estimator, method="sigmoid", cv=5)
