"""What is kept of a job: one folder, finished when `outcome.json` is in it."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sandboxes.sandbox import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class JobFolder:
    """`keep/<job id>/`: `log.txt`, `out/` and, once all of it is on the disk, `outcome.json`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log_path = path / "log.txt"
        self.out = path / "out"
        self._outcome = path / "outcome.json"

    def stored(self) -> Outcome | None:
        """Return the outcome of a job that ended earlier.

        Its paths are made anew from where the folder lies now, so that a run's folder can be moved.
        """
        if not self._outcome.exists():
            return None
        outcome = Outcome.model_validate_json(self._outcome.read_bytes())
        outputs = {name: self.out / name for name in outcome.outputs}
        return outcome.model_copy(update={"log_path": self.log_path, "outputs": outputs})

    def store(self, outcome: Outcome) -> Outcome:
        """Write log and outcome so that after a power cut either the whole outcome is there or none of it.

        A cancelled job is unfinished work: nothing is kept of it, so that it runs when it is asked for again.
        """
        if outcome.status == "cancelled":
            return outcome
        _write_durably(self.log_path, outcome.log.encode())
        _write_durably(self._outcome, outcome.model_dump_json(indent=2).encode())
        return outcome


@contextmanager
def job_folder(keep: Path, job_id: str) -> Iterator[JobFolder]:
    """Open a job's folder and hold its lock.

    A second caller, thread or process, waits here until the first one is done and then finds the stored outcome. The
    kernel lets the lock go when its holder is killed.
    """
    path = (keep / job_id).resolve()
    (path / "out").mkdir(parents=True, exist_ok=True)
    with (path / ".lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield JobFolder(path)


def _write_durably(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
