"""Eight noisy readings of a hidden quantity; the label is its sign."""

import numpy as np


def make(out, settings):
    rng = np.random.default_rng(7)
    first = 0
    for name in ("train", "validation", "test"):
        rows = settings["rows"]
        hidden = rng.normal(size=rows)
        X = hidden[:, None] + settings["noise"] * rng.normal(size=(rows, 8))
        ids = np.arange(first, first + rows)
        first += rows
        y = (hidden > 0).astype(int)
        if name == "train":
            np.savez(out / "visible/train.npz", ids=ids, X=X, y=y)
        else:
            np.savez(out / f"visible/{name}.npz", ids=ids, X=X)
            np.savez(out / f"hidden/{name}.npz", ids=ids, y=y)
