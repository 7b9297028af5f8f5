"""Gaussian naive Bayes (Domingos & Pazzani, Machine Learning 29, 1997)."""

from __future__ import annotations

from sklearn.naive_bayes import GaussianNB


def gaussian_naive_bayes() -> GaussianNB:
    """Independent normal distributions a class, with a floor below the variances."""
    return GaussianNB(var_smoothing=1e-2)
