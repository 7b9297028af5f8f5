"""Regression on a normalised target (Box & Cox, Journal of the Royal Statistical Society B 26, 1964)."""

from __future__ import annotations

from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.preprocessing import QuantileTransformer


def target_normalisation(estimator: BaseEstimator) -> TransformedTargetRegressor:
    """Fit the normal scores of the target and transform predictions back."""
    return TransformedTargetRegressor(
        estimator, transformer=QuantileTransformer(n_quantiles=100, output_distribution="normal", random_state=0)
    )
