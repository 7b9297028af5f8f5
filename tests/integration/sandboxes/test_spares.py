"""Containers that wait for a job: each has one job, and none is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from sandboxes.docker import DockerSandbox
from sandboxes.engine import connect
from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker import DockerClient
    from docker.models.containers import Container

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox

pytestmark = [pytest.mark.docker, pytest.mark.slow]
PROGRAM = """
import os, pathlib, time
print(sorted(os.listdir("out")), sorted(os.listdir("/tmp")), sorted(os.listdir("code")))
for path in ("out/left", "/tmp/left"):
    pathlib.Path(path).write_text("left")
time.sleep(float(os.environ["SECONDS"]))
"""
SUPERVISOR = """
import sys, time
from pathlib import Path
from sandboxes.docker import DockerSandbox
from sandboxes.sandbox import Job
DockerSandbox(spares=2).run(Job.model_validate_json(sys.argv[1]), Path(sys.argv[2]))
time.sleep(60)
"""


@pytest.fixture
def client(usable: Callable[[Name], Sandbox]) -> Iterator[DockerClient]:
    usable("docker")
    with connect() as client:
        yield client


def job_of(owner: str, place: Path, seconds: float = 0) -> Job:
    code = place / "code"
    code.mkdir(exist_ok=True)
    (code / "main.py").write_text(PROGRAM, encoding="utf-8")
    return Job(
        id=f"s{uuid4().hex[:10]}",
        command=("python", "code/main.py"),
        code=code,
        env={"SECONDS": str(seconds)},
        limits=Limits(wall_s=60, memory_mb=256),
        image="base",
        owner=owner,
    )


def spares_of(client: DockerClient, owner: str) -> list[Container]:
    wanted = {"label": f"echolocate.run={owner}", "name": "echolocate-spare-"}
    return client.containers.list(all=True, filters=wanted)


def wait_for(client: DockerClient, owner: str, count: int) -> list[Container]:
    end = time.monotonic() + 60
    while True:
        spares = [one for one in spares_of(client, owner) if one.status == "running" or not count]
        if len(spares) == count:
            return spares
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_job_runs_in_a_spare_and_finds_nothing_of_another_job(client: DockerClient, tmp_path: Path) -> None:
    owner = f"run-{uuid4().hex[:8]}"
    sandbox = DockerSandbox(spares=1)
    sandbox.run(job_of(owner, tmp_path), tmp_path / "keep")
    (spare,) = wait_for(client, owner, 1)
    job = job_of(owner, tmp_path, seconds=3)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(sandbox.run, job, tmp_path / "keep")
        time.sleep(1.5)
        assert client.containers.get(f"echolocate-job-{job.id}").id == spare.id
        assert running.result().log == "[] [] ['main.py']\n"
    sandbox.close()
    assert client.containers.list(all=True, filters={"label": f"echolocate.run={owner}"}) == []
    assert client.volumes.list(filters={"label": f"echolocate.run={owner}"}) == []


def test_a_spare_that_is_gone_costs_nothing_but_time(client: DockerClient, tmp_path: Path) -> None:
    owner = f"run-{uuid4().hex[:8]}"
    sandbox = DockerSandbox(spares=2)
    sandbox.run(job_of(owner, tmp_path), tmp_path / "keep")
    stopped, removed = wait_for(client, owner, 2)
    stopped.kill()
    removed.remove(force=True, v=True)
    assert sandbox.run(job_of(owner, tmp_path), tmp_path / "keep").status == "ok"
    sandbox.close()
    assert spares_of(client, owner) == []


def test_spares_of_a_dead_supervisor_are_removed(client: DockerClient, tmp_path: Path) -> None:
    owner = f"run-{uuid4().hex[:8]}"
    arguments = [job_of(owner, tmp_path).model_dump_json(), str(tmp_path / "keep")]
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", SUPERVISOR, *arguments], cwd=root) as process:
        wait_for(client, owner, 2)
        process.send_signal(signal.SIGKILL)
    assert DockerSandbox().reap() == 0, "no job was left"
    assert spares_of(client, owner) == []
