"""Training on elastically distorted copies (Simard, Steinkraus & Platt, ICDAR 2003)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from agent.models.rule_based.components.images import as_images


def elastic_distortions(
    rows: NDArray[np.float64], targets: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add three copies of each image, moved by a smooth random field of about half a pixel."""
    random = np.random.default_rng(seed)
    images = np.tile(as_images(rows), (3, 1, 1))
    fields = gaussian_filter(random.uniform(-1, 1, (2, *images.shape)), sigma=(0, 0, 2, 2), mode="nearest")
    fields *= 0.5 / fields.std()
    number, y, x = np.indices(images.shape)
    bent = map_coordinates(images, [number, y + fields[0], x + fields[1]], order=1, mode="nearest")
    return np.vstack([rows, bent.reshape(3 * len(rows), -1)]), np.tile(targets, 4)
