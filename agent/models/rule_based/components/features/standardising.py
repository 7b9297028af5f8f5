"""Standardisation of each column (Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 2009)."""

from __future__ import annotations

from sklearn.preprocessing import StandardScaler


def standardising() -> StandardScaler:
    """Bring each column to mean 0 and variance 1."""
    return StandardScaler()
