"""Programs that a sandbox must hold. Each file in `programs/` says in its header what is expected of it.

    # expect: status|status      how the job may end (`expect-<backend>:` where a backend differs)
    # log: pattern               must be found in the log
    # detail: text               must be in the outcome's detail
    # signal: number             that ended it
    # outputs: name name         asked for; `collected: name` (or `none`): what may come home
    # content: text              of the one collected file
    # limits: wall_s=3           other than the suite's
    # runs: 2                    how often, under different ids
    # host-absent: path          must not be there afterwards
    # needs: x86_64              the machine whose system call numbers it uses
    # bubblewrap: reason         a known gap of that backend: one of its `Isolation.lacks`

A program prints `BREACH` when something worked that must not.
"""

from __future__ import annotations

import platform
import re
import shutil
import socket
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import docker
import hostile_table
import pytest

from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandboxes.sandbox import Outcome, Sandbox

NAMES = hostile_table.names()
CANARY = "sk-canary"
STARTED = f"h{uuid4().hex[:8]}"
RUNS = count()
_HEADER = re.compile(r"^# ([a-z-]+): (.+)$", re.MULTILINE)


class Expectation:
    """A program's header."""

    def __init__(self, name: str, backend: str) -> None:
        text = (hostile_table.PROGRAMS / f"{name}.py").read_text(encoding="utf-8")
        self.fields = dict(_HEADER.findall(text))
        self.statuses = self.fields.get(f"expect-{backend}", self.fields["expect"]).split("|")
        self.outputs = tuple(self.fields.get("outputs", "").split())
        self.collected = set(self.fields.get("collected", self.fields.get("outputs", "")).split()) - {"none"}
        self.runs = int(self.fields.get("runs", 1))
        self.gap = self.fields.get(backend)
        given = dict(part.split("=") for part in self.fields.get("limits", "").split())
        usual = {"wall_s": 30, "memory_mb": 256, "pids": 64, "output_mb": 32, "log_kb": 64}
        self.limits = Limits.model_validate(usual | given)


@pytest.fixture(scope="module")
def abstract_socket() -> Iterator[None]:
    """A socket of the host without a path, such as desktop services have."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0echolocate-canary")
        server.listen()
        yield


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_it_is_held(
    name: str,
    backend: str,
    sandbox: Sandbox,
    results: dict[str, dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    abstract_socket: None,
) -> None:
    expected = Expectation(name, backend)
    if expected.fields.get("needs", platform.machine()) != platform.machine():
        pytest.skip(f"uses system call numbers of {expected.fields['needs']}")
    monkeypatch.setenv("OPENAI_API_KEY", f"{CANARY}-of-the-supervisor")
    memory_before = _own_memory_mb()
    for _ in range(expected.runs):
        job, outcome, elapsed_s = _run(name, expected, sandbox, tmp_path)
        if expected.gap:
            assert expected.gap in sandbox.isolation.lacks
            assert "BREACH" in outcome.log, f"{backend} holds this now: take the line out of the header"
            results[name][backend] = expected.gap
            pytest.xfail(expected.gap)
        _check_outcome(expected, outcome)
        assert elapsed_s < job.limits.wall_s + 15
        assert not _processes_of(job.id), "something of the job still runs"
        if backend == "docker":
            assert not _left_in_engine(job.id)
    assert _own_memory_mb() - memory_before < 48, "the supervisor's memory grew with the job's output"
    if absent := expected.fields.get("host-absent"):
        assert not Path(absent).exists()
    results[name][backend] = "held"


def _run(name: str, expected: Expectation, sandbox: Sandbox, place: Path) -> tuple[Job, Outcome, float]:
    job_id = f"{STARTED}-{next(RUNS)}"
    code = place / "code"
    code.mkdir(exist_ok=True)
    shutil.copy(hostile_table.PROGRAMS / f"{name}.py", code / "main.py")
    shutil.copy(hostile_table.PROGRAMS / "probe.py", code)
    (place / "data.csv").write_text("1", encoding="utf-8")
    job = Job(
        id=job_id,
        # The id stands in the command so that what is left of the job can be found on the host.
        command=("python", "code/main.py", job_id),
        code=code,
        inputs={"data.csv": place / "data.csv"},
        outputs=expected.outputs,
        limits=expected.limits,
        image="base",
        owner=job_id,
    )
    started = time.monotonic()
    outcome = sandbox.run(job, place / "keep")
    return job, outcome, time.monotonic() - started


def _check_outcome(expected: Expectation, outcome: Outcome) -> None:
    seen = f"{outcome.status}, {outcome.detail}\n{outcome.log[-2000:]}"
    assert "BREACH" not in outcome.log, seen
    assert outcome.status in expected.statuses, seen
    assert f"{CANARY}-of" not in outcome.log
    assert "\x1b" not in outcome.log
    assert "\0" not in outcome.log
    assert len(outcome.log.encode()) < expected.limits.log_kb * 1024 * 4
    assert set(outcome.outputs) == expected.collected, seen
    for path in outcome.outputs.values():
        assert path.is_file()
        assert not path.is_symlink()
    if pattern := expected.fields.get("log"):
        assert re.search(pattern, outcome.log, re.DOTALL), seen
    assert expected.fields.get("detail", "") in outcome.detail, seen
    if number := expected.fields.get("signal"):
        assert outcome.signal == int(number), seen
    if content := expected.fields.get("content"):
        assert [path.read_text(encoding="utf-8") for path in outcome.outputs.values()] == [content]


def _own_memory_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def _processes_of(job_id: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if job_id.encode() in arguments:
            found.append(path.parent.name)
    return found


def _left_in_engine(job_id: str) -> list[str]:
    client = docker.from_env()
    try:
        wanted = {"label": f"echolocate.run={job_id}"}
        containers = [container.name for container in client.containers.list(all=True, filters=wanted)]
        return containers + [volume.name for volume in client.volumes.list(filters=wanted)]
    finally:
        client.close()
