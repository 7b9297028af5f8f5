"""The images that jobs run in: built once with the network, named by what they were made of, run without it."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import threading
from collections import deque
from http import HTTPStatus
from pathlib import Path
from typing import IO, TYPE_CHECKING

from docker.errors import APIError, ImageNotFound
from pydantic import BaseModel, ConfigDict

from sandboxes.errors import JobRejected, SandboxUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from docker import DockerClient
    from docker.models.images import Image

_FOLDER = Path(__file__).parent / "images"
_REPOSITORY = "echolocate"
_LABEL = "echolocate.image"
_STAGE = "echolocate.stage"
_UNDER = "echolocate.under"
_WITH_PACKAGES = "-packages"
_FILES = ("Dockerfile", "requirements.lock")
_building = threading.Lock()


class BuildSettings(BaseModel):
    """Where an image comes from; read from the environment, as they belong to a machine and not to a task."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_image: str = "python:3.11-slim"
    """`ECHOLOCATE_BASE_IMAGE`: what the image `base` is built on."""
    pip_index: str = ""
    """`ECHOLOCATE_PIP_INDEX`: address of a package index; empty: pip's own."""
    ca_bundle: Path | None = None
    """`ECHOLOCATE_CA_BUNDLE`: certificates that the index is checked against."""
    network: str = "default"
    """`ECHOLOCATE_BUILD_NETWORK`: the network of a build, for example `host`."""
    torch: str = ""
    """`ECHOLOCATE_TORCH`: version of PyTorch that the image `ml` holds; empty: none."""

    @classmethod
    def from_environment(cls) -> BuildSettings:
        """Return the settings of this process's environment; an empty variable counts as unset."""
        variables = {
            "base_image": "ECHOLOCATE_BASE_IMAGE",
            "pip_index": "ECHOLOCATE_PIP_INDEX",
            "ca_bundle": "ECHOLOCATE_CA_BUNDLE",
            "network": "ECHOLOCATE_BUILD_NETWORK",
            "torch": "ECHOLOCATE_TORCH",
        }
        given = {field: os.environ.get(name) for field, name in variables.items()}
        return cls.model_validate({field: value for field, value in given.items() if value})


def names() -> list[str]:
    """Return the names of the images that can be built."""
    return sorted(folder.name for folder in _FOLDER.iterdir() if (folder / "Dockerfile").is_file())


def ensure(client: DockerClient, image: str) -> str:
    """Return a reference that the engine can run; build the image when it is one of `names` and missing.

    Raises:
        JobRejected: neither an image of `names` nor one that the engine has.
        SandboxUnavailable: it cannot be built.
    """
    if image in names():
        with _building:
            return build(client, image, BuildSettings.from_environment())
    if not exists(client, image):
        raise JobRejected(f"the image {image} is not there; built here are {', '.join(names())}; others must be pulled")
    return image


def check_source(client: DockerClient, image: str, settings: BuildSettings) -> None:
    """Return when an image is there, or what it is built on is there or can be pulled.

    Raises:
        SandboxUnavailable: the engine has neither and reaches no registry; with what to do.
    """
    if image not in names() or exists(client, reference(image, settings)) or exists(client, settings.base_image):
        return
    try:
        client.images.get_registry_data(settings.base_image)
    except APIError as error:
        raise SandboxUnavailable(
            f"the Docker engine answers, but has no image {settings.base_image} and cannot pull it "
            f"({error.explanation}); name one that it has in ECHOLOCATE_BASE_IMAGE: without a registry, make one from "
            "Debian packages (docs/sandboxes.md)"
        ) from error


def reference(image: str, settings: BuildSettings) -> str:
    """Return an image's name with a tag made from all that goes into it."""
    digest = hashlib.sha256(_base_of(image, settings).encode())
    digest.update(f"\0{settings.torch}".encode())
    for file in _FILES:
        digest.update(b"\0" + (_FOLDER / image / file).read_bytes())
    return f"{_REPOSITORY}/{image}:{digest.hexdigest()[:16]}"


def build(
    client: DockerClient, image: str, settings: BuildSettings, tell: Callable[[str], None] = lambda _: None
) -> str:
    """Build one of `names`, and `base` below it, unless they are there; return the reference.

    Args:
        client: of the engine.
        image: one of `names`.
        settings: where it comes from.
        tell: is told each line that the build prints.

    Raises:
        SandboxUnavailable: it cannot be built.
    """
    made = reference(image, settings)
    if exists(client, made):
        return made
    if image != "base":
        build(client, "base", settings, tell)
    given = {"BASE": _base_of(image, settings), "PIP_INDEX_URL": settings.pip_index, "TORCH": settings.torch}
    arguments = {name: value for name, value in given.items() if value}
    try:
        _run_build(client, _context(image, settings), made, arguments, settings.network, {_LABEL: image}, tell)
    except SandboxUnavailable as error:
        raise SandboxUnavailable(
            f"the image {image} cannot be built from {settings.base_image}: {error}. Behind a proxy or without a "
            "registry set ECHOLOCATE_BASE_IMAGE, ECHOLOCATE_PIP_INDEX, ECHOLOCATE_CA_BUNDLE and "
            "ECHOLOCATE_BUILD_NETWORK (docs/sandboxes.md)"
        ) from error
    return made


def with_packages(image: str, digest: str) -> str:
    """Return the reference of an image with packages over it, made from what has this digest."""
    return f"{_REPOSITORY}/{image}{_WITH_PACKAGES}:{digest}"


def build_over(client: DockerClient, base: str, made: str, context: IO[bytes]) -> None:
    """Build an image over one that was built here, without network.

    Args:
        client: of the engine.
        base: reference of what lies below.
        made: reference of the new one; see `with_packages`.
        context: an archive with the Dockerfile and what it needs.

    Raises:
        SandboxUnavailable: it cannot be built.
    """
    _run_build(client, context, made, {"BASE": base}, "none", {_UNDER: base}, lambda _: None)


def _run_build(
    client: DockerClient,
    context: IO[bytes],
    made: str,
    arguments: dict[str, str],
    network: str,
    labels: dict[str, str],
    tell: Callable[[str], None],
) -> None:
    last: deque[str] = deque(maxlen=3)
    try:
        events = client.api.build(
            fileobj=context,
            custom_context=True,
            tag=made,
            buildargs=arguments,
            network_mode=network,
            labels=labels,
            rm=True,
            forcerm=True,
            decode=True,
        )
        for event in events:
            if "error" in event:
                raise SandboxUnavailable(f"{event['error']} ({' | '.join(last)})")
            if line := str(event.get("stream", "")).strip():
                last.append(line)
                tell(line)
    except APIError as error:
        raise SandboxUnavailable(str(error.explanation)) from error


def list_images(client: DockerClient) -> dict[str, Image]:
    """Return what was built here, of this and of earlier versions, by reference.

    Goes by label and name together: an image that somebody built on one of ours inherits the label.
    """
    found: dict[str, Image] = {}
    for image in client.images.list(filters={"label": _LABEL}):
        ours = f"{_REPOSITORY}/{image.labels[_LABEL]}"
        found |= {tag: image for tag in image.tags if tag.rpartition(":")[0] in (ours, ours + _WITH_PACKAGES)}
    return found


def current_images(client: DockerClient, settings: BuildSettings) -> set[str]:
    """Return the references of `list_images` that a job could be run in today."""
    made = {reference(image, settings) for image in names()}
    return {tag for tag, image in list_images(client).items() if tag in made or image.labels.get(_UNDER) in made}


def prune(client: DockerClient, settings: BuildSettings) -> list[str]:
    """Remove what `list_images` shows and is not current, but for what a container uses; return the references."""
    removed = []
    for tag in sorted(set(list_images(client)) - current_images(client, settings)):
        try:
            client.images.remove(tag)
        except APIError as error:
            if error.status_code != HTTPStatus.CONFLICT:
                raise
        else:
            removed.append(tag)
    client.images.prune(filters={"dangling": True, "label": _STAGE})
    return removed


def _base_of(image: str, settings: BuildSettings) -> str:
    return settings.base_image if image == "base" else reference("base", settings)


def exists(client: DockerClient, image: str) -> bool:
    """Say whether the engine has an image."""
    try:
        client.images.get(image)
    except ImageNotFound:
        return False
    return True


def _context(image: str, settings: BuildSettings) -> io.BytesIO:
    """Return what the build sees. The certificates only pass through: the final stage of no Dockerfile keeps them."""
    files = {name: (_FOLDER / image / name).read_bytes() for name in _FILES}
    files["ca.pem"] = settings.ca_bundle.read_bytes() if settings.ca_bundle else b""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    packed.seek(0)
    return packed
