"""Every backend keeps the contract; what one cannot give, it names in `Isolation.lacks`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandboxes.conformance import SandboxConformance
from sandboxes.docker import DockerSandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox


@pytest.mark.docker
class TestDocker(SandboxConformance):
    @pytest.fixture
    def sandbox(self, usable: Callable[[Name], Sandbox]) -> Sandbox:
        return usable("docker")


@pytest.fixture(scope="module")
def with_spares(usable: Callable[[Name], Sandbox]) -> Iterator[Sandbox]:
    usable("docker")
    sandbox = DockerSandbox(spares=1)
    yield sandbox
    sandbox.close()


@pytest.mark.docker
@pytest.mark.slow
class TestDockerWithSpares(SandboxConformance):
    @pytest.fixture
    def sandbox(self, with_spares: Sandbox) -> Sandbox:
        return with_spares


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
