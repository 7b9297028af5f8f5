"""A job as Docker sees it: two containers and two volumes, found again by the job's id.

    echolocate-in-<id>     volume on disk: `code/` and `in/`, read-only to the job
    echolocate-out-<id>    volume in memory, of limited size: `out/`
    echolocate-hold-<id>   container that sleeps: keeps the second volume mounted, so that it can be read after the
                           job's container is dead (a tmpfs lives as long as somebody running has it mounted)
    echolocate-job-<id>    the job

All carry labels that say whose they are and until when they are worth keeping.
"""

from __future__ import annotations

import tarfile
import tempfile
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, cast

from docker.errors import NotFound

from sandboxes import hardening
from sandboxes.request import environment
from sandboxes.supervisor import is_alive, this_supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient
    from docker.models.containers import Container

    from sandboxes.outputs import Collected
    from sandboxes.sandbox import Job

JOB, RUN, SUPERVISOR, DEADLINE = "echolocate.job", "echolocate.run", "echolocate.supervisor", "echolocate.deadline"
# How long the outputs of a job whose supervisor died can be collected.
_KEEP_S = 3600


class JobContainer:
    """One job's containers and volumes."""

    def __init__(self, client: DockerClient, job_id: str) -> None:
        self._client = client
        self._id = job_id
        self._in, self._out = f"echolocate-in-{job_id}", f"echolocate-out-{job_id}"
        self._hold, self._job = f"echolocate-hold-{job_id}", f"echolocate-job-{job_id}"

    def create(self, job: Job, image: str) -> Container:
        """Make all four and put the job's files in; return the job's container, not yet started."""
        labels = {
            JOB: job.id,
            RUN: job.owner,
            SUPERVISOR: this_supervisor(),
            DEADLINE: str(int(time.time() + job.limits.wall_s + _KEEP_S)),
        }
        self._client.volumes.create(self._in, labels=labels)
        self._client.volumes.create(
            self._out, driver="local", driver_opts=hardening.out_volume(job.limits), labels=labels
        )
        holder = self._client.containers.create(
            image,
            entrypoint=["sleep"],
            command=[str(int(job.limits.wall_s) + _KEEP_S)],
            name=self._hold,
            labels=labels,
            volumes={self._in: {"bind": "/job", "mode": "rw"}, self._out: {"bind": "/job/out", "mode": "rw"}},
            **hardening.of_holder(),
        )
        with _archive(job) as files:
            holder.put_archive("/job", files)
        holder.start()
        return self._client.containers.create(
            image,
            # The first of three layers of time limits: it works although the supervisor is dead.
            entrypoint=["timeout", "-s", "KILL", f"{job.limits.wall_s:g}"],
            command=list(job.command),
            name=self._job,
            labels=labels,
            working_dir="/job",
            environment=environment(job) | {"NVIDIA_VISIBLE_DEVICES": "void"},
            volumes={self._in: {"bind": "/job", "mode": "ro"}, self._out: {"bind": "/job/out", "mode": "rw"}},
            **hardening.of_job(job.limits),
        )

    def find(self) -> Container | None:
        """Return the job's container when it was started and its outputs can still be read."""
        try:
            container = self.get()
        except NotFound:
            return None
        return container if container.status != "created" and self.is_held() else None

    def get(self) -> Container:
        """Return the job's container.

        Raises:
            docker.errors.NotFound: there is none.
        """
        return self._client.containers.get(self._job)

    def is_held(self) -> bool:
        """Say whether the outputs are there. If not, the engine was stopped meanwhile, and the job with it."""
        try:
            return self._client.containers.get(self._hold).status == "running"
        except NotFound:
            return False

    def is_being_prepared(self) -> bool:
        """Say whether another living supervisor is about to start this job."""
        try:
            mark = self._client.containers.get(self._hold).labels[SUPERVISOR]
        except NotFound:
            return False
        return mark != this_supervisor() and is_alive(mark)

    def collect(self, collected: Collected, names: tuple[str, ...]) -> None:
        """Take the allowed outputs."""
        holder = self._client.containers.get(self._hold)
        for name in names:
            with suppress(NotFound):
                chunks, _ = holder.get_archive(f"/job/out/{name}")
                collected.from_tar(cast("IO[bytes]", _Stream(chunks)), name)

    def out_is_full(self) -> bool:
        """Say whether nothing more fits into `out/`."""
        holder = self._client.containers.get(self._hold)
        code, said = holder.exec_run(["stat", "-f", "-c", "%a", "/job/out"])
        return code == 0 and said == b"0\n"

    def remove(self) -> None:
        """Remove all four, as far as they are there."""
        for name in (self._job, self._hold):
            with suppress(NotFound):
                self._client.containers.get(name).remove(force=True, v=True)
        for name in (self._in, self._out):
            with suppress(NotFound):
                self._client.volumes.get(name).remove(force=True)


class _Stream:
    """Chunks of bytes, read as a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (chunk := next(self._chunks, b"")):
            self._rest += chunk
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


@contextmanager
def _archive(job: Job) -> Iterator[IO[bytes]]:
    """Yield a tar of the job's files, with owners and modes made plain; by archive, as the engine may be remote."""
    with tempfile.TemporaryFile() as file:
        _pack(job, file)
        file.seek(0)
        yield file


def _pack(job: Job, file: IO[bytes]) -> None:
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name in ("code", "in", "out"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        tar.add(job.code.resolve(), "code", filter=_plain)
        for name, path in job.inputs.items():
            tar.add(path.resolve(), f"in/{name}", filter=_plain)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if not (member.isreg() or member.isdir() or member.issym()):
        return None
    runnable = member.isdir() or member.mode & 0o100
    return member.replace(uid=0, gid=0, uname="", gname="", mode=0o755 if runnable else 0o644, deep=False)
