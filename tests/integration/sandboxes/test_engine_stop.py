"""An engine that stops in the middle is one clear line, never a result; once it is back, the same job runs.

The test stops an engine of its own, beside the machine's.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import docker
import pytest

from sandboxes.docker import DockerSandbox
from sandboxes.errors import SandboxUnavailable
from sandboxes.image_store import ensure
from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox


class Engine:
    """A daemon with its own data, sockets and no network."""

    def __init__(self, place: Path) -> None:
        self.host = f"unix://{place}/docker.sock"
        self._log = place / "log"
        self._command = [
            "dockerd",
            *("--host", self.host, "--pidfile", str(place / "pid")),
            *("--data-root", str(place / "data"), "--exec-root", str(place / "exec")),
            *("--bridge", "none", "--iptables=false"),
        ]

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + 60
        while subprocess.run(["docker", "-H", self.host, "version"], capture_output=True, check=False).returncode:
            assert self._process.poll() is None, self._log.read_text(encoding="utf-8")
            assert time.monotonic() < end
            time.sleep(0.2)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)


@pytest.fixture
def engine(usable: Callable[[Name], Sandbox], monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    usable("docker")
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("starting an engine needs root and dockerd")
    # In memory: to remove an image's files from a disk takes longer than the test. Not in pytest's folder: the path of
    # a socket is limited to 107 bytes.
    place = Path(tempfile.mkdtemp(prefix="engine-", dir="/dev/shm"))
    engine = Engine(place)
    engine.start()
    ours = docker.from_env()
    image = ensure(ours, "base")
    with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as saved:
        subprocess.run(["docker", "-H", engine.host, "load"], stdin=saved.stdout, check=True, capture_output=True)
    ours.close()
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    yield engine
    engine.stop()
    shutil.rmtree(place)


def reason_when_stopped(engine: Engine, sandbox: Sandbox, job: Job, keep: Path) -> str:
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sandbox.run, job, keep)
        time.sleep(5)
        engine.stop()
        with pytest.raises(SandboxUnavailable) as unavailable:
            waiting.result(60)
        return str(unavailable.value)


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_stopped_engine_is_no_result(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import time; time.sleep(8); print('whole')", encoding="utf-8")
    job = Job(
        id=f"e{uuid4().hex[:10]}",
        command=("python", "code/main.py"),
        code=tmp_path,
        limits=Limits(wall_s=60),
        image="base",
    )
    keep = tmp_path.with_name("keep")
    sandbox = DockerSandbox()
    assert "engine" in reason_when_stopped(engine, sandbox, job, keep)
    # The Docker client leaves the socket of a refused connection to the garbage collector, which warns.
    gc.collect()
    with pytest.raises(SandboxUnavailable, match="engine"):
        sandbox.check()
    engine.start()
    outcome = sandbox.run(job, keep)
    assert (outcome.status, outcome.log) == ("ok", "whole\n")
