"""Nobody gets the unprotected backend without asking for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandboxes.choose import choose
from sandboxes.errors import JobRejected, PackagesRefused, SandboxUnavailable
from sandboxes.sandbox import Job

if TYPE_CHECKING:
    from pathlib import Path


def test_without_engine_and_bubblewrap_there_is_no_sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="apt install bubblewrap") as refused:
        choose("auto")
    assert "docker:" in str(refused.value)


def test_process_comes_only_by_name() -> None:
    assert choose("process").isolation.backend == "process"


def test_what_process_lacks_is_said() -> None:
    assert len(choose("process").isolation.lacks) > 5


def test_a_gpu_that_is_not_here_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JobRejected, match=r"--gpus names 'GPU-1'; .*which has no GPU"):
        choose("process", gpus="GPU-1")


def test_gpus_come_with_docker_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho '<smi><gpu><uuid>GPU-1</uuid></gpu></smi>'\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(SandboxUnavailable, match="use docker"):
        choose("process", gpus="all")


def test_packages_come_with_docker_alone(tmp_path: Path) -> None:
    job = Job(id="a", command=("true",), code=tmp_path, packages=("tabulate",))
    with pytest.raises(PackagesRefused, match="Docker alone"):
        choose("process").run(job, tmp_path / "keep")
