"""Jobs in Docker containers, hardened; the strongest sandbox, and the default where an engine answers.

A job's container outlives its supervisor: asking for the same job again attaches to it. Three layers end it: a time
limit inside the container, one here, and `reap`, which goes by labels.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from signal import SIGKILL
from typing import TYPE_CHECKING

from docker.errors import APIError, NotFound
from requests.exceptions import ConnectionError as EngineGone
from requests.exceptions import RequestException, Timeout

from sandboxes.container import DEADLINE, JOB, RUN, SUPERVISOR, JobContainer
from sandboxes.engine import connect
from sandboxes.errors import JobRejected, SandboxUnavailable
from sandboxes.image_store import ensure
from sandboxes.keep import job_folder
from sandboxes.local import Cancellations, signal_detail
from sandboxes.log import LogBuffer
from sandboxes.outputs import Collected
from sandboxes.request import check_job
from sandboxes.sandbox import Isolation, Outcome
from sandboxes.supervisor import is_alive

if TYPE_CHECKING:
    from pathlib import Path

    from docker import DockerClient
    from docker.models.containers import Container
    from docker.types.daemon import CancellableStream

    from sandboxes.keep import JobFolder
    from sandboxes.sandbox import Job, Status

# How much longer than the container's own limit is waited before the job is killed from here.
_SLACK_S = 0.1
"""The engine notes a start a moment after the program's own limit began to run: 1.999 s were seen for 2 s."""
_GRACE_S = 5.0
# How long the engine may take from the kill to the removal of a container.
_REMOVAL_S = 1.0


class DockerSandbox:
    """Runs each job in a container of its own."""

    def __init__(self) -> None:
        self._cancellations = Cancellations()
        self.isolation = Isolation(
            backend="docker",
            summary="A Docker container without network, with a read-only root, no privileges and fixed limits.",
            lacks=("the kernel is shared with this machine",),
        )

    def check(self) -> None:
        """Return when an engine answers; see `Sandbox.check`."""
        with connect() as client:
            client.ping()

    def run(self, job: Job, keep: Path) -> Outcome:
        """Run a job, attach to it or return its stored outcome; see `Sandbox.run`."""
        with job_folder(keep, job.id) as folder:
            return folder.stored() or self._execute(job, folder)

    def cancel(self, job_id: str) -> None:
        """End a running job; see `Sandbox.cancel`."""
        self._cancellations.cancel(job_id)
        with connect() as client, suppress(NotFound):
            _kill(JobContainer(client, job_id).get())

    def reap(self, owner: str | None = None) -> int:
        """Remove what dead supervisors left behind; see `Sandbox.reap`."""
        label = JOB if owner is None else f"{RUN}={owner}"
        with connect() as client:
            found = [container.labels for container in client.containers.list(all=True, filters={"label": label})]
            found += [volume.attrs["Labels"] for volume in client.volumes.list(filters={"label": label})]
            jobs = {
                labels[JOB]
                for labels in found
                if not is_alive(labels[SUPERVISOR]) and (owner is not None or int(labels[DEADLINE]) < time.time())
            }
            # What was attached to here still carries the mark of its first supervisor.
            jobs -= self._cancellations.running()
            for job_id in jobs:
                JobContainer(client, job_id).remove()
        return len(jobs)

    def _execute(self, job: Job, folder: JobFolder) -> Outcome:
        check_job(job)
        with connect() as client, self._cancellations.listen(job.id) as cancelled:
            box = JobContainer(client, job.id)
            container = box.find() or _new_container(client, box, job)
            log, killed = _follow(container, job, cancelled)
            if not box.is_held():
                box.remove()
                raise SandboxUnavailable(f"the Docker engine was stopped while the job {job.id} ran; ask again")
            collected = Collected(job.outputs, folder.out, job.limits.output_mb << 20)
            box.collect(collected, job.outputs)
            end = _End.of(container)
            status, detail = end.judge(job, box, killed=killed, cancelled=cancelled.is_set())
            if status == "error" and end.signal == SIGKILL:
                _check_not_removed(container)
            outcome = Outcome(
                job_id=job.id,
                status=status,
                exit_code=None if end.signal else end.code,
                signal=end.signal,
                wall_s=end.wall_s,
                log=log.text(),
                log_path=folder.log_path,
                outputs=collected.files,
                detail="; ".join(filter(None, [detail, *collected.refused])),
                isolation=self.isolation,
            )
            # First stored, then removed: killed between the two, nothing is lost and `reap` finds the rest.
            folder.store(outcome)
            box.remove()
        return outcome


@dataclass(frozen=True)
class _End:
    """What the engine says about a container that ended."""

    code: int
    signal: int | None
    wall_s: float
    out_of_memory: bool

    @classmethod
    def of(cls, container: Container) -> _End:
        container.reload()
        state = container.attrs["State"]
        started, finished = (datetime.fromisoformat(state[key]) for key in ("StartedAt", "FinishedAt"))
        code = int(state["ExitCode"])
        return cls(
            code=code,
            signal=code - 128 if 128 < code < 128 + 65 else None,
            wall_s=(finished - started).total_seconds(),
            out_of_memory=bool(state["OOMKilled"]),
        )

    def judge(self, job: Job, box: JobContainer, *, killed: bool, cancelled: bool) -> tuple[Status, str]:
        """Return the status, and one line about it."""
        limits = job.limits
        if cancelled:
            return "cancelled", "cancelled"
        # Whatever the exit code: when the kernel kills a child, its parent may go on with half of the work.
        if self.out_of_memory:
            return "oom", f"used more than {limits.memory_mb} MiB of memory"
        if killed or (self.signal == SIGKILL and self.wall_s >= limits.wall_s - _SLACK_S):
            return "timeout", f"stopped after {limits.wall_s:g} s"
        if self.code == 0:
            return "ok", ""
        if box.out_is_full():
            return "output_limit", f"out/ was full ({limits.output_mb} MiB)"
        return "error", signal_detail(self.signal)


def _new_container(client: DockerClient, box: JobContainer, job: Job) -> Container:
    if box.is_being_prepared():
        raise SandboxUnavailable(f"another process is starting the job {job.id}; ask again")
    box.remove()
    image = ensure(client, job.image)
    try:
        return box.create(job, image)
    except APIError as error:
        box.remove()
        if error.status_code != HTTPStatus.BAD_REQUEST:
            raise
        raise JobRejected(
            f"job {job.id} cannot be started in the image {image}, which needs sleep, timeout and stat (GNU "
            f"coreutils): {error.explanation}"
        ) from error


def _follow(container: Container, job: Job, cancelled: threading.Event) -> tuple[LogBuffer, bool]:
    """Start a container unless it runs already and see it to its end; return its output and whether we killed it.

    The output has a reader of its own. Unread, a job that prints without end blocks the stream, and with it the
    engine's answer to `kill`.
    """
    log = LogBuffer(job.limits.log_kb * 1024)
    fresh = container.status == "created"
    # Attached before the start, nothing is lost; `logs` has only what the engine's rotation leaves (a program that
    # counted to 200,000 arrived in pieces). Afterwards `attach` loses what comes together with its answer's header.
    stream = container.attach(stream=True) if fresh else container.logs(stream=True, follow=True)
    reader = threading.Thread(target=_drain, args=(stream, log), daemon=True)
    reader.start()
    if fresh:
        container.start()
    if cancelled.is_set():  # while there was nothing to kill yet
        _kill(container)
    killed = False
    try:
        container.wait(timeout=job.limits.wall_s + _GRACE_S)
    except (Timeout, EngineGone):
        # The client tells a slow answer and a dead engine by the same exception; a dead one fails again here.
        _kill(container)
        container.wait()
        killed = True
    reader.join()
    return log, killed


def _kill(container: Container) -> None:
    try:
        container.kill()
    except APIError as error:
        if error.status_code != HTTPStatus.CONFLICT:  # it ended by itself meanwhile
            raise


def _check_not_removed(container: Container) -> None:
    """Return when nobody removes a container that was killed, from outside or by itself.

    Raises:
        docker.errors.NotFound: somebody did; the engine kills first, and it takes a moment.
    """
    time.sleep(_REMOVAL_S)
    container.reload()


def _drain(stream: CancellableStream[bytes], log: LogBuffer) -> None:
    with suppress(RequestException, OSError):  # the engine went away; `wait` says so
        for chunk in stream:
            log.feed(chunk)
        # Not `stream.close()`, which leaves the socket to the garbage collector.
        stream._response.close()  # type: ignore[attr-defined]
