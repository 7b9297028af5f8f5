"""The images that jobs run in."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from agent.cli_images import images_app
from sandboxes.choose import choose
from sandboxes.engine import connect
from sandboxes.errors import JobRejected, SandboxUnavailable
from sandboxes.image_store import (
    BuildSettings,
    build_over,
    current_images,
    ensure,
    list_images,
    prune,
    reference,
    with_packages,
)
from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker import DockerClient

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox

pytestmark = pytest.mark.docker

LOOK = """
import os, pathlib, stat, subprocess, sys, time
odd = []
for folder, _, names in os.walk("/"):
    if not folder.startswith(("/proc", "/sys")):
        for name in names:
            mode = os.lstat(os.path.join(folder, name)).st_mode
            if stat.S_ISREG(mode) and mode & 0o6000:
                odd.append(name)
print("setuid", odd)
site = pathlib.Path(sys.prefix, "lib", f"python3.{sys.version_info[1]}", "site-packages")
print("sklearn data", [p.name for p in (site / "sklearn" / "datasets").iterdir() if p.is_dir() and p.name[0] != "_"])
print("left from the build", [p for p in ("/build", "/build/ca.pem") if os.path.exists(p)])
began = time.monotonic()
done = subprocess.run([sys.executable, "-m", "pip", "install", "six"], capture_output=True)
print("pip", done.returncode != 0, time.monotonic() - began < 30)
import matplotlib, numpy, pandas, scipy, sklearn
"""
PROTEOMICS = """
import subprocess, sys
import anndata, gseapy, lifelines, matplotlib, networkx, pandas, pyarrow, pydeqms, scipy, sklearn, statsmodels.api
sys.path.insert(0, "in")  # the image holds what tools need, not the tools
import tools.run, tools.proteomics
print(subprocess.run(["Rscript", "code/fit.R"], capture_output=True, text=True))
print("Comet version" in subprocess.run(["comet-ms"], capture_output=True, text=True).stdout)
"""
LIMMA = """
suppressMessages(library(limma))
y <- rbind(up = c(1, 2, 3, 11, 12, 13), same = c(5, 6, 7, 6, 5, 7), down = c(9, 8, 7, 1, 3, 2))
fit <- eBayes(lmFit(y, cbind(1, c(0, 0, 0, 1, 1, 1))))
cat(round(fit$coefficients[, 2], 6), fit$p.value[1, 2] < 0.01, fit$p.value[2, 2] > 0.5)
"""
TOOLS = Path(__file__).parents[3] / "tools"


@pytest.fixture
def sandbox(usable: Callable[[Name], Sandbox]) -> Sandbox:
    return usable("docker")


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[DockerClient]:
    with connect(timeout_s=600) as client:
        yield client


def job(place: Path, image: str, program: str = "") -> Job:
    (place / "main.py").write_text(program, encoding="utf-8")
    command = ("python", "code/main.py")
    return Job(id=f"i{uuid4().hex[:12]}", command=command, code=place, image=image, limits=Limits(wall_s=120))


def test_what_is_in_an_image(sandbox: Sandbox, tmp_path: Path) -> None:
    outcome = sandbox.run(job(tmp_path, "ml", LOOK), tmp_path / "keep")
    assert outcome.log == "setuid []\nsklearn data []\nleft from the build []\npip True True\n"


@pytest.mark.slow
def test_the_proteomics_image_holds_what_tools_need(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "fit.R").write_text(LIMMA, encoding="utf-8")
    wanted = job(tmp_path, "proteomics", PROTEOMICS).model_copy(update={"inputs": {"tools": TOOLS}})
    outcome = sandbox.run(wanted, tmp_path / "keep")
    assert "stdout='10 0 -6 TRUE TRUE', stderr=''" in outcome.log, outcome
    assert outcome.log.endswith("True\n"), outcome


def test_it_is_built_once(client: DockerClient) -> None:
    made = ensure(client, "base")
    assert made == reference("base", BuildSettings.from_environment())
    assert made in list_images(client)
    before = client.images.get(made).id
    assert ensure(client, "base") == made
    assert client.images.get(made).id == before


def test_an_image_that_nobody_has_is_rejected(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(JobRejected, match="no-such-image"):
        sandbox.run(job(tmp_path, "no-such-image:1"), tmp_path / "keep")


def test_an_image_without_python_is_rejected(client: DockerClient, sandbox: Sandbox, tmp_path: Path) -> None:
    name = f"empty-{uuid4().hex[:8]}:1"
    client.images.build(fileobj=io.BytesIO(b"FROM scratch\nLABEL a=b\n"), tag=name)
    try:
        with pytest.raises(JobRejected, match="which needs python"):
            sandbox.run(job(tmp_path, name), tmp_path / "keep")
    finally:
        client.images.remove(name)


def test_an_engine_without_any_image_says_what_to_do(
    sandbox: Sandbox, usable: Callable[[Name], Sandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    usable("bubblewrap")
    monkeypatch.setenv("ECHOLOCATE_BASE_IMAGE", "127.0.0.1:9/nowhere:1")
    with pytest.raises(SandboxUnavailable, match=r"has no image 127.0.0.1:9/nowhere:1 .*ECHOLOCATE_BASE_IMAGE") as told:
        choose("docker")
    assert len(str(told.value).splitlines()) == 1
    lines: list[str] = []
    assert choose("auto", tell=lines.append).isolation.backend == "bubblewrap"
    assert [line.startswith("bubblewrap is used, not docker: the Docker engine answers") for line in lines] == [True]


def test_prune_takes_ours_alone(client: DockerClient) -> None:
    base, mark = ensure(client, "base"), uuid4().hex[:8]
    old, used = f"echolocate/base:old-{mark}", f"echolocate/base:used-{mark}"
    users = [f"users-own-{mark}:1", f"echolocate/users-own-{mark}:1"]
    for name in (old, used, *users):
        # Built on ours, the user's images have our label too.
        client.images.build(fileobj=io.BytesIO(f"FROM {base}\nLABEL mark={mark}-{name}\n".encode()), tag=name)
    container = client.containers.create(used, ["true"])
    try:
        removed = prune(client, BuildSettings.from_environment())
        assert old in removed
        left = {tag for image in client.images.list() for tag in image.tags}
        assert {base, used, *users} <= left
        assert not left & set(removed)
    finally:
        container.remove()
        for name in (used, *users):
            client.images.remove(name)


def test_an_image_with_packages_is_current_as_long_as_the_one_below(client: DockerClient) -> None:
    base, settings = ensure(client, "base"), BuildSettings.from_environment()
    tags = [with_packages("base", uuid4().hex[:16]) for _ in range(2)]
    for tag, below in zip(tags, (base, "echolocate/base:of-before"), strict=True):
        context = io.BytesIO()
        with tarfile.open(fileobj=context, mode="w") as tar:
            text = f"FROM {base}\nLABEL mark={tag}\n".encode()
            member = tarfile.TarInfo("Dockerfile")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
        context.seek(0)
        build_over(client, below, tag, context)
    try:
        assert set(tags) <= set(list_images(client))
        assert set(tags) & current_images(client, settings) == {tags[0]}
    finally:
        for tag in tags:
            client.images.remove(tag)


def test_the_commands(client: DockerClient) -> None:
    runner = CliRunner()
    assert ensure(client, "base") in runner.invoke(images_app, ["build", "base"]).output
    listed = runner.invoke(images_app, ["list"]).output
    tag = ensure(client, "base").rpartition(":")[2]
    assert re.search(rf"echolocate/base +│ {tag} +│ \d+ MB +│ .* │ current", listed), listed
    refused = runner.invoke(images_app, ["build", "no-such"])
    assert "no image of this name; there are base, ml" in str(refused.exception)
