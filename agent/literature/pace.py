"""How often a host on the internet is asked: one request at a time, apart, and not at all for a while after failures.

The pace belongs to the host and is shared by the whole process: two sources, or two threads, that each keep the limit
on their own break it together.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from agent.errors import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILURES_BEFORE_REST = 6
"""So many failed requests in a row, and the host is left alone for `rest_s`."""


class Limits(NamedTuple):
    """How a host wants to be asked, and how long we wait for it. All in seconds."""

    interval_s: float
    """From the end of one request to the start of the next."""
    first_wait_s: float = 1.0
    """Before the second try; doubles from there."""
    patience_s: float = 30.0
    """For one question, with its turns, tries and waits."""
    rest_s: float = 60.0
    """After many failures; longer than the patience, so that no question waits for its end."""


class NoTurn(SourceFailed):
    """The host would have its next turn too late for this question."""


class Pace:
    """Turns at one host."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._connection = threading.Lock()
        self._free_at = 0.0
        self._failures = 0

    @contextmanager
    def turn(self, deadline: float) -> Iterator[None]:
        """Wait for the next turn and hold the only connection until the block ends.

        Args:
            deadline: on the clock of `time.monotonic`.

        Raises:
            NoTurn: there is none before the deadline. It is raised at once, not at the deadline, when the host rests.
        """
        if not self._connection.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise NoTurn("others were being served all the time")
        try:
            wait_s = self._free_at - time.monotonic()
            if time.monotonic() + wait_s > deadline:
                raise NoTurn(f"it is not asked again before {wait_s:.0f} s have passed")
            time.sleep(max(0.0, wait_s))
            try:
                yield
            finally:
                self.hold_off(self._limits.interval_s)
        finally:
            self._connection.release()

    def hold_off(self, seconds: float) -> None:
        """Give no turn to anyone for so long. Only for the holder of the turn."""
        self._free_at = max(self._free_at, time.monotonic() + seconds)

    def failed(self, wait_s: float) -> None:
        """The turn brought nothing: hold off, and rest when that has become the rule."""
        self._failures += 1
        self.hold_off(max(wait_s, self._limits.rest_s) if self._failures >= FAILURES_BEFORE_REST else wait_s)

    def succeeded(self) -> None:
        """The turn brought an answer."""
        self._failures = 0


_paces: dict[str, Pace] = {}
_paces_lock = threading.Lock()


def pace_of(host: str, limits: Limits) -> Pace:
    """The one pace of a host (`name:port`) in this process; the first limits that were given for it hold."""
    with _paces_lock:
        return _paces.setdefault(host, Pace(limits))
