"""A job's printed output, bounded: the first and the last part are kept, whatever the job prints."""

from __future__ import annotations

import re

# Sequences that a terminal acts on: CSI and OSC (title, clipboard, links), other string commands up to their
# terminator, and two-character escapes. Left in, a log could repaint what a person sees.
_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]"
)
# What is left of C0, DEL and C1 controls (all but tab and newline), bidirectional overrides, and line separators.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class LogBuffer:
    """Takes any amount of output and keeps at most `limit` bytes of it."""

    def __init__(self, limit: int) -> None:
        self._half = limit // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._seen = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._seen += len(chunk)
        room = self._half - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[room:]
        # Cut rarely: cutting at each feed would copy the tail once for every line.
        if len(self._tail) > 2 * self._half:
            del self._tail[: -self._half]

    def text(self) -> str:
        """Return what was kept as clean text; the count of bytes left out stands where they were."""
        tail = bytes(self._tail[-self._half :])
        left_out = self._seen - len(self._head) - len(tail)
        if left_out == 0:
            return clean(bytes(self._head) + tail)
        return f"{clean(bytes(self._head))}\n[... {left_out} bytes left out ...]\n{clean(tail)}"


def clean(raw: bytes) -> str:
    """Return text that is safe to show: no control sequences; carriage returns become line ends."""
    text = raw.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _SEQUENCES.sub("", text))
