"""Non-negative matrix factorisation (Lee & Seung, Nature 401, 1999)."""

from __future__ import annotations

from sklearn.decomposition import NMF
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler


def nonnegative_parts() -> Pipeline:
    """Describe each row as a sum of 32 parts that only add, with shares of one variance."""
    return make_pipeline(NMF(n_components=32, init="nndsvda", max_iter=1000, random_state=0), StandardScaler())
