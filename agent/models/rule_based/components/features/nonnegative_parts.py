"""Non-negative matrix factorisation (Lee & Seung, Nature 401, 1999)."""

from __future__ import annotations

from sklearn.decomposition import NMF


def nonnegative_parts() -> NMF:
    """Describe each row as a sum of parts that only add."""
    return NMF(n_components=32, init="nndsvda", max_iter=1000, random_state=0)
