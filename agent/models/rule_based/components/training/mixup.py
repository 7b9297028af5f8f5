"""Mixup (Zhang, Cisse, Dauphin & Lopez-Paz, ICLR 2018)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def mixup(
    rows: NDArray[np.float64], targets: NDArray[np.float64], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Add as many random blends of two rows, with their targets blended in the same proportion."""
    random = np.random.default_rng(seed)
    partner = random.permutation(len(rows))
    share = random.beta(0.4, 0.4, size=len(rows))
    blended = share[:, None] * rows + (1 - share)[:, None] * rows[partner]
    return np.vstack([rows, blended]), np.concatenate([targets, share * targets + (1 - share) * targets[partner]])
