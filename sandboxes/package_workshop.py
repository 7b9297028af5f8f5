"""Where packages are resolved and downloaded: a container with pip and the network, and no file of any task.

Only pip runs in it, and only on wheels, so nothing of a package is executed; the index is the only address that pip is
given.
"""

from __future__ import annotations

import io
import shutil
import tarfile
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Literal, cast

from pydantic import BaseModel, Field, ValidationError

from sandboxes import hardening
from sandboxes.errors import PackagesRefused, PackagesUnavailable
from sandboxes.log import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from docker import DockerClient
    from docker.models.containers import Container

    from sandboxes.image_store import BuildSettings

_LIMIT_S = 900
_MOST_BYTES = 4 << 30
_NO_INDEX = ("WARNING: Retrying (", "Could not fetch URL")


@contextmanager
def workshop(client: DockerClient, image: str, settings: BuildSettings) -> Iterator[Workshop]:
    """Yield a workshop with the Python of `image`, for which the packages are meant."""
    container = client.containers.create(
        image,
        entrypoint=["sleep"],
        command=[str(2 * _LIMIT_S)],
        auto_remove=True,  # by the engine, when the time is up and we are dead
        mem_limit="2g",
        pids_limit=64,
        **hardening.common() | {"init": True, "read_only": False, "network_mode": settings.network},
    )
    try:
        certificates = settings.ca_bundle.read_bytes() if settings.ca_bundle else b""
        container.put_archive("/", _tar({"build/ca.pem": certificates}))
        container.start()
        yield Workshop(container, settings)
    finally:
        container.remove(force=True)


class Workshop:
    """A running container in which pip is asked."""

    def __init__(self, container: Container, settings: BuildSettings) -> None:
        self._container = container
        certificates = ["--cert", "/build/ca.pem"] if settings.ca_bundle else []
        # `--isolated`: no variable of the image and no configuration file counts.
        self._pip = ["timeout", "-s", "KILL", str(_LIMIT_S), "pip", "--isolated", *certificates]
        index = ["--index-url", settings.pip_index] if settings.pip_index else []
        self._options = [*index, "--only-binary", ":all:", "--no-cache-dir", "--retries", "2", "--timeout", "30"]

    def resolve(self, requirements: tuple[str, ...]) -> str:
        """Return what has to be added to the image, as a lock with hashes; empty when it holds all of it.

        Raises:
            PackagesRefused: no versions fit together and with the image, or not as wheels.
            PackagesUnavailable: the index does not answer.
        """
        self._put("requirements.in", "\n".join(requirements))
        # What is there stays: another version under the baseline's feet would be a difference that nobody meant.
        self._run(["sh", "-c", "pip freeze > /build/constraints.txt"])
        given = ["-r", "/build/requirements.in", "-c", "/build/constraints.txt"]
        self._run([*self._pip, "install", "--dry-run", "--report", "/build/report.json", *self._options, *given])
        with self._get("/build/report.json") as archive, tarfile.open(fileobj=archive) as members:
            member = members.next()
            file = members.extractfile(member) if member and member.isreg() else None
            return _lock(file.read() if file else b"")

    def download(self, lock: str, wheels: Path) -> None:
        """Write a tar of a folder `wheels` with all that a lock names.

        Raises:
            PackagesRefused: a wheel is not what the lock says, or all together are too large.
            PackagesUnavailable: the index does not answer.
        """
        self._put("requirements.lock", lock)
        given = ["--no-deps", "--require-hashes", "-r", "/build/requirements.lock", "-d", "/build/wheels"]
        self._run([*self._pip, "download", *self._options, *given])
        part = wheels.with_suffix(".part")
        with self._get("/build/wheels") as archive, part.open("wb") as file:
            shutil.copyfileobj(archive, file)
        part.rename(wheels)

    def _run(self, command: list[str]) -> None:
        code, streams = self._container.exec_run(command, demux=True)
        output, errors = cast("tuple[bytes | None, bytes | None]", streams)  # what docker-py gives with demux
        if code == 0:
            return
        said = clean(errors or b"")
        if "ERROR:" not in said or any(sign in said for sign in _NO_INDEX):
            raise PackagesUnavailable(f"packages cannot be fetched now: {_shorten(said) or f'ended with {code}'}")
        # Which versions conflict stands in pip's ordinary output.
        _, found, conflict = clean(output or b"").partition("The conflict is caused by:")
        raise PackagesRefused(f"pip cannot add the packages: {_shorten(found + conflict + said)}")

    def _put(self, name: str, content: str) -> None:
        self._container.put_archive("/", _tar({f"build/{name}": content.encode()}))

    @contextmanager
    def _get(self, path: str) -> Iterator[IO[bytes]]:
        """Yield a tar of a file or folder of the container."""
        chunks, _ = self._container.get_archive(path)
        with TemporaryFile() as file:
            for chunk in chunks:
                file.write(chunk)
                if file.tell() > _MOST_BYTES:
                    raise PackagesRefused(f"the packages are larger than {_MOST_BYTES >> 30} GiB")
            file.seek(0)
            yield file


class _Archive(BaseModel):
    hashes: dict[Literal["sha256"], str] = Field(min_length=1)


class _Download(BaseModel):
    archive_info: _Archive


class _Metadata(BaseModel):
    name: str
    version: str


class _Item(BaseModel):
    metadata: _Metadata
    download_info: _Download

    def line(self) -> str:
        digest = self.download_info.archive_info.hashes["sha256"]
        return f"{self.metadata.name}=={self.metadata.version} --hash=sha256:{digest}\n"


class _Report(BaseModel):
    """The part that is needed of pip's installation report (version 1 of its format)."""

    install: list[_Item]


def _lock(report: bytes) -> str:
    try:
        items = _Report.model_validate_json(report).install
    except ValidationError as error:
        raise PackagesUnavailable(f"the package index gives no hashes: {_shorten(str(error))}") from error
    return "".join(sorted(item.line() for item in items))


def _tar(files: dict[str, bytes]) -> bytes:
    """Return an archive of files below `build/`, which the container's user may write to."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        folder = tarfile.TarInfo("build")
        folder.type, folder.mode, folder.uid, folder.gid = tarfile.DIRTYPE, 0o755, hardening.UID, hardening.UID
        tar.addfile(folder)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _shorten(said: str) -> str:
    return " ".join(said.split())[:600]
