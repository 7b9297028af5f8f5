"""Splits scikit-learn's handwritten digits into three parts of 599 rows, each class in equal share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

if TYPE_CHECKING:
    from pathlib import Path


def make(out: Path, settings: dict[str, Any]) -> None:
    """Write the splits below `out`: inputs are 64 grey levels (0 to 16) a row, labels are the digits 0 to 9.

    All three parts have the same size, so that a candidate cannot tell validation from test by counting rows.
    """
    seed = settings["split_seed"]
    X, y = load_digits(return_X_y=True)  # noqa: N806 (scikit-learn's own name)
    ids = np.random.RandomState(seed).permutation(len(y))
    rest, train = train_test_split(np.arange(len(y)), test_size=1 / 3, stratify=y, random_state=seed)
    validation, test = train_test_split(rest, test_size=1 / 2, stratify=y[rest], random_state=seed)
    np.savez(out / "visible/train.npz", ids=ids[train], X=X[train], y=y[train])
    for name, rows in (("validation", validation), ("test", test)):
        np.savez(out / f"visible/{name}.npz", ids=ids[rows], X=X[rows])
        np.savez(out / f"hidden/{name}.npz", ids=ids[rows], y=y[rows])
