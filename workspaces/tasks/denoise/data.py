"""Cuts noisy 7x7 patches out of scikit-learn's two photographs, each split from regions of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.datasets import load_sample_images

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 7
BLOCK = 32
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


def make(out: Path, settings: dict[str, Any]) -> None:
    """Write the splits below `out`: 49 noisy grey levels a row, the label is the clean grey level of the centre.

    The photographs are tiled into blocks of 32x32 pixels. Each block belongs to one split and each patch lies within
    one block, so that no pixel is seen by two splits.
    """
    random = np.random.RandomState(settings["seed"])
    patches, centres, blocks = [], [], []
    for number, image in enumerate(load_sample_images().images):
        clean = image @ np.array(LUMA)
        noisy = clean + random.normal(scale=settings["noise"], size=clean.shape)
        block = _blocks(clean.shape) + 10_000 * number
        patches.append(_windows(noisy).reshape(-1, SIDE * SIDE))
        centres.append(_windows(clean)[:, :, SIDE // 2, SIDE // 2].ravel())
        inside = np.ptp(_windows(block), axis=(2, 3)) == 0
        blocks.append(np.where(inside, _windows(block)[:, :, 0, 0], -1).ravel())
    rows = _rows_by_split(np.concatenate(blocks), settings, random)
    X, y = np.concatenate(patches).astype(np.float32), np.concatenate(centres)  # noqa: N806 (the field's own name)
    ids = iter(random.permutation(sum(map(len, rows.values()))))
    for name, chosen in rows.items():
        own = np.array([next(ids) for _ in chosen])
        if name == "train":
            np.savez(out / "visible/train.npz", ids=own, X=X[chosen], y=y[chosen])
        else:
            np.savez(out / f"visible/{name}.npz", ids=own, X=X[chosen])
            np.savez(out / f"hidden/{name}.npz", ids=own, y=y[chosen])


def _windows(image: np.ndarray) -> np.ndarray:
    return np.lib.stride_tricks.sliding_window_view(image, (SIDE, SIDE))


def _blocks(shape: tuple[int, int]) -> np.ndarray:
    """The number of the block that each pixel lies in."""
    row, column = np.indices(shape) // BLOCK
    return row * 1000 + column


def _rows_by_split(
    blocks: np.ndarray, settings: dict[str, Any], random: np.random.RandomState
) -> dict[str, np.ndarray]:
    """Split → rows drawn from its blocks; blocks are dealt out in proportion to the wanted sizes."""
    names = ("train", "validation", "test")
    numbers = random.permutation(np.unique(blocks[blocks >= 0]))
    ends = np.cumsum([settings[name] for name in names]) / sum(settings[name] for name in names)
    shares = np.split(numbers, (ends[:-1] * len(numbers)).astype(int))
    return {
        name: random.choice(np.flatnonzero(np.isin(blocks, share)), size=settings[name], replace=False)
        for name, share in zip(names, shares, strict=True)
    }
