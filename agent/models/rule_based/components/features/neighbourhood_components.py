"""Neighbourhood components analysis (Goldberger, Roweis, Hinton & Salakhutdinov, NIPS 2004)."""

from __future__ import annotations

from sklearn.neighbors import NeighborhoodComponentsAnalysis


def neighbourhood_components() -> NeighborhoodComponentsAnalysis:
    """Learn a linear map that brings rows of one class together."""
    return NeighborhoodComponentsAnalysis(n_components=24, max_iter=30, random_state=0)
