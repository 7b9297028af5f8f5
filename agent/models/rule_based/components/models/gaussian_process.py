"""Gaussian process classification (Williams & Barber, IEEE TPAMI 20, 1998)."""

from __future__ import annotations

from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler


def gaussian_process() -> Pipeline:
    """A latent Gaussian process a class on standardised columns; its scale is set, since fitting it takes minutes."""
    return make_pipeline(StandardScaler(), GaussianProcessClassifier(10.0 * RBF(8.0), optimizer=None))
