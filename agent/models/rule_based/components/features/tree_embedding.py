"""Leaves of random trees as features (Moosmann, Triggs & Jurie, NIPS 2006)."""

from __future__ import annotations

from sklearn.ensemble import RandomTreesEmbedding


def tree_embedding() -> RandomTreesEmbedding:
    """Say for each row in which leaf of 30 random trees it falls."""
    return RandomTreesEmbedding(n_estimators=30, max_depth=5, sparse_output=False, random_state=0)
