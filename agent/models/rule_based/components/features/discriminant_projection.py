"""Projection onto discriminant directions (Fisher, Annals of Eugenics 7, 1936; Rao, JRSS B 10, 1948)."""

from __future__ import annotations

from sklearn.discriminant_analysis import LinearDiscriminantAnalysis


def discriminant_projection() -> LinearDiscriminantAnalysis:
    """Keep the directions along which class means differ most."""
    return LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto")
