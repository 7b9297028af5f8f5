"""Jobs in Docker containers, hardened; the strongest sandbox, and the default where an engine answers.

A job's container outlives its supervisor: asking for the same job again attaches to it. Three layers end it: a time
limit inside the container, one here, and `reap`, which goes by labels.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from docker.errors import APIError
from requests.exceptions import ConnectionError as EngineGone
from requests.exceptions import Timeout

from sandboxes import container as box
from sandboxes.engine import connect
from sandboxes.errors import JobCancelled, JobRejected, SandboxUnavailable
from sandboxes.following import Follower
from sandboxes.gpus import GpuPool, GpuRequest
from sandboxes.image_store import BuildSettings, check_source, ensure
from sandboxes.job_init import END
from sandboxes.keep import job_folder
from sandboxes.local import Cancellations, signal_detail
from sandboxes.log import clean
from sandboxes.outputs import Collected
from sandboxes.package_list import AllowList
from sandboxes.packages import ensure_packages
from sandboxes.request import check_job
from sandboxes.sandbox import Isolation, Outcome
from sandboxes.spares import Spares
from sandboxes.supervisor import is_alive

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from docker import DockerClient
    from docker.models.containers import Container

    from sandboxes.keep import JobFolder
    from sandboxes.sandbox import Job, Status

# How much longer than the container's own limit is waited before the job is killed from here.
_GRACE_S = 5.0


class DockerSandbox:
    """Runs each job in a container of its own.

    Args:
        image: that jobs are going to need; `check` sees whether it can be had.
        gpus: UUIDs of the devices that jobs may get; see `gpu_inventory.select`.
        pool: who has which of them; the machine's own when not given.
        spares: containers that are kept ready for the next jobs, of each kind of job.
    """

    def __init__(
        self, image: str = "base", gpus: tuple[str, ...] = (), pool: GpuPool | None = None, spares: int = 0
    ) -> None:
        self._image = image
        self._spares = Spares(spares)
        self._gpus = gpus
        self._pool = pool or GpuPool()
        self._cancellations = Cancellations()
        self.isolation = Isolation(
            backend="docker",
            summary="A Docker container without network, with a read-only root, no privileges and fixed limits.",
            lacks=("the kernel is shared with this machine",),
        )

    def check(self) -> None:
        """Return when an engine answers and can get an image; see `Sandbox.check`."""
        with connect() as client:
            client.ping()
            check_source(client, self._image, BuildSettings.from_environment())

    def run(self, job: Job, keep: Path) -> Outcome:
        """Run a job, attach to it or return its stored outcome; see `Sandbox.run`."""
        with job_folder(keep, job.id) as folder:
            return folder.stored() or self._execute(job, folder)

    def cancel(self, job_id: str) -> None:
        """End a running job; see `Sandbox.cancel`."""
        self._cancellations.cancel(job_id)
        with connect() as client:
            if container := box.find(client, job_id):
                box.kill(container)

    def reap(self, owner: str | None = None) -> int:
        """Remove what dead supervisors left behind; see `Sandbox.reap`."""
        label = box.SUPERVISOR if owner is None else f"{box.RUN}={owner}"
        jobs = 0
        with connect() as client:
            for container in client.containers.list(all=True, filters={"label": label}):
                job_id = box.job_of(container)
                # What was attached to here still carries the mark of its first supervisor.
                if is_alive(container.labels[box.SUPERVISOR]) or job_id in self._cancellations.running():
                    continue
                if job_id is None or owner is not None or int(container.labels[box.DEADLINE]) < time.time():
                    box.remove(container)
                    jobs += job_id is not None
            for volume in client.volumes.list(filters={"label": label, "dangling": True}):
                if not is_alive(volume.attrs["Labels"][box.SUPERVISOR]):
                    volume.remove(force=True)
        return jobs

    def close(self) -> None:
        """Remove the spares. Happens by itself when the process ends in order; `reap` sees to the rest."""
        self._spares.close()

    def _execute(self, job: Job, folder: JobFolder) -> Outcome:
        check_job(job, gpus=bool(self._gpus), packages=True)
        with self._cancellations.listen(job.id) as cancelled, connect() as client:
            kind = box.Kind(_image(client, job), job.limits, job.owner)
            try:
                with self._pool.lease(self._gpu_request(job), cancelled) as devices:
                    found = _find(client, job)
                    container = found or self._new_container(client, kind, job, devices)
                    return self._see_through(job, folder, container, cancelled, begun=found is not None)
            except JobCancelled:
                return self._outcome(job, folder, _Ending("cancelled", "cancelled"), "")

    def _new_container(self, client: DockerClient, kind: box.Kind, job: Job, devices: tuple[str, ...]) -> Container:
        """Return a running container that has the job's files and name, and awaits its order."""
        spare = None if devices else self._spares.take(client, kind)
        container = spare or _started(box.create(client, kind, devices), job)
        try:
            box.assign(container, job)
        except APIError as error:
            box.remove(container)
            if error.status_code != HTTPStatus.CONFLICT:
                raise
            raise SandboxUnavailable(f"another process is starting the job {job.id}; ask again") from error
        if not devices:
            self._spares.refill(kind)
        return container

    def _see_through(
        self, job: Job, folder: JobFolder, container: Container, cancelled: threading.Event, *, begun: bool
    ) -> Outcome:
        """Run a job in its container, to the end of both."""
        collected = Collected(job.outputs, folder.out, job.limits.output_mb << 20)
        with closing(Follower(container, job.limits.log_kb * 1024, begun=begun)) as follower:
            follower.tell(box.order(job))
            in_time = cancelled.is_set() or follower.wait(job.limits.wall_s + _GRACE_S)
            if verdict := follower.verdict:
                collected.from_bytes(verdict.small)
                box.collect(container, collected, [name for name in job.outputs if name not in verdict.small])
            _end(container, follower)
            log = follower.log()
        ending = _judge(job, follower, container, in_time=in_time, cancelled=cancelled.is_set())
        outcome = self._outcome(job, folder, ending, log, collected)
        # First stored, then removed: killed between the two, nothing is lost and `reap` finds the rest.
        folder.store(outcome)
        box.remove(container)
        return outcome

    def _gpu_request(self, job: Job) -> GpuRequest:
        return GpuRequest(
            job=job.id,
            owner=f"{job.owner}/{job.idea}",
            count=job.gpus,
            devices=self._gpus,
            per_device=job.jobs_per_gpu,
        )

    def _outcome(
        self, job: Job, folder: JobFolder, ending: _Ending, log: str, collected: Collected | None = None
    ) -> Outcome:
        killed_by = -ending.code if ending.code is not None and ending.code < 0 else None
        return Outcome(
            job_id=job.id,
            status=ending.status,
            exit_code=None if killed_by else ending.code,
            signal=killed_by,
            wall_s=ending.wall_s,
            log=log,
            log_path=folder.log_path,
            outputs=collected.files if collected else {},
            detail="; ".join(filter(None, [ending.detail, *(collected.refused if collected else ())])),
            isolation=self.isolation,
        )


@dataclass(frozen=True)
class _Ending:
    """How a job ended."""

    status: Status
    detail: str
    wall_s: float = 0.0
    code: int | None = None
    """Exit code, or minus the signal; None when it was killed with its container."""


def _image(client: DockerClient, job: Job) -> str:
    """Return a reference to the job's image, with the packages that it asks for."""
    if job.packages:
        return ensure_packages(client, job.image, job.packages, AllowList.load())
    return ensure(client, job.image)


def _find(client: DockerClient, job: Job) -> Container | None:
    """Return the container in which a job runs already; remove one in which it cannot."""
    found = box.find(client, job.id)
    if found and (found.status == "running" or _out_of_memory(found)):
        return found
    if found:  # ended with an engine that was stopped
        box.remove(found)
    return None


def _started(container: Container, job: Job) -> Container:
    """Start a new container.

    Raises:
        JobRejected: its image is none that jobs can run in.
        SandboxUnavailable: there are no GPUs to be had from this engine.
    """
    try:
        container.start()
    except APIError as error:
        box.remove(container)
        if "device driver" in str(error.explanation):
            raise SandboxUnavailable(
                f"the Docker engine gives no GPUs (install the NVIDIA container toolkit): {error.explanation}"
            ) from error
        if error.status_code == HTTPStatus.BAD_REQUEST:
            raise JobRejected(
                f"job {job.id} cannot be started in the image {job.image}, which needs python: {error.explanation}"
            ) from error
        raise
    return container


def _end(container: Container, follower: Follower) -> None:
    """End a container; its first process does so by itself when it can, which takes the engine less time."""
    if follower.verdict:
        follower.tell(END)
    else:
        box.kill(container)
    try:
        container.wait(timeout=_GRACE_S)
    except (Timeout, EngineGone):
        # The client tells a slow answer and a dead engine by the same exception; a dead one fails again here.
        box.kill(container)
        container.wait()
    container.reload()


def _judge(job: Job, follower: Follower, container: Container, *, in_time: bool, cancelled: bool) -> _Ending:
    """Return how a job ended, from what its first process said and from how the container ended.

    Raises:
        SandboxUnavailable: the container was ended by somebody else.
    """
    verdict, limits = follower.verdict, job.limits
    wall_s = verdict.wall_s if verdict else _seconds(container)
    code = verdict.code if verdict else None
    if cancelled:
        return _Ending("cancelled", "cancelled", wall_s, code)
    # Whatever the exit code: when the kernel kills a child, its parent may go on with half of the work.
    if _out_of_memory(container):
        return _Ending("oom", f"used more than {limits.memory_mb} MiB of memory", wall_s, code)
    if not in_time or (verdict and verdict.timed_out):
        return _Ending("timeout", f"stopped after {limits.wall_s:g} s", wall_s, code)
    if verdict is None:
        box.remove(container)
        said = clean(follower.said).strip().splitlines()[-1:] or ["it was ended by others, or the engine was stopped"]
        raise SandboxUnavailable(f"the container of the job {job.id} ended before the job: {said[0]}; ask again")
    if verdict.code == 0:
        return _Ending("ok", "", wall_s, code)
    if verdict.out_full:
        return _Ending("output_limit", f"out/ was full ({limits.output_mb} MiB)", wall_s, code)
    return _Ending("error", signal_detail(-code if code and code < 0 else None), wall_s, code)


def _out_of_memory(container: Container) -> bool:
    return bool(container.attrs["State"]["OOMKilled"])


def _seconds(container: Container) -> float:
    state = container.attrs["State"]
    started, finished = (datetime.fromisoformat(state[key]) for key in ("StartedAt", "FinishedAt"))
    return (finished - started).total_seconds()
