"""Splits that would let a candidate know labels, or that do not fit together, are refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workspaces.splits import FILES, check_splits, count_rows

SIZES = {"train": 12, "validation": 10, "test": 8}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.RandomState(0)
    start = 0
    for split, size in SIZES.items():
        ids, inputs = np.arange(start, start + size), random.normal(size=(size, 3))
        arrays = {"ids": ids, "X": inputs, "y": random.permutation(size) % 3}
        start += size
        for name, wanted in FILES.items():
            if Path(name).stem == split:
                save(tmp_path, name, **{key: arrays[key] for key in wanted})
    return tmp_path


def save(folder: Path, name: str, **arrays: np.ndarray) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    np.savez(folder / name, **arrays)


def arrays(folder: Path, name: str) -> dict[str, np.ndarray]:
    with np.load(folder / name) as archive:
        return dict(archive)


def test_good_splits_pass(folder):
    assert check_splits(folder) == []
    assert count_rows(folder) == SIZES


@pytest.mark.parametrize(
    ("name", "change", "line"),
    [
        ("visible/test.npz", lambda a: a | {"y": np.arange(8)}, "visible/test.npz: holds X, ids, y; exactly ids, X"),
        ("visible/train.npz", lambda a: {"ids": a["ids"]}, "visible/train.npz: holds ids; exactly ids, X, y"),
        ("hidden/test.npz", lambda a: a | {"y": a["y"][:-1]}, "hidden/test.npz: y should have a row for each id"),
        ("hidden/test.npz", lambda a: a | {"y": a["y"] * np.nan}, "hidden/test.npz: y should be finite numbers"),
        ("hidden/test.npz", lambda a: a | {"y": a["y"].astype(str)}, "hidden/test.npz: y should be finite numbers"),
        ("visible/test.npz", lambda a: a | {"ids": a["ids"] * 0}, "visible/test.npz: ids should be there once"),
        ("visible/test.npz", lambda a: a | {"ids": a["ids"] * 0.5}, "visible/test.npz: ids should be one row of whole"),
        ("hidden/test.npz", lambda a: a | {"ids": a["ids"][::-1]}, "test: visible and hidden ids differ"),
        ("visible/train.npz", lambda a: a | {"ids": a["ids"] + 1}, "ids: a row lies in more than one split"),
        ("hidden/test.npz", lambda a: a | {"y": np.ones(8)}, "test: all labels are equal"),
        ("hidden/test.npz", lambda a: a | {"y": np.arange(8)}, "test: the rows are in the order of the labels"),
    ],
)
def test_a_mistake_is_named(folder, name, change, line):
    save(folder, name, **change(arrays(folder, name)))
    assert any(said.startswith(line) for said in check_splits(folder)), check_splits(folder)


def test_labels_among_the_inputs_are_found(folder):
    y = arrays(folder, "hidden/validation.npz")["y"]
    visible = arrays(folder, "visible/validation.npz")
    visible["X"][:, 1] = y
    save(folder, "visible/validation.npz", **visible)
    assert check_splits(folder) == ["validation: column 1 of X is the label"]


def test_ids_that_sort_by_label_are_found(folder):
    hidden, visible = arrays(folder, "hidden/test.npz"), arrays(folder, "visible/test.npz")
    ids = 100 + np.argsort(np.argsort(hidden["y"], kind="stable"))
    save(folder, "hidden/test.npz", ids=ids, y=hidden["y"])
    save(folder, "visible/test.npz", ids=ids, X=visible["X"])
    assert check_splits(folder) == ["test: the ids are in the order of the labels and so give them away; shuffle them"]


def test_pickled_and_absent_files_are_refused(folder):
    save(folder, "hidden/test.npz", ids=np.arange(8), y=np.array([{}] * 8, dtype=object))
    (folder / "visible/test.npz").unlink()
    (folder / "visible/train.npz").write_bytes(b"no zip")
    said = check_splits(folder)
    assert [line.split(":")[0] for line in said] == ["visible/train.npz", "visible/test.npz", "hidden/test.npz"]
    assert "was not written" in said[1]
    assert "without pickle" in said[2]
