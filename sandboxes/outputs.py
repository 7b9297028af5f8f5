"""Bringing a dead job's output files home.

The job chose every byte, name and kind of what lies in `out/`. Only allow-listed names are read, only regular files
with a single name, never through a link, and never more bytes than the job was allowed to write. A plain `open()` of
`out/metrics.json` would read the host's own files for whoever makes that name a link.
"""

from __future__ import annotations

import os
import stat
import tarfile
from contextlib import contextmanager
from io import BytesIO
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_CHUNK = 1 << 20


@contextmanager
def open_folder(path: Path) -> Iterator[int]:
    """Yield a descriptor of a folder that is no link."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)


class Collected:
    """The files that were taken and one line for each that was not."""

    def __init__(self, names: Iterable[str], folder: Path, budget: int) -> None:
        self.files: dict[str, Path] = {}
        self.refused: list[str] = []
        self._names = frozenset(names)
        self._folder = folder
        self._budget = budget

    def from_folder(self, folder_fd: int) -> None:
        """Take what is allowed from an open folder that the job can no longer write to."""
        for name in sorted(self._names):
            try:
                fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder_fd)
            except FileNotFoundError:
                continue
            except OSError:  # a link (ELOOP), a socket (ENXIO), no permission
                self._refuse(name, "not a regular file")
                continue
            info = os.fstat(fd)
            if stat.S_ISREG(info.st_mode) and info.st_nlink == 1:
                with os.fdopen(fd, "rb") as source:
                    self._take(name, source, info.st_size)
            else:
                os.close(fd)
                self._refuse(name, "not a regular file")

    def from_bytes(self, contents: Mapping[str, bytes]) -> None:
        """Take what is allowed of these contents of regular files."""
        for name in sorted(self._names & contents.keys()):
            self._take(name, BytesIO(contents[name]), len(contents[name]))

    def from_tar(self, archive: IO[bytes], name: str) -> None:
        """Take one allowed name from a tar stream of it; only the first member is looked at."""
        with tarfile.open(fileobj=archive, mode="r|") as members:
            member = members.next()
            if member is None or member.name != name or name not in self._names:
                return
            source = members.extractfile(member) if member.isreg() and not member.issparse() else None
            if source is None:
                self._refuse(name, "not a regular file")
            else:
                self._take(name, source, member.size)

    def _take(self, name: str, source: IO[bytes], size: int) -> None:
        if size > self._budget:
            self._refuse(name, f"{size} bytes are over the limit for out/")
        else:
            self.files[name] = self._copy(name, source, size)
            self._budget -= size

    def _copy(self, name: str, source: IO[bytes], size: int) -> Path:
        target = self._folder / name
        target.unlink(missing_ok=True)
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        with os.fdopen(fd, "wb") as file:
            while size and (chunk := source.read(min(size, _CHUNK))):
                file.write(chunk)
                size -= len(chunk)
            file.flush()
            os.fsync(fd)
        return target

    def _refuse(self, name: str, why: str) -> None:
        self.refused.append(f"out/{name} was refused: {why}")
