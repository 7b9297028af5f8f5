"""An engine that stops in the middle is one clear line, never a result; once it is back, the same job runs.

The test stops an engine of its own, beside the machine's.
"""

from __future__ import annotations

import gc
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from own_engine import own_engine, reason_against

from sandboxes.docker import DockerSandbox
from sandboxes.errors import SandboxUnavailable
from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from own_engine import Engine

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox


@pytest.fixture
def engine(usable: Callable[[Name], Sandbox], monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    usable("docker")
    if reason := reason_against():
        pytest.skip(reason)
    with own_engine() as engine:
        engine.start()
        engine.load("base")
        monkeypatch.setenv("DOCKER_HOST", engine.host)
        yield engine


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
