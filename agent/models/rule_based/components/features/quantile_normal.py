"""Rank-based normal scores (Van der Waerden, Indagationes Mathematicae 14, 1952)."""

from __future__ import annotations

from sklearn.preprocessing import QuantileTransformer


def quantile_normal() -> QuantileTransformer:
    """Replace each value by the normal score of its rank in the column."""
    return QuantileTransformer(n_quantiles=100, output_distribution="normal", random_state=0)
