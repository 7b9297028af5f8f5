"""Regularised quadratic discriminant analysis (Friedman, JASA 84, 1989)."""

from __future__ import annotations

from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis


def quadratic_discriminant() -> QuadraticDiscriminantAnalysis:
    """One normal distribution a class with a regularised covariance of its own."""
    return QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=0.1)
