"""Linear discriminant analysis with shrunken covariance (Fisher, 1936; Ledoit & Wolf, 2004)."""

from __future__ import annotations

from sklearn.discriminant_analysis import LinearDiscriminantAnalysis


def linear_discriminant() -> LinearDiscriminantAnalysis:
    """One normal distribution a class with a common, shrunken covariance."""
    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
