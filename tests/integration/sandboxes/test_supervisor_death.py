"""A supervisor that is killed loses nothing, repeats nothing and leaves nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import docker
import pytest

from sandboxes.docker import DockerSandbox
from sandboxes.errors import SandboxUnavailable
from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker import DockerClient

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox

ROOT = Path(__file__).parents[3]
# Says in the shared log, once for each start, that it ran: a second run would show.
PROGRAM = """
import pathlib, sys, time, uuid
print("started", uuid.uuid4(), flush=True)
time.sleep(float(sys.argv[1]))
pathlib.Path("out/result.txt").write_text("result of " + sys.argv[2])
"""
SUPERVISOR = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from sandboxes.choose import choose
from sandboxes.sandbox import Job
backend, keep, *jobs = sys.argv[1:]
sandbox = choose(backend)
with ThreadPoolExecutor(len(jobs)) as pool:
    list(pool.map(lambda job: sandbox.run(Job.model_validate_json(job), Path(keep)), jobs))
"""


@pytest.fixture
def owner() -> str:
    return f"run-{uuid4().hex[:8]}"


@pytest.fixture
def engine(usable: Callable[[Name], Sandbox]) -> Iterator[DockerClient]:
    usable("docker")
    client = docker.from_env()
    yield client
    client.close()


def jobs_of(owner: str, place: Path, many: int, seconds: float) -> list[Job]:
    code = place / "code"
    code.mkdir()
    (code / "main.py").write_text(PROGRAM, encoding="utf-8")
    return [
        Job(
            id=f"{owner}-{number}",
            command=("python", "code/main.py", str(seconds), f"{owner}-{number}"),
            code=code,
            outputs=("result.txt",),
            limits=Limits(wall_s=120, memory_mb=256),
            image="base",
            owner=owner,
        )
        for number in range(many)
    ]


def supervisor(backend: str, keep: Path, jobs: list[Job]) -> subprocess.Popen[bytes]:
    arguments = [backend, str(keep), *(job.model_dump_json() for job in jobs)]
    return subprocess.Popen([sys.executable, "-c", SUPERVISOR, *arguments], cwd=ROOT)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def left(engine: DockerClient, owner: str) -> list[str]:
    wanted = {"label": f"echolocate.run={owner}"}
    containers = [container.name for container in engine.containers.list(all=True, filters=wanted)]
    return containers + [volume.name for volume in engine.volumes.list(filters=wanted)]


def begun(engine: DockerClient, owner: str) -> list[str]:
    """The jobs that have a container of their name."""
    wanted = {"label": f"echolocate.run={owner}", "name": "echolocate-job-"}
    return [container.name for container in engine.containers.list(filters=wanted)]


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.docker
@pytest.mark.slow
def test_twenty_jobs_outlive_their_supervisor(engine: DockerClient, owner: str, tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    jobs = jobs_of(owner, tmp_path, 20, seconds=5)
    process = supervisor("docker", keep, jobs)
    running = {"label": f"echolocate.run={owner}", "name": "echolocate-job-"}
    # In the middle: some are done, some run, some are only half made.
    wait_for(lambda: len(engine.containers.list(filters=running)) >= 6, 120)
    started = {
        c.name.removeprefix("echolocate-job-"): c.logs(stderr=False) for c in engine.containers.list(filters=running)
    }
    kill(process)
    sandbox = DockerSandbox()
    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda job: sandbox.run(job, keep), jobs))
    for job, outcome in zip(jobs, outcomes, strict=True):
        assert outcome.status == "ok", outcome
        assert outcome.outputs["result.txt"].read_text(encoding="utf-8") == f"result of {job.id}"
        assert outcome.log.count("started") == 1
        assert started.get(job.id, b"").decode() in outcome.log, "it ran a second time"
    sandbox.reap(owner)
    assert left(engine, owner) == []


@pytest.mark.docker
def test_reap_removes_what_nobody_asks_for_again(engine: DockerClient, owner: str, tmp_path: Path) -> None:
    process = supervisor("docker", tmp_path / "keep", jobs_of(owner, tmp_path, 1, seconds=60))
    wait_for(lambda: begun(engine, owner))
    sandbox = DockerSandbox()
    sandbox.reap(owner)
    assert len(left(engine, owner)) == 3, "its supervisor lives"
    kill(process)
    sandbox.reap()
    assert len(left(engine, owner)) == 3, "its owner may still come back for it"
    assert sandbox.reap(owner) == 1
    assert left(engine, owner) == []


@pytest.mark.docker
def test_reap_leaves_what_was_attached_to(engine: DockerClient, owner: str, tmp_path: Path) -> None:
    (job,) = jobs_of(owner, tmp_path, 1, seconds=6)
    process = supervisor("docker", tmp_path / "keep", [job])
    wait_for(lambda: begun(engine, owner))
    kill(process)
    sandbox = DockerSandbox()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sandbox.run, job, tmp_path / "keep")
        time.sleep(1)
        assert sandbox.reap(owner) == 0
        assert waiting.result().status == "ok"


@pytest.mark.docker
def test_a_container_that_is_removed_by_hand_is_no_result(engine: DockerClient, owner: str, tmp_path: Path) -> None:
    (job,) = jobs_of(owner, tmp_path, 1, seconds=4)
    sandbox = DockerSandbox()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sandbox.run, job, tmp_path / "keep")
        wait_for(lambda: begun(engine, owner))
        time.sleep(1)
        engine.containers.get(f"echolocate-job-{job.id}").remove(force=True, v=True)
        with pytest.raises(SandboxUnavailable, match="ask again"):
            waiting.result()
    assert sandbox.run(job, tmp_path / "keep").status == "ok"
    assert left(engine, owner) == []


@pytest.mark.parametrize("backend", ["bubblewrap", "process"])
def test_a_local_job_dies_with_its_supervisor(
    backend: Name, usable: Callable[[Name], Sandbox], owner: str, tmp_path: Path
) -> None:
    usable(backend)
    (job,) = jobs_of(owner, tmp_path, 1, seconds=60)
    process = supervisor(backend, tmp_path / "keep", [job])
    wait_for(lambda: processes_of(job.id))
    kill(process)
    wait_for(lambda: not processes_of(job.id), 5)


def processes_of(job_id: str) -> list[str]:
    """The job itself, not its supervisor, whose argument holds the id as part of a longer text."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if job_id.encode() in entry.read_bytes().split(b"\0"):
                found.append(entry.parent.name)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found
