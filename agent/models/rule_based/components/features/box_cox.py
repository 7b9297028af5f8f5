"""Box-Cox power transform (Box & Cox, Journal of the Royal Statistical Society B 26, 1964)."""

from __future__ import annotations

from sklearn.preprocessing import PowerTransformer


def box_cox() -> PowerTransformer:
    """Make each column as normal as a power makes it, then standardise."""
    return PowerTransformer(method="box-cox")
