"""Scaling to a fixed range (Han, Kamber & Pei, Data Mining, 2012, section 3.5)."""

from __future__ import annotations

from sklearn.preprocessing import MinMaxScaler


def min_max_scaling() -> MinMaxScaler:
    """Bring each column to the range 0 to 1."""
    return MinMaxScaler()
