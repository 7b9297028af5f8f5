"""A candidate gets a package that it asked for, in a job that has no network; and is told why when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import docker
import pytest

from sandboxes.docker import DockerSandbox
from sandboxes.errors import PackagesRefused, PackagesUnavailable
from sandboxes.image_store import BuildSettings, ensure
from sandboxes.package_list import AllowList
from sandboxes.package_workshop import workshop
from sandboxes.packages import ensure_packages
from sandboxes.sandbox import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from docker import DockerClient

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox

pytestmark = [pytest.mark.docker, pytest.mark.slow]
ALLOWED = AllowList.load()


@pytest.fixture
def engine(usable: Callable[[Name], Sandbox]) -> Iterator[DockerClient]:
    usable("docker")
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def without_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHOLOCATE_PIP_INDEX", "http://127.0.0.1:9/simple")


def run(image: str, program: str, tmp_path: Path) -> str:
    code = tmp_path / "code"
    code.mkdir()
    (code / "main.py").write_text(program)
    job = Job(id=f"packages-{uuid4().hex[:8]}", command=("python", "code/main.py"), code=code, image=image)
    outcome = DockerSandbox().run(job, tmp_path / "keep")
    assert outcome.status == "ok", outcome.log
    return outcome.log.strip()


@pytest.fixture
def image(engine: DockerClient, tmp_path: Path) -> Iterator[str]:
    made = ensure_packages(engine, "base", ["tabulate"], ALLOWED, tmp_path)
    yield made
    engine.images.remove(made)


def test_a_package_is_there_in_a_job_without_network(engine: DockerClient, image: str, tmp_path: Path) -> None:
    program = "import numpy, tabulate; print(tabulate.tabulate([[1, 2]], tablefmt='plain'), numpy.__name__)"
    assert run(image, program, tmp_path) == "1  2 numpy"


def test_the_same_again_needs_no_index(engine: DockerClient, image: str, tmp_path: Path, without_index: None) -> None:
    assert ensure_packages(engine, "base", ["tabulate"], ALLOWED, tmp_path) == image
    engine.images.remove(image)
    assert ensure_packages(engine, "base", ["tabulate"], ALLOWED, tmp_path) == image


def test_what_the_image_holds_is_not_added(engine: DockerClient, tmp_path: Path) -> None:
    assert ensure_packages(engine, "base", ["numpy"], ALLOWED, tmp_path) == ensure(engine, "base")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("tabulate>=99", "No matching distribution found for tabulate"),
        ("numpy<2", r"\(constraint\) numpy==.*conflicting dependencies"),
    ],
)
def test_what_cannot_be_met_is_refused(engine: DockerClient, tmp_path: Path, asked: str, why: str) -> None:
    with pytest.raises(PackagesRefused, match=why):
        ensure_packages(engine, "base", [asked], ALLOWED, tmp_path)


def test_a_package_without_a_wheel_is_refused(engine: DockerClient) -> None:
    with (
        workshop(engine, ensure(engine, "base"), BuildSettings.from_environment()) as shop,
        pytest.raises(PackagesRefused, match="No matching distribution found for docopt"),
    ):
        shop.resolve(("docopt",))


def test_an_index_that_does_not_answer_is_no_refusal(engine: DockerClient, tmp_path: Path, without_index: None) -> None:
    with pytest.raises(PackagesUnavailable, match=r"packages cannot be fetched now: .*Connection refused"):
        ensure_packages(engine, "base", ["tabulate"], ALLOWED, tmp_path)
