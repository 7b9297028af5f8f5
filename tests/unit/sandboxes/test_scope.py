"""Where systemd makes control groups, bubblewrap's jobs are limited by one; where not, that is said."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from sandboxes import scope
from sandboxes.bubblewrap import BubblewrapSandbox
from sandboxes.choose import choose
from sandboxes.errors import SandboxUnavailable
from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Notes what it is asked for and becomes the command, as systemd-run does.
SYSTEMD_RUN = """#!/bin/sh
while [ "$1" != -- ]; do echo "$1"; shift; done >>{notes}
shift
exec "$@"
"""


@pytest.fixture
def fresh() -> Iterator[None]:
    scope.available.cache_clear()
    yield
    scope.available.cache_clear()


@pytest.fixture
def notes(fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a systemd-run that is first on the path was asked for."""
    program, notes = tmp_path / "bin" / "systemd-run", tmp_path / "notes"
    program.parent.mkdir()
    program.write_text(SYSTEMD_RUN.format(notes=notes), encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    return notes


def test_a_job_runs_in_a_scope_with_its_limits(notes: Path, tmp_path: Path) -> None:
    try:
        choose("bubblewrap")
    except SandboxUnavailable as unavailable:
        pytest.skip(str(unavailable))
    place = tmp_path / "code"
    place.mkdir()
    program = (
        "import os; print(sorted(set(os.environ) & {'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR'}), os.getppid())"
    )
    limits = Limits(wall_s=20, memory_mb=128, cpus=0.5, pids=40)
    job = Job(id=f"c{uuid4().hex[:8]}", command=("python", "-c", program), code=place, limits=limits)
    sandbox = BubblewrapSandbox()
    outcome = sandbox.run(job, tmp_path / "keep")
    assert outcome.status == "ok", outcome
    assert outcome.log.startswith("[] ")
    asked = notes.read_text(encoding="ascii").split()
    assert "--scope" in asked
    limits_asked = {word.removeprefix("--property=") for word in asked if word.startswith("--property=")}
    assert limits_asked == {"MemoryMax=128M", "MemorySwapMax=0", "CPUQuota=50%", "TasksMax=43"}
    assert not [gap for gap in sandbox.isolation.lacks if "memory" in gap or "cores" in gap]


def test_without_systemd_the_gaps_are_named(fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert scope.within(Limits()) == []
    assert [gap for gap in BubblewrapSandbox().isolation.lacks if gap.startswith("memory is watched")]


def test_a_systemd_run_that_reaches_no_systemd_counts_as_none(notes: Path, tmp_path: Path) -> None:
    (tmp_path / "bin" / "systemd-run").write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    assert not scope.available()
