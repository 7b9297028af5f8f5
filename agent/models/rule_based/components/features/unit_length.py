"""Scaling of each row to unit length (Salton, Wong & Yang, Communications of the ACM 18, 1975)."""

from __future__ import annotations

from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler


def unit_length() -> Pipeline:
    """Compare rows by direction and not by strength, in columns of one variance."""
    return make_pipeline(Normalizer(), StandardScaler())
