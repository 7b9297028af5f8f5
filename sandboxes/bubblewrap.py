"""Jobs in bubblewrap: namespaces of their own and nothing of the host but what Python needs.

`out/` is a tmpfs of limited size. It vanishes with the sandbox's mount namespace, unless somebody holds a descriptor
of it: the supervisor opens it before the program starts, and reads it after the last process is dead.
"""

from __future__ import annotations

import json
import os
import platform
import select
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from io import FileIO
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from sandboxes import bwrap, scope, seccomp
from sandboxes.errors import SandboxUnavailable
from sandboxes.keep import job_folder
from sandboxes.local import Cancellations, Ending, Excess, kill_group, launcher, outcome_of, pinned, rlimits, supervise
from sandboxes.log import clean
from sandboxes.outputs import Collected, open_folder
from sandboxes.proctree import over_memory
from sandboxes.request import check_job
from sandboxes.sandbox import Isolation, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandboxes.keep import JobFolder
    from sandboxes.launch import Confinement
    from sandboxes.sandbox import Job, Outcome

_START_S = 30.0
# Files that /tmp, /dev/shm and out/ may hold, each; bubblewrap cannot limit them, and each costs kernel memory.
_FILES = 65_536
# As root: each job that runs at the same time gets a user of its own, so that the kernel counts its processes alone.
_users = cycle(range(200_000, 265_000))


class BubblewrapSandbox:
    """Runs each job in namespaces made by `bwrap`; needs no engine and no image."""

    def __init__(self) -> None:
        self._cancellations = Cancellations()
        self.isolation = Isolation(
            backend="bubblewrap",
            summary="Separated from your files, other programs and the network by the kernel's namespaces.",
            lacks=tuple(_lacks()),
        )

    def check(self) -> None:
        """Return when `bwrap` can make the namespaces; see `Sandbox.check`."""
        if not bwrap.installed():
            raise SandboxUnavailable("bubblewrap is not installed (Debian, Ubuntu: `apt install bubblewrap`)")
        trial = [*bwrap.namespaces(), *bwrap.system(Limits()), "--", sys.executable, "-I", "-c", "pass"]
        done = subprocess.run(trial, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise SandboxUnavailable(f"bubblewrap cannot make a sandbox here: {done.stderr.strip()}")

    def run(self, job: Job, keep: Path) -> Outcome:
        """Run a job or return its stored outcome; see `Sandbox.run`. A job dies with its supervisor."""
        with job_folder(keep, job.id) as folder:
            return folder.stored() or folder.store(self._execute(job, folder))

    def cancel(self, job_id: str) -> None:
        """End a running job; see `Sandbox.cancel`."""
        self._cancellations.cancel(job_id)

    def reap(self, owner: str | None = None) -> int:  # noqa: ARG002
        """Return 0: the kernel ends a job together with its supervisor, and nothing of it stays."""
        return 0

    def _execute(self, job: Job, folder: JobFolder) -> Outcome:
        check_job(job)
        if bwrap.as_root():
            bwrap.check_readable(job)
        collected = Collected(job.outputs, folder.out, job.limits.output_mb << 20)
        with self._cancellations.listen(job.id) as cancelled, _box(job) as box:
            ending = supervise(box.process, job, cancelled, lambda: box.excess(job.limits))
            box.wait_until_dead()
            ending = box.judge(ending, job.limits)
            collected.from_folder(box.out)
        return outcome_of(job, ending, collected, folder, self.isolation)


@dataclass(frozen=True)
class _Box:
    """A job that waits behind the gate, then runs."""

    process: subprocess.Popen[bytes]
    init: int
    """Descriptor of the first process of the job's namespace."""
    out: int
    tmp: int
    shm: int

    def excess(self, limits: Limits) -> Excess | None:
        """Return which limit is overstepped that the kernel does not hold by itself."""
        if over_memory(self.process.pid, limits.memory_mb):
            return Excess("oom", f"used more than {limits.memory_mb} MiB of memory")
        for name, folder in (("out/", self.out), ("/tmp", self.tmp), ("/dev/shm", self.shm)):
            usage = os.statvfs(folder)
            if usage.f_files - usage.f_ffree > _FILES:
                return Excess("output_limit", f"{name} held more than {_FILES} files")
        return None

    def wait_until_dead(self) -> None:
        """Return when no process of the job is left: the kernel ends a namespace's first process last."""
        select.select([self.init], [], [])

    def judge(self, ending: Ending, limits: Limits) -> Ending:
        """Return what bubblewrap's exit code means: a program ended by signal n shows as 128 + n."""
        if ending.excess is None and ending.returncode != 0 and os.statvfs(self.out).f_bavail == 0:
            return replace(ending, excess=Excess("output_limit", f"out/ was full ({limits.output_mb} MiB)"))
        if ending.returncode > 128:
            return replace(ending, returncode=128 - ending.returncode)
        return ending


@contextmanager
def _box(job: Job) -> Iterator[_Box]:
    """Make the sandbox, open what must be read later, then let the program go."""
    with ExitStack() as stack:
        info, info_in = _pipe(stack)
        ready, ready_in = _pipe(stack)
        go_out, go = _pipe(stack)
        process = _start(job, info_in, ready_in, go_out)
        stack.callback(_end, process)
        for handed in (info_in, ready_in, go_out):
            handed.close()
        _wait_until_ready(ready, process)
        init = json.loads(info.read(4096))["child-pid"]
        root = Path(f"/proc/{init}/root")
        pidfd = os.pidfd_open(init)
        stack.callback(os.close, pidfd)
        box = _Box(
            process=process,
            init=pidfd,
            out=stack.enter_context(open_folder(root / "job/out")),
            tmp=stack.enter_context(open_folder(root / "tmp")),
            shm=stack.enter_context(open_folder(root / "dev/shm")),
        )
        go.write(b".")
        yield box


def _start(job: Job, info: FileIO, ready: FileIO, go: FileIO) -> subprocess.Popen[bytes]:
    with TemporaryFile() as rules:
        filters = seccomp.bpf()
        if filters is not None:
            rules.write(filters)
            rules.seek(0)
        options = ["--seccomp", str(rules.fileno())] if filters else []
        confinement: Confinement = {
            "parent": 0,
            "unshare_net": False,
            "uid": next(_users) if bwrap.as_root() else None,
            "rlimits": rlimits(job.limits) | _process_limit(job.limits),
            "gate": (ready.fileno(), go.fileno()),
        }
        view = [*bwrap.namespaces(), *bwrap.system(job.limits), *bwrap.job_view(job), "--info-fd", str(info.fileno())]
        with pinned(job.limits.cpus):
            return subprocess.Popen(
                [*scope.within(job.limits), *view, *options, "--", *launcher(confinement, job.command)],
                # bwrap's own environment can be read inside as that of process 1; the job's goes in by --setenv.
                env=scope.environment() if scope.available() else {},
                pass_fds=[info.fileno(), ready.fileno(), go.fileno(), rules.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def _pipe(stack: ExitStack) -> tuple[FileIO, FileIO]:
    reader, writer = os.pipe()
    return stack.enter_context(FileIO(reader, "r")), stack.enter_context(FileIO(writer, "w"))


def _wait_until_ready(ready: FileIO, process: subprocess.Popen[bytes]) -> None:
    readable, _, _ = select.select([ready], [], [], _START_S)
    if readable and ready.read(1):
        return
    kill_group(process)
    said, _ = process.communicate()
    why = clean(said).strip() or f"no sign of it for {_START_S:g} s"
    raise SandboxUnavailable(f"bubblewrap could not start a job: {why}")


def _end(process: subprocess.Popen[bytes]) -> None:
    kill_group(process)
    process.wait()


def _process_limit(limits: Limits) -> dict[str, int]:
    return {"NPROC": limits.pids} if _counts_processes_apart() else {}


def _counts_processes_apart() -> bool:
    """Say whether the limit is for a job alone: before Linux 5.14 it counted all that its user runs anywhere."""
    version = tuple(int(part) for part in platform.release().split(".")[:2] if part.isdigit())
    return bwrap.as_root() or version >= (5, 14)


def _lacks() -> Iterator[str]:
    yield "programs and libraries of this machine can be read"
    if not scope.available():
        yield "memory is watched, not capped: a short burst can reach twice the limit in each process"
        yield "/tmp and /dev/shm are limited each by itself, beside the memory"
        yield "cores are given whole: a fraction counts as one"
        if not _counts_processes_apart():
            yield "the number of processes is not limited"
    if seccomp.bpf() is None:
        yield "the kernel is reached without a system call filter (libseccomp is not installed)"
