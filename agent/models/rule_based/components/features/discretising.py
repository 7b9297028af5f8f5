"""Discretisation into bins (Dougherty, Kohavi & Sahami, ICML 1995)."""

from __future__ import annotations

from sklearn.preprocessing import KBinsDiscretizer


def discretising() -> KBinsDiscretizer:
    """Let each column act through a step function of four bins."""
    return KBinsDiscretizer(n_bins=4, encode="onehot-dense", strategy="uniform")
