"""Scaling of each row to unit length (Salton, Wong & Yang, Communications of the ACM 18, 1975)."""

from __future__ import annotations

from sklearn.preprocessing import Normalizer


def unit_length() -> Normalizer:
    """Compare rows by direction and not by strength."""
    return Normalizer()
