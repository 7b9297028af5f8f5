"""A job as Docker sees it: one container, found again by the job's id, and two volumes that go with it.

    echolocate-job-<id>     the job; its first process is `job_init`
    echolocate-spare-<…>    a container that waits for a job (see `spares`)

    /job        volume on disk: `code/` and `in/`, files of root, so read-only to the job
    /job/out    volume in memory, of limited size. It lives as long as the container runs, and `job_init` outlives the
                program, so that outputs are read when nobody can change them any more

Every container begins as a spare. It has its job's name once the files are in it; from then on it can be told to begin,
as often as one likes. Labels say whose it is and until when it is worth keeping.
"""

from __future__ import annotations

import tarfile
import tempfile
import time
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, cast
from uuid import uuid4

from docker.errors import APIError, NotFound
from docker.types import DriverConfig, Mount

from sandboxes import hardening, job_init
from sandboxes.gpus import device_requests, visible_devices
from sandboxes.request import environment
from sandboxes.supervisor import this_supervisor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from docker import DockerClient
    from docker.models.containers import Container

    from sandboxes.outputs import Collected
    from sandboxes.sandbox import Job, Limits

RUN, SUPERVISOR, DEADLINE = "echolocate.run", "echolocate.supervisor", "echolocate.deadline"
_JOB_NAME, _SPARE_NAME = "echolocate-job-", "echolocate-spare-"
_INIT = Path(__file__).with_name("job_init.py").read_text(encoding="utf-8")
# How long the outputs of a job whose supervisor died can be collected.
_KEEP_S = 3600


class Kind(NamedTuple):
    """What is fixed when a container is made: jobs of one kind can run in the same container."""

    image: str
    """Reference that the engine has."""
    limits: Limits
    owner: str


def create(client: DockerClient, kind: Kind, devices: tuple[str, ...] = ()) -> Container:
    """Make a spare, not yet started, that may use these GPUs."""
    limits = kind.limits
    labels = {
        RUN: kind.owner,
        SUPERVISOR: this_supervisor(),
        DEADLINE: str(int(time.time() + limits.wall_s + _KEEP_S)),
    }
    out = DriverConfig("local", hardening.out_volume(limits))
    return client.containers.create(
        kind.image,
        entrypoint=["python"],
        command=["-I", "-S", "-c", _INIT],
        name=_SPARE_NAME + uuid4().hex,
        labels=labels,
        working_dir="/job",
        environment={"NVIDIA_VISIBLE_DEVICES": visible_devices(devices)},
        device_requests=device_requests(devices),
        mounts=[
            Mount("/job", None, "volume", labels=labels),
            Mount("/job/out", None, "volume", labels=labels, driver_config=out),
        ],
        stdin_open=True,
        detach=True,  # else standard input is closed behind the first who writes to it
        stop_signal="SIGKILL",
        **hardening.of_job(limits),
    )


def assign(spare: Container, job: Job) -> None:
    """Give a running spare to a job.

    Raises:
        docker.errors.APIError: 409 when another process has the job.
    """
    with _archive(job) as files:
        spare.put_archive("/job", files)
    spare.rename(_JOB_NAME + job.id)


def order(job: Job) -> bytes:
    """Return what a job's first process is to be told."""
    return job_init.order(job.command, environment(job), job.outputs, job.limits.wall_s, _KEEP_S)


def find(client: DockerClient, job_id: str) -> Container | None:
    """Return a job's container."""
    try:
        return client.containers.get(_JOB_NAME + job_id)
    except NotFound:
        return None


def job_of(container: Container) -> str | None:
    """Return the id of a container's job; None for a spare."""
    name = str(container.name)
    return name.removeprefix(_JOB_NAME) if name.startswith(_JOB_NAME) else None


def collect(container: Container, collected: Collected, names: Iterable[str]) -> None:
    """Take the allowed outputs among these."""
    for name in names:
        with suppress(NotFound):
            chunks, _ = container.get_archive(f"/job/out/{name}")
            collected.from_tar(cast("IO[bytes]", _Stream(chunks)), name)


def kill(container: Container) -> None:
    """End everything in a container; do nothing when it has ended."""
    try:
        container.kill()
    except APIError as error:
        if error.status_code != HTTPStatus.CONFLICT:
            raise


def remove(container: Container) -> None:
    """Remove a container and its volumes, as far as they are there."""
    with suppress(NotFound):
        try:
            container.remove(force=True, v=True)
        except APIError as error:
            if error.status_code != HTTPStatus.CONFLICT:
                raise
            container.wait(condition="removed")  # somebody else is at it


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
        for name in ("code", "in"):
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
