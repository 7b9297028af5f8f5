"""Robust regression (Huber, Annals of Mathematical Statistics 35, 1964)."""

from __future__ import annotations

from sklearn.linear_model import HuberRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler


def huber_regression() -> Pipeline:
    """Squared loss for small errors and absolute loss for large ones."""
    return make_pipeline(StandardScaler(), HuberRegressor(max_iter=500))
