"""Jobs get the GPUs that they ask for, one after the other, and see no other: on an engine that believes in GPUs.

The engine is the real one. It gives a container the devices that were asked for by NVIDIA's hook, which here is a
program that does nothing; what there is, and who computes, is a folder (`FakeGpus`).
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from fake_gpus import FakeGpus
from own_engine import own_engine, reason_against

from sandboxes.docker import DockerSandbox
from sandboxes.errors import JobRejected, SandboxUnavailable
from sandboxes.gpus import GpuPool, GpuRequest
from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sandboxes.choose import Name
    from sandboxes.sandbox import Outcome, Sandbox

pytestmark = [pytest.mark.docker, pytest.mark.slow]
# The hook is told the devices by this variable, which the engine sets.
PROGRAM = """
import os, time
print(os.environ["NVIDIA_VISIBLE_DEVICES"], time.monotonic())
time.sleep(1)
print(time.monotonic())
"""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    if reason := reason_against():
        pytest.skip(reason)
    with own_engine() as engine:
        hook = engine.programs / "nvidia-container-runtime-hook"
        hook.write_text("#!/bin/sh\nexec cat >/dev/null\n", encoding="ascii")
        hook.chmod(0o755)
        engine.start()
        engine.load("base")
        yield engine.host


class Lab:
    """One GPU, and jobs that want it."""

    def __init__(self, place: Path) -> None:
        self.gpus = FakeGpus(place, 1)
        self.pool = GpuPool(self.gpus, place / "pool.db")
        self.sandbox = DockerSandbox(gpus=self.gpus.uuids, pool=self.pool)
        self._code = place / "code"
        self._code.mkdir()
        (self._code / "main.py").write_text(PROGRAM, encoding="utf-8")
        self._keep = place / "keep"

    def job(self, **fields: object) -> Job:
        job = Job(id=f"g{uuid4().hex[:10]}", command=("python", "code/main.py"), code=self._code, image="base")
        return job.model_copy(update={"limits": Limits(wall_s=60), **fields})

    def run(self, job: Job) -> Outcome:
        return self.sandbox.run(job, self._keep)

    def is_free(self) -> bool:
        request = GpuRequest(job="look", owner="look", count=1, devices=self.gpus.uuids, wait_s=0.1)
        try:
            with self.pool.lease(request, threading.Event()):
                return True
        except SandboxUnavailable:
            return False


@pytest.fixture
def lab(usable: Callable[[Name], Sandbox], host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    usable("docker")
    monkeypatch.setenv("DOCKER_HOST", host)
    return Lab(tmp_path)


def test_jobs_have_the_device_one_after_the_other(lab: Lab) -> None:
    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(lambda idea: lab.run(lab.job(gpus=1, idea=idea)), ("one", "two")))
    assert [outcome.status for outcome in outcomes] == ["ok", "ok"], outcomes
    first, second = sorted((outcome.log.split() for outcome in outcomes), key=lambda words: float(words[1]))
    assert (first[0], second[0]) == ("GPU-0", "GPU-0")
    assert float(first[2]) < float(second[1])
    assert lab.is_free()


def test_a_job_that_asks_for_none_sees_none_and_waits_for_nobody(lab: Lab) -> None:
    with lab.pool.lease(GpuRequest(job="x", owner="x", count=1, devices=lab.gpus.uuids), threading.Event()):
        outcome = lab.run(lab.job())
    assert outcome.log.split()[0] == "void", outcome


def test_the_device_is_held_while_the_job_runs(lab: Lab) -> None:
    with ThreadPoolExecutor() as pool:
        running = pool.submit(lab.run, lab.job(gpus=1))
        end = time.monotonic() + 30
        while lab.is_free() and time.monotonic() < end:
            time.sleep(0.05)
        assert not running.done()
        assert running.result().status == "ok"
    assert lab.is_free()


def test_a_job_can_be_cancelled_while_it_waits(lab: Lab) -> None:
    job = lab.job(gpus=1)
    held = GpuRequest(job="x", owner="x", count=1, devices=lab.gpus.uuids)
    with ThreadPoolExecutor() as pool, lab.pool.lease(held, threading.Event()):
        waiting = pool.submit(lab.run, job)
        time.sleep(1.5)
        lab.sandbox.cancel(job.id)
        assert waiting.result(10).status == "cancelled"
    assert lab.run(job).status == "ok", "nothing was kept of it"


def test_more_than_the_run_may_use_is_rejected(lab: Lab) -> None:
    with pytest.raises(JobRejected, match="may use 1"):
        lab.run(lab.job(gpus=2))


def test_an_engine_without_gpus_says_so(
    lab: Lab, usable: Callable[[Name], Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCKER_HOST")
    if isinstance(usable("docker"), DockerSandbox):
        with pytest.raises(SandboxUnavailable, match="NVIDIA container toolkit"):
            lab.run(lab.job(gpus=1))
    assert lab.is_free()
