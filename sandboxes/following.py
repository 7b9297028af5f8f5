"""The line to a job's container: the order goes in; what the program prints, and how it ended, come out."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from docker.utils.socket import STDOUT, SocketError, frames_iter
from requests.exceptions import RequestException

from sandboxes.log import LogBuffer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from docker.models.containers import Container
    from docker.types.daemon import CancellableStream


class Verdict(NamedTuple):
    """How a program ended, in the words of `job_init`."""

    code: int
    """Exit code, or minus the number of the signal."""
    wall_s: float
    timed_out: bool
    out_full: bool
    small: dict[str, bytes]
    """Outputs that came along. Untrusted bytes."""

    @classmethod
    def parse(cls, said: bytes) -> Verdict | None:
        """Return a verdict; None for anything else."""
        line, ended, _ = said.decode(errors="replace").partition("\n")
        try:
            code, wall_s, timed_out, out_full, *files = line.split(" ")
            pairs = [tuple(map(bytes.fromhex, file.split(":"))) for file in files]
            small = {name.decode(): content for name, content in pairs}
            return cls(int(code), float(wall_s), timed_out == "1", out_full == "1", small) if ended else None
        except ValueError:
            return None


class Follower:
    """Talks with a container's first process and reads all that comes, each stream in a thread of its own.

    Unread, a job that prints without end blocks its stream, and with it the engine's answer to `kill`.

    Args:
        container: of the job, running or ended.
        log_bytes: how much of the program's output is kept.
        begun: whether the program may have begun already.
    """

    def __init__(self, container: Container, log_bytes: int, *, begun: bool) -> None:
        self._log = LogBuffer(log_bytes)
        self._said = bytearray()
        self._settled = threading.Event()
        self._readers: list[threading.Thread] = []
        self._line: Any = None
        if container.status != "exited":
            ways = ("stdin", "stream") if begun else ("stdin", "stdout", "stderr", "stream")
            self._line = container.attach_socket(params=dict.fromkeys(ways, 1))
        if begun:
            # Attached now, what comes together with the answer's header would be lost.
            self._follow((STDOUT, chunk) for chunk in _logs(container.logs(stderr=False, stream=True, follow=True)))
            self._follow((0, chunk) for chunk in _logs(container.logs(stdout=False, stream=True, follow=True)))
        else:
            # `logs` has only what the engine's rotation leaves (a program that counted to 200,000 came in pieces).
            self._follow(frames_iter(self._line, tty=False))  # type: ignore[no-untyped-call]

    def tell(self, text: bytes) -> None:
        """Say something to the container's first process; when it is gone, `wait` finds out."""
        if self._line is not None:
            with suppress(OSError):
                # A socket (TLS), or a file around one.
                getattr(self._line, "_sock", self._line).sendall(text)

    def wait(self, seconds: float) -> bool:
        """Return whether the program, or its container, ended in time."""
        return self._settled.wait(seconds)

    @property
    def verdict(self) -> Verdict | None:
        """How the program ended; None when that was not said."""
        return Verdict.parse(self.said)

    @property
    def said(self) -> bytes:
        """What the container's first process said: its verdict, or why it cannot work."""
        return bytes(self._said)

    def log(self) -> str:
        """Return what the program printed; waits until the container has ended."""
        for reader in self._readers:
            reader.join()
        return self._log.text()

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            # Not `close()` of the stream, which leaves the socket to the garbage collector.
            self._line._response.close()

    def _follow(self, frames: Iterable[tuple[int, bytes]]) -> None:
        reader = threading.Thread(target=self._read, args=(frames,), daemon=True)
        self._readers.append(reader)
        reader.start()

    def _read(self, frames: Iterable[tuple[int, bytes]]) -> None:
        # The engine went away, as the next question to it says; or this end hung up.
        with suppress(RequestException, OSError, SocketError, ValueError):
            for stream, chunk in frames:
                if stream == STDOUT:
                    self._log.feed(chunk)
                else:
                    self._said += chunk
                    if b"\n" in chunk:
                        self._settled.set()
        self._settled.set()


def _logs(stream: CancellableStream[bytes]) -> Iterator[bytes]:
    yield from stream
    # Not `stream.close()`, which leaves the socket to the garbage collector.
    stream._response.close()  # type: ignore[attr-defined]
