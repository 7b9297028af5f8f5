"""Every backend keeps the contract; what one cannot give, it names in `Isolation.lacks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandboxes.conformance import SandboxConformance

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox


@pytest.mark.docker
class TestDocker(SandboxConformance):
    @pytest.fixture
    def sandbox(self, usable: Callable[[Name], Sandbox]) -> Sandbox:
        return usable("docker")


class TestBubblewrap(SandboxConformance):
    @pytest.fixture
    def sandbox(self, usable: Callable[[Name], Sandbox]) -> Sandbox:
        return usable("bubblewrap")


class TestProcess(SandboxConformance):
    @pytest.fixture
    def sandbox(self, usable: Callable[[Name], Sandbox]) -> Sandbox:
        return usable("process")

    @pytest.mark.xfail(reason="in/ and code/ are copies, but not read-only", strict=True)
    def test_code_and_inputs_are_read_only(self, sandbox: Sandbox, tmp_path: Path) -> None:
        super().test_code_and_inputs_are_read_only(sandbox, tmp_path)
