"""Packages that a candidate asks for, added to a task's image without its code ever meeting the network.

1. The request is checked against an allow-list (`package_list`).
2. pip resolves it in a container of its own (`package_workshop`) to a lock: names, versions, hashes.
3. The wheels are downloaded there and kept here, one archive a lock. This program never unpacks it.
4. A build without network installs them over the image. Its tag is a hash of image and lock.

A second request for the same finds the lock, so a run can be repeated without the network and gets the same versions.
"""

from __future__ import annotations

import fcntl
import hashlib
import tarfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from platformdirs import user_cache_path

from sandboxes.errors import PackagesRefused
from sandboxes.image_store import BuildSettings, build_over, ensure, exists, names, with_packages
from sandboxes.package_workshop import workshop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docker import DockerClient

    from sandboxes.package_list import AllowList

_DOCKERFILE = Path(__file__).with_name("packages.Dockerfile")


def ensure_packages(
    client: DockerClient, image: str, asked: Sequence[str], allowed: AllowList, cache: Path | None = None
) -> str:
    """Return a reference to an image with the packages in it; make it when it is missing.

    Args:
        client: of the engine.
        image: one of `image_store.names`.
        asked: what the candidate asks for, PEP 508 lines. Untrusted.
        allowed: what it may ask for.
        cache: folder for locks and wheels; by default in the user's cache folder.

    Raises:
        PackagesRefused: the request is not allowed or cannot be met; the candidate has to do without.
        PackagesUnavailable: the index does not answer.
        SandboxUnavailable: an image cannot be built.
    """
    if image not in names():
        raise PackagesRefused(f"packages can be added to {', '.join(names())}; the image {image} must bring its own")
    requirements = allowed.check(asked)
    base = ensure(client, image)
    with _wheelhouse(client, cache or user_cache_path("echolocate") / "packages") as wheelhouse:
        lock = wheelhouse.lock(base, requirements)
        return wheelhouse.install(image, base, lock) if lock else base


class _Wheelhouse:
    """Locks by image and request, wheels by lock."""

    def __init__(self, client: DockerClient, folder: Path) -> None:
        self._client = client
        self._folder = folder
        self._settings = BuildSettings.from_environment()

    def lock(self, base: str, requirements: tuple[str, ...]) -> str:
        """Return what has to be added to an image, as pip reads it; empty when it holds all of it."""
        path = self._folder / f"{_digest(base, *requirements)}.lock"
        if not path.exists():
            with workshop(self._client, base, self._settings) as shop:
                lock = shop.resolve(requirements)
            part = path.with_suffix(".part")
            part.write_text(lock, encoding="utf-8")
            part.rename(path)
        return path.read_text(encoding="utf-8")

    def install(self, image: str, base: str, lock: str) -> str:
        """Return the reference of an image with the lock's packages, built unless it is there."""
        made = with_packages(image, _digest(base, lock, _DOCKERFILE.read_text(encoding="utf-8")))
        if not exists(self._client, made):
            with _context(lock, self._wheels(base, lock)) as context:
                build_over(self._client, base, made, context)
        return made

    def _wheels(self, base: str, lock: str) -> Path:
        path = self._folder / f"{_digest(lock)}.tar"
        if not path.exists():
            with workshop(self._client, base, self._settings) as shop:
                shop.download(lock, path)
        return path


@contextmanager
def _wheelhouse(client: DockerClient, folder: Path) -> Iterator[_Wheelhouse]:
    """Yield the wheelhouse to one process at a time: two ideas often ask for the same at once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield _Wheelhouse(client, folder)


@contextmanager
def _context(lock: str, wheels: Path) -> Iterator[IO[bytes]]:
    """Yield what the build sees."""
    with TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            tar.add(_DOCKERFILE, "Dockerfile")
            tar.add(wheels, "wheels.tar")
            member = tarfile.TarInfo("requirements.lock")
            member.size = len(lock.encode())
            tar.addfile(member, BytesIO(lock.encode()))
        file.seek(0)
        yield file


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
