"""B-splines of each column (Eilers & Marx, Statistical Science 11, 1996)."""

from __future__ import annotations

from sklearn.preprocessing import SplineTransformer


def splines() -> SplineTransformer:
    """Let each column act through a smooth curve of its own."""
    return SplineTransformer(n_knots=4, degree=3, extrapolation="linear")
