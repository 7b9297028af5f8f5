"""The eight symmetries of the square as training rows (Timofte, Rothe & Van Gool, CVPR 2016)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agent.models.rule_based.components.images import as_images


def mirrored_patches(
    rows: NDArray[np.float64], targets: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Add each patch turned and mirrored in all seven other ways; its centre pixel stays where it is."""
    patches = as_images(rows)
    turned = [np.rot90(view, times, axes=(1, 2)) for view in (patches, patches[:, :, ::-1]) for times in range(4)]
    return np.vstack([view.reshape(len(rows), -1) for view in turned]), np.tile(targets, 8)
