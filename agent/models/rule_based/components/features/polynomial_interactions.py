"""Products of pairs of columns (Ivakhnenko, IEEE Transactions on Systems, Man, and Cybernetics 1, 1971)."""

from __future__ import annotations

from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler


def polynomial_interactions() -> Pipeline:
    """Add the product of each pair of columns, and bring all to one scale."""
    return make_pipeline(PolynomialFeatures(degree=2, interaction_only=True, include_bias=False), StandardScaler())
