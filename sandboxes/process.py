"""A plain child process: for code of one's own, and for tests. Never a default."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sandboxes.keep import job_folder
from sandboxes.local import Cancellations, Excess, launcher, outcome_of, pinned, rlimits, supervise
from sandboxes.outputs import Collected, open_folder
from sandboxes.proctree import over_memory
from sandboxes.request import check_job, environment
from sandboxes.sandbox import Isolation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandboxes.keep import JobFolder
    from sandboxes.launch import Confinement
    from sandboxes.sandbox import Job, Limits, Outcome

_LACKS = (
    "the program sees this machine's files and this program's environment, and can change what you can change",
    "in/ and code/ are copies, but not read-only",
    "a program that leaves its session outlives the job",
    "memory and out/ are watched, not capped: a short burst can go over them",
    "the number of processes is not limited",
    "cores are assigned, not enforced, and only whole ones",
    "the kernel is reached without a system call filter",
)


class ProcessSandbox:
    """Runs each job as a child process of this one, in a folder of its own."""

    def __init__(self, *, network: bool = False) -> None:
        """Make one.

        Args:
            network: whether programs may reach the network; else they leave it where the kernel lets them.
        """
        self._cancellations = Cancellations()
        self._offline = not network and _can_leave_network()
        reached = () if self._offline else ("the program reaches the network",)
        self.isolation = Isolation(
            backend="process",
            summary="No protection: the program runs as you, beside your files.",
            lacks=reached + _LACKS,
        )

    def check(self) -> None:
        """Return: a process can always be started."""

    def run(self, job: Job, keep: Path) -> Outcome:
        """Run a job or return its stored outcome; see `Sandbox.run`. A job dies with its supervisor."""
        with job_folder(keep, job.id) as folder:
            return folder.stored() or folder.store(self._execute(job, folder))

    def cancel(self, job_id: str) -> None:
        """End a running job; see `Sandbox.cancel`."""
        self._cancellations.cancel(job_id)

    def reap(self, owner: str | None = None) -> int:  # noqa: ARG002
        """Return 0: the kernel ends a job together with its supervisor."""
        return 0

    def _execute(self, job: Job, folder: JobFolder) -> Outcome:
        check_job(job)
        with _scratch() as place, self._cancellations.listen(job.id) as cancelled:
            work = _lay_out(job, place)
            with pinned(job.limits.cpus):
                process = subprocess.Popen(
                    launcher(self._confinement(job.limits), job.command),
                    cwd=work,
                    env=_variables(job, place),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            ending = supervise(process, job, cancelled, lambda: _excess(process.pid, work / "out", job.limits))
            collected = Collected(job.outputs, folder.out, job.limits.output_mb << 20)
            with open_folder(work / "out") as out:
                collected.from_folder(out)
        return outcome_of(job, ending, collected, folder, self.isolation)

    def _confinement(self, limits: Limits) -> Confinement:
        return {
            "parent": os.getpid(),
            "unshare_net": self._offline,
            "uid": None,
            "rlimits": rlimits(limits),
            "gate": None,
        }


def _lay_out(job: Job, place: Path) -> Path:
    """Make the job's working directory: copies, so that a program spoils nothing for the next one."""
    work = place / "job"
    (work / "in").mkdir(parents=True)
    (work / "out").mkdir()
    (place / "tmp").mkdir()
    shutil.copytree(job.code, work / "code", symlinks=True)
    for name, path in job.inputs.items():
        if path.is_dir():
            shutil.copytree(path, work / "in" / name, symlinks=True)
        else:
            shutil.copyfile(path, work / "in" / name)
    return work


def _variables(job: Job, place: Path) -> dict[str, str]:
    tmp = str(place / "tmp")
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"])
    return {"PATH": path} | environment(job) | {"HOME": tmp, "TMPDIR": tmp}


def _excess(pid: int, out: Path, limits: Limits) -> Excess | None:
    if over_memory(pid, limits.memory_mb):
        return Excess("oom", f"used more than {limits.memory_mb} MiB of memory")
    if _size(out) > limits.output_mb << 20:
        return Excess("output_limit", f"out/ was full ({limits.output_mb} MiB)")
    return None


def _size(folder: Path) -> int:
    total = 0
    pending = [folder]
    # Not os.walk, which recurses; and what vanishes or is nested too deep to name is left uncounted.
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                total += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))
    return total


@contextmanager
def _scratch() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="echolocate-"))
    try:
        yield place
    finally:
        # shutil.rmtree ends in a RecursionError on folders nested some thousand times (Python 3.11).
        subprocess.run(["rm", "-rf", "--", place], check=False, stderr=subprocess.DEVNULL)


@cache
def _can_leave_network() -> bool:
    nothing: Confinement = {
        "parent": 0,
        "unshare_net": True,
        "uid": None,
        "rlimits": {},
        "gate": None,
    }
    return subprocess.run(launcher(nothing, ("true",)), check=False, capture_output=True).returncode == 0
