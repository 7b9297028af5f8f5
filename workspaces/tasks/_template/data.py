"""Makes the three splits. Trusted: runs on your machine, in this folder, before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path


def read(settings: dict[str, Any], random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (n, 10) and labels (n,). Friedman's function with noise of variance 1 (Annals of Statistics 19:1, 1991).

    For a table of your own, put ``table = "mine.csv"`` below [data] in task.toml and write here, for example:

        table = np.loadtxt(settings["table"], delimiter=",", skiprows=1)
        return table[:, :-1], table[:, -1]
    """
    x = random.uniform(size=(settings["rows"], 10))
    clean = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return x, clean + random.normal(size=len(x))


def make(out: Path, settings: dict[str, Any]) -> None:
    """Write the splits below `out`. The same settings must make the same splits every time."""
    random = np.random.RandomState(settings["seed"])
    inputs, labels = read(settings, random)
    ids = random.permutation(len(labels))  # say nothing of the labels
    train, validation, test = np.array_split(random.permutation(len(labels)), 3)
    np.savez(out / "visible/train.npz", ids=ids[train], X=inputs[train], y=labels[train])
    for name, rows in (("validation", validation), ("test", test)):
        np.savez(out / f"visible/{name}.npz", ids=ids[rows], X=inputs[rows])
        np.savez(out / f"hidden/{name}.npz", ids=ids[rows], y=labels[rows])
