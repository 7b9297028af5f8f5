"""A task's splits, made once by its data.py and kept by content.

What ``make(out: Path, settings: dict) -> None`` of a task's data.py writes below `out`, as npz without pickle:

    visible/train.npz        ids (n,), X (n, ...), y (n,) or (n, k)
    visible/validation.npz   ids, X
    visible/test.npz         ids, X
    hidden/validation.npz    ids, y
    hidden/test.npz          ids, y

`ids` are whole numbers or short texts, each once over all splits; `y` are finite numbers. A candidate sees
``in/train.npz`` and ``in/inputs.npz``, the inputs of the split to predict: the search predicts validation, the end of a
run predicts test, and the same program serves both without being told which.

data.py is the task's own and trusted. It runs in the task's folder, in a process of its own, so that what it imports or
changes stays there.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from workspaces.errors import TaskInvalid
from workspaces.files import put_in_place
from workspaces.splits import FILES, check_splits, count_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workspaces.task import Task

Split = Literal["validation", "test"]
_RUNNER = """
import importlib.util, json, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("data", "data.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.make(Path(sys.argv[1]), json.loads(sys.argv[2]))
"""


class DataSet(BaseModel):
    """The splits of a task on this machine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path
    hash: str
    """SHA-256, in hex, over all files: equal data have equal hashes on every machine."""
    files: dict[str, str]
    """Path below `folder` → SHA-256, in hex."""
    counts: dict[str, int]
    """`train`, `validation`, `test` → number of rows."""

    def inputs(self, split: Split) -> dict[str, Path]:
        """What a candidate sees when it is to predict a split: name below `in/` → file."""
        return {
            "train.npz": self.folder / "visible/train.npz",
            "inputs.npz": self.folder / f"visible/{split}.npz",
        }

    def labels(self, split: Split) -> Path:
        """The file with a split's `ids` and `y`: for the scorer alone."""
        return self.folder / f"hidden/{split}.npz"

    def rows(self, split: Literal["train", "validation", "test"]) -> int:
        """Number of rows of a split."""
        return self.counts[split]


def prepare(task: Task, cache_root: Path) -> DataSet:
    """A task's splits: those in the cache, or else made now.

    The cache is found by what the splits depend on: data.py, its settings, the files that they name, and the versions
    of numpy and scikit-learn. Splits that were altered on disk are made anew. A killed process leaves nothing that
    could be taken for data.

    Raises:
        TaskInvalid: data.py fails, or what it makes is not as this module says; one line per mistake.
    """
    target = cache_root / f"{task.name}-{_key(task)[:16]}"
    if (kept := _kept(target)) is not None:
        return kept
    cache_root.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=cache_root))
    try:
        _make(task, fresh)
        if problems := check_splits(fresh):
            raise TaskInvalid([f"data.py: {problem}" for problem in problems])
        made = _described(fresh)
        (fresh / "manifest.json").write_text(made.model_dump_json(exclude={"folder"}), encoding="utf-8")
        fresh.chmod(0o755)
        if (kept := _kept(target)) is not None:  # another process made the same meanwhile, and may be using it
            return kept
        put_in_place(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return made.model_copy(update={"folder": target})


def _key(task: Task) -> str:
    digest = hashlib.sha256((task.folder / "data.py").read_bytes())
    digest.update(json.dumps(task.data, sort_keys=True, default=str).encode())
    for value in task.data.values():
        if isinstance(value, str) and (task.folder / value).is_file():
            digest.update(_sha256(task.folder / value).encode())
    digest.update(f"numpy {version('numpy')}, scikit-learn {version('scikit-learn')}".encode())
    return digest.hexdigest()


def _kept(target: Path) -> DataSet | None:
    try:
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        kept = DataSet.model_validate({**manifest, "folder": target})
        return kept if all(_sha256(target / name) == kept.files[name] for name in FILES) else None
    except (OSError, ValueError, TypeError, KeyError, ValidationError):
        return None


def _make(task: Task, out: Path) -> None:
    for name in FILES:
        (out / name).parent.mkdir(exist_ok=True)
    run_make(task.folder, task.data, out)


def run_make(folder: Path, settings: Mapping[str, object], out: Path) -> None:
    """Run ``make(out, settings)`` of a task's data.py, in the task's folder and in a process of its own.

    Raises:
        TaskInvalid: it fails.
    """
    given = json.dumps(settings, default=str)
    command = [sys.executable, "-B", "-c", _RUNNER, str(out.resolve()), given]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, errors="replace")
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        line = next((part.strip() for part in reversed(said) if 'data.py", line' in part), "")
        raise TaskInvalid([f"data.py: make() failed: {said[-1]}" + (f" ({line})" if line else "")])


def _described(folder: Path) -> DataSet:
    files = {name: _sha256(folder / name) for name in FILES}
    digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    return DataSet(folder=folder, hash=digest, files=files, counts=count_rows(folder))


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
