"""Containers that are started before anybody asks for them, as the start takes most of a short job's time.

A spare has what is fixed when a container is made: image, limits, owner (`Kind`). A job of that kind puts its files
into one and begins at once. Each has one job and is then removed like any other container.
"""

from __future__ import annotations

import atexit
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from docker.errors import NotFound

from sandboxes import container as box
from sandboxes.engine import connect
from sandboxes.errors import SandboxUnavailable

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

    from sandboxes.container import Kind

# The jobs of a run are of two kinds: candidates, and the scorers of what they hand back.
_KINDS = 2


class Spares:
    """The spares of one sandbox.

    Args:
        count: how many are kept of each kind that was asked for lately; with 0 there are none.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._idle: OrderedDict[Kind, list[str]] = OrderedDict()
        self._changing = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="spares")
        self._closed = False
        if count:
            atexit.register(self.close)

    def take(self, client: DockerClient, kind: Kind) -> Container | None:
        """Return a running spare of a kind, if there is one; it belongs to the caller."""
        while True:
            with self._changing:
                idle = self._idle.get(kind)
                if not idle:
                    return None
                name = idle.pop(0)
            with suppress(NotFound):
                container = client.containers.get(name)
                if container.status == "running":
                    return container
                box.remove(container)  # it waited for too long

    def refill(self, kind: Kind) -> None:
        """See to it that there are spares of a kind, soon."""
        if self._count and not self._closed:
            self._worker.submit(self._fill, kind)

    def close(self) -> None:
        """Remove all that nobody took, and make no more."""
        self._closed = True
        self._worker.shutdown(cancel_futures=True)
        with self._changing:
            left = [name for names in self._idle.values() for name in names]
            self._idle.clear()
        _discard(left)

    def _fill(self, kind: Kind) -> None:
        with self._changing:
            have = len(self._idle.setdefault(kind, []))
            self._idle.move_to_end(kind)
            dropped = self._idle.popitem(last=False)[1] if len(self._idle) > _KINDS else []
        _discard(dropped)
        # A spare is a head start and no more: what is wrong with the engine is told by the next job.
        with suppress(SandboxUnavailable), connect() as client:
            for _ in range(have, self._count):
                if self._closed:
                    return
                container = box.create(client, kind)
                container.start()
                with self._changing:
                    self._idle.setdefault(kind, []).append(str(container.id))


def _discard(names: list[str]) -> None:
    with suppress(SandboxUnavailable), connect() as client:
        for name in names:
            with suppress(NotFound):
                box.remove(client.containers.get(name))
