"""Listening to a job's container: what the program prints, and how `job_init` says it ended."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from requests.exceptions import RequestException

from sandboxes.log import LogBuffer

if TYPE_CHECKING:
    from collections.abc import Callable

    from docker.models.containers import Container
    from docker.types.daemon import CancellableStream

T = TypeVar("T")


class Verdict(BaseModel):
    """How a program ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: int
    """Exit code, or minus the number of the signal."""
    wall_s: float
    timed_out: bool
    out_full: bool


class Follower:
    """Reads a container's streams, each in a thread of its own.

    Unread, a job that prints without end blocks its stream, and with it the engine's answer to `kill`.

    Args:
        container: of the job.
        log_bytes: how much of the program's output is kept.
        begun: whether the program may have begun already.
    """

    def __init__(self, container: Container, log_bytes: int, *, begun: bool) -> None:
        self._log = LogBuffer(log_bytes)
        self._said = bytearray()
        self._settled = threading.Event()
        self._readers: list[threading.Thread] = []
        if begun:
            # `attach` would lose what comes together with its answer's header.
            self._follow(container.logs(stderr=False, stream=True, follow=True), self._log.feed)
            self._follow(container.logs(stdout=False, stream=True, follow=True), self._hear)
        else:
            # `logs` has only what the engine's rotation leaves (a program that counted to 200,000 came in pieces).
            self._follow(container.attach(stream=True, demux=True), self._take)

    def wait(self, seconds: float) -> bool:
        """Return whether the program, or its container, ended in time."""
        return self._settled.wait(seconds)

    @property
    def verdict(self) -> Verdict | None:
        """How the program ended; None when that was not said."""
        try:
            return Verdict.model_validate_json(self.said)
        except ValidationError:
            return None

    @property
    def said(self) -> bytes:
        """What the container's first process said: its verdict, or why it cannot work."""
        return bytes(self._said)

    def log(self) -> str:
        """Return what the program printed; waits until the container has ended."""
        for reader in self._readers:
            reader.join()
        return self._log.text()

    def _follow(self, stream: CancellableStream[T], take: Callable[[T], None]) -> None:
        reader = threading.Thread(target=self._read, args=(stream, take), daemon=True)
        self._readers.append(reader)
        reader.start()

    def _read(self, stream: CancellableStream[T], take: Callable[[T], None]) -> None:
        with suppress(RequestException, OSError):  # the engine went away; the next question to it says so
            for chunk in stream:
                take(chunk)
            # Not `stream.close()`, which leaves the socket to the garbage collector.
            stream._response.close()  # type: ignore[attr-defined]
        self._settled.set()

    def _take(self, chunk: tuple[bytes | None, bytes | None]) -> None:
        printed, said = chunk
        self._log.feed(printed or b"")
        self._hear(said or b"")

    def _hear(self, said: bytes) -> None:
        self._said += said
        if b"\n" in said:
            self._settled.set()
