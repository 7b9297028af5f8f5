"""Nobody gets the unprotected backend without asking for it."""

from __future__ import annotations

import pytest

from sandboxes.choose import choose
from sandboxes.errors import SandboxUnavailable


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
