"""Scaling by median and quartiles (Huber & Ronchetti, Robust Statistics, 2009)."""

from __future__ import annotations

from sklearn.preprocessing import RobustScaler


def robust_scaling() -> RobustScaler:
    """Centre by the median and scale by the middle 80 %, which outliers do not move."""
    return RobustScaler(quantile_range=(10, 90))
