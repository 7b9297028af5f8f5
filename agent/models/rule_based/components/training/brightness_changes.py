"""Training on copies of other brightness (Krizhevsky, Sutskever & Hinton, NIPS 2012, section 4.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def brightness_changes(
    rows: NDArray[np.float64], targets: NDArray[np.float64], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Add each patch once more with a random grey level added to all pixels and to the target alike."""
    random = np.random.default_rng(seed)
    offset = random.normal(0, 0.5 * targets.std(), size=len(rows))
    return np.vstack([rows, rows + offset[:, None]]), np.concatenate([targets, targets + offset])
