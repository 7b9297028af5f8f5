"""Whether the splits that a data.py made can be trusted: complete, disjoint, and without the labels in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Arrays: TypeAlias = "dict[str, NDArray[np.generic]]"

FILES = {
    "visible/train.npz": ("ids", "X", "y"),
    "visible/validation.npz": ("ids", "X"),
    "visible/test.npz": ("ids", "X"),
    "hidden/validation.npz": ("ids", "y"),
    "hidden/test.npz": ("ids", "y"),
}
"""Each file of a data set and exactly the arrays in it."""


def count_rows(folder: Path) -> dict[str, int]:
    """Number of rows of `train`, `validation` and `test`."""
    return {name: len(_read(folder / f"visible/{name}.npz")["ids"]) for name in ("train", "validation", "test")}


def check_splits(folder: Path) -> list[str]:
    """What is wrong with a data set, one line per mistake; empty when nothing is."""
    found: dict[str, Arrays] = {}
    problems: list[str] = []
    for name, wanted in FILES.items():
        try:
            found[name] = _read(folder / name)
        except FileNotFoundError:
            problems.append(f"{name}: was not written")
        except (ValueError, OSError) as error:
            problems.append(f"{name}: cannot be read as npz without pickle: {error}")
        else:
            problems += [f"{name}: {problem}" for problem in _shape_problems(found[name], wanted)]
    return problems or _label_problems(found)


def _read(file: Path) -> Arrays:
    with np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _shape_problems(arrays: Arrays, wanted: tuple[str, ...]) -> list[str]:
    if set(arrays) != set(wanted):
        return [f"holds {', '.join(sorted(arrays)) or 'nothing'}; exactly {', '.join(wanted)} would be right"]
    problems = []
    ids = arrays["ids"]
    if ids.ndim != 1 or ids.dtype.kind not in "iuU" or len(ids) == 0:
        problems.append("ids should be one row of whole numbers or texts, at least one")
    elif len(np.unique(ids)) < len(ids):
        problems.append("ids should be there once each")
    problems += [f"{name} should have a row for each id" for name in wanted if arrays[name].shape[:1] != ids.shape[:1]]
    if "y" in wanted and not _are_numbers(arrays["y"]):
        problems.append("y should be finite numbers, one row or a table (number the classes)")
    return problems


def _are_numbers(y: NDArray[np.generic]) -> bool:
    return y.dtype.kind in "iuf" and y.ndim in {1, 2} and bool(np.isfinite(y.astype(float)).all())


def _label_problems(found: dict[str, Arrays]) -> list[str]:
    """Mistakes by which a candidate could know labels without predicting them."""
    problems = []
    ids = [found[f"visible/{name}.npz"]["ids"].astype(str) for name in ("train", "validation", "test")]
    if len(np.unique(np.concatenate(ids))) < sum(map(len, ids)):
        problems.append("ids: a row lies in more than one split; each should lie in one")
    for split in ("validation", "test"):
        visible, hidden = found[f"visible/{split}.npz"], found[f"hidden/{split}.npz"]
        if not np.array_equal(visible["ids"], hidden["ids"]):
            problems.append(f"{split}: visible and hidden ids differ; they should be equal and in the same order")
            continue
        problems += [f"{split}: {problem}" for problem in _leaks(visible["X"], visible["ids"], hidden["y"])]
    return problems


def _leaks(inputs: NDArray[np.generic], ids: NDArray[np.generic], labels: NDArray[np.generic]) -> list[str]:
    label = labels.reshape(len(labels), -1)[:, 0].astype(float)
    if len(np.unique(label)) < 2:
        return ["all labels are equal, so that nothing can be measured"]
    problems = []
    columns = inputs.reshape(len(inputs), -1)
    if columns.dtype.kind in "iufb" and (same := np.flatnonzero((columns == label[:, None]).all(axis=0))).size:
        problems.append(f"column {same[0]} of X is the label")
    for order, what in ((label, "the rows"), (label[np.argsort(ids)], "the ids")):
        if (order[:-1] <= order[1:]).all() or (order[:-1] >= order[1:]).all():
            problems.append(f"{what} are in the order of the labels and so give them away; shuffle them")
    return problems
