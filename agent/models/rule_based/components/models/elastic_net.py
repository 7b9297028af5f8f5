"""Elastic net (Zou & Hastie, Journal of the Royal Statistical Society B 67, 2005)."""

from __future__ import annotations

from sklearn.linear_model import ElasticNetCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler


def elastic_net() -> Pipeline:
    """Least squares with a penalty that drops useless columns; its strength is cross-validated."""
    return make_pipeline(StandardScaler(), ElasticNetCV(l1_ratio=0.5, cv=5))
