"""Splits are the same every time, whole or absent, and made anew when something that they depend on changed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from workspaces.data import prepare
from workspaces.errors import TaskInvalid
from workspaces.task import Task, find, load, scaffold


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return scaffold("mine", tmp_path / "mine")


def edit(folder: Path, name: str, old: str, new: str) -> Task:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return load(folder)


@pytest.mark.parametrize("name", ["digits", "denoise"])
def test_built_in_splits_are_reproducible_disjoint_and_equally_large(tmp_path, name):
    task = find(name)
    once, again = prepare(task, tmp_path / "once"), prepare(task, tmp_path / "again")
    assert once.hash == again.hash
    assert once.files == again.files
    assert once.rows("validation") == once.rows("test")
    for split in ("validation", "test"):
        inputs, labels = np.load(once.inputs(split)["inputs.npz"]), np.load(once.labels(split))
        assert set(inputs) == {"ids", "X"}
        assert len(labels["y"]) == once.rows(split)
        train = np.load(once.inputs(split)["train.npz"])
        rows = {row.tobytes() for row in train["X"]}
        assert not any(row.tobytes() in rows for row in inputs["X"])


def test_the_cache_is_used_until_something_changes(tmp_path, folder):
    cache = tmp_path / "cache"
    first = prepare(load(folder), cache)
    stamp = first.labels("test").stat().st_mtime_ns
    assert prepare(load(folder), cache) == first
    assert first.labels("test").stat().st_mtime_ns == stamp
    other = prepare(edit(folder, "task.toml", "seed = 1", "seed = 2"), cache)
    assert other.hash != first.hash
    assert other.folder != first.folder
    third = prepare(edit(folder, "data.py", "10 * np.sin", "11 * np.sin"), cache)
    assert third.hash != other.hash


def test_a_users_own_file_counts_by_its_content(tmp_path, folder):
    read = "np.loadtxt(settings['table'], delimiter=',')"
    edit(
        folder,
        "data.py",
        "    x = random",
        f"    table = {read}\n    return table[:, :-1], table[:, -1]\n    x = random",
    )
    task = edit(folder, "task.toml", "rows = 600", 'table = "mine.csv"')
    table = np.random.RandomState(0).normal(size=(30, 4))
    hashes = []
    for factor in (1, 2, 1):
        np.savetxt(folder / "mine.csv", table * factor, delimiter=",")
        hashes.append(prepare(task, tmp_path / "cache").hash)
    assert hashes[0] == hashes[2] != hashes[1]


def test_altered_splits_are_made_anew(tmp_path, folder):
    task, cache = load(folder), tmp_path / "cache"
    first = prepare(task, cache)
    first.labels("test").write_bytes(b"altered")
    (first.folder / "manifest.json").touch()
    again = prepare(task, cache)
    assert again.hash == first.hash
    assert len(np.load(again.labels("test"))["y"]) == 200
    (first.folder / "manifest.json").write_text("[]", encoding="utf-8")
    assert prepare(task, cache).hash == first.hash


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("    inputs, labels = read", "    raise RuntimeError('no disk')\n    inputs = read", "RuntimeError: no disk"),
        ("import numpy", "import nampy", "No module named 'nampy'"),
        ("def make(", "def mak(", "has no attribute 'make'"),
        (
            "X=inputs[rows])",
            "X=inputs[rows], y=labels[rows])",
            "visible/validation.npz: holds X, ids, y; exactly ids, X",
        ),
        ("ids=ids[rows], y=labels[rows]", "ids=ids[rows], y=labels[rows] * np.inf", "y should be finite numbers"),
        ("random.permutation(len(labels))  #", "np.argsort(np.argsort(labels))  #", "the ids are in the order of the"),
    ],
)
def test_a_data_program_that_is_wrong_says_how_and_leaves_nothing(tmp_path, folder, old, new, line):
    task = edit(folder, "data.py", old, new)
    with pytest.raises(TaskInvalid) as caught:
        prepare(task, tmp_path / "cache")
    assert any(line in said for said in caught.value.problems), caught.value.problems
    assert all(said.startswith("data.py: ") for said in caught.value.problems)
    assert list((tmp_path / "cache").iterdir()) == []


SLOW = """
import sys
from pathlib import Path
from workspaces.data import prepare
from workspaces.task import load
print("started", flush=True)
prepare(load(Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("pause", [0.05, 0.3, 0.6])
def test_a_killed_process_leaves_nothing_that_is_taken_for_data(tmp_path, folder, pause):
    wait = "import time\n    time.sleep(0.1)\n    "
    task = edit(folder, "data.py", "    for name, rows", f"    {wait}for name, rows")
    maker = subprocess.Popen([sys.executable, "-c", SLOW, folder, tmp_path / "cache"], stdout=subprocess.PIPE)
    assert maker.stdout is not None
    with maker.stdout as lines:
        next(lines)
        time.sleep(pause)
        maker.send_signal(signal.SIGKILL)
    maker.wait()
    expected = prepare(task, tmp_path / "elsewhere")
    made = prepare(task, tmp_path / "cache")
    assert made.hash == expected.hash
    assert all((made.folder / name).is_file() for name in made.files)


def test_several_at_once_agree(tmp_path, folder):
    cache = tmp_path / "cache"
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: prepare(load(folder), cache), range(4)))
    assert len({(data.hash, data.folder) for data in made}) == 1
    assert [path.name for path in cache.iterdir()] == [made[0].folder.name]
