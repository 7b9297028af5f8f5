"""A traceback as a value: what was raised, from where, and which other exceptions were printed with it.

`agent.debugging.parser` makes it from a log; `located` then says which frames are the candidate's own code.
Everything in it is text that a program printed: it is shown to a model as data and decides nothing but what is shown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict

Relation = Literal["cause", "context", "member"]
"""`cause`: what it was raised from; `context`: what was being handled; `member`: of the exception group."""

_LIBRARIES = {"site-packages", "dist-packages"}
_VARYING = re.compile(r"(?:/[\w.+-]+)+/|0x[0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")
_WORDS = {
    "cause": "It was raised from this exception:",
    "context": "It was raised while this exception was handled:",
    "member": "A member of the exception group:",
}
_LONGEST_RUN = 4
"""Frames of libraries in a row that are shown whole; of more, only the first and the last two."""
_LONGEST_MESSAGE = 2_000


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Frame(_Value):
    """One line of the call stack."""

    path: str
    """As printed."""
    line: int
    function: str | None
    """None where the frame is the place of a syntax error, which no function ran."""
    source: str = ""
    """The (first) source line as printed, stripped; empty when Python could not read the file."""
    repeated: int = 0
    """How many more times the interpreter says it saw this frame in a row."""
    file: str | None = None
    """The candidate's file that this is, relative to its folder; None outside the candidate's code."""


class Raised(_Value):
    """One exception with its frames, outermost first."""

    exception: str
    """The type as printed, such as `ValueError` or `torch.OutOfMemoryError`; empty when the log was cut before it."""
    message: str
    frames: tuple[Frame, ...]

    @property
    def summary(self) -> str:
        """The type and the first line of the message."""
        first = self.message.strip().partition("\n")[0]
        kind = clipped(self.exception, 200) or "an exception whose name the log lacks"
        return f"{kind}: {clipped(first, 300)}" if first else kind

    @property
    def own_frames(self) -> tuple[Frame, ...]:
        """The frames in the candidate's code, outermost first."""
        return tuple(frame for frame in self.frames if frame.file is not None)


class Related(Raised):
    """An exception that was printed with another one."""

    relation: Relation


class Traceback(Raised):
    """The exception that ended the program (or the last one that was printed) and those printed with it."""

    related: tuple[Related, ...] = ()
    """Members of its group in the order of printing, then what led to it, nearest first. Flat, because a program
    can print chains of any length."""

    def all_raised(self) -> tuple[Raised, ...]:
        """This exception, then the related ones."""
        return (self, *self.related)

    def signature(self) -> str:
        """Short hash by which the same traceback is recognised when it comes back.

        Made of type, first line of the message with numbers, addresses and folders left out, and the candidate's own
        frames as file, function and text of the line. Line numbers are left out, so that a repair that moves a line
        elsewhere does not hide that nothing else changed; the text is in, so that a failing line which was rewritten
        counts as another failure.
        """
        parts: list[str] = []
        for raised in self.all_raised():
            own = dict.fromkeys(f"{frame.file}:{frame.function}:{frame.source}" for frame in raised.own_frames)
            parts += [without_varying(raised.summary), *own]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def render(self, budget: int = 4_000) -> str:
        """Text for a repair request in about `budget` characters.

        The exception itself comes first, then the related ones while there is room. Each keeps its innermost frames;
        long runs of library frames are shortened. Own files are named as the candidate's files are.
        """
        text = _render(self, budget)
        for related in self.related:
            part = f"{_WORDS[related.relation]}\n{_render(related, budget // 2)}"
            if len(text) + len(part) > budget:
                return f"{text}\n\n[further exceptions that were printed with it are left out]"
            text = f"{text}\n\n{part}"
        return text


def located(traceback: Traceback, files: Mapping[str, str], code_root: str | None = None) -> Traceback:
    """Say of each frame which of the candidate's files it is in.

    Args:
        traceback: as parsed.
        files: the candidate's files, path relative to its folder → text.
        code_root: the candidate's folder as the program saw it. Without it, a path belongs to the candidate when
            what follows one of its `code/` components is one of `files`, which is how every sandbox shows them.
    """

    def place(raised: Raised) -> tuple[Frame, ...]:
        return tuple(
            frame.model_copy(update={"file": _file_of(frame.path, files, code_root)}) for frame in raised.frames
        )

    related = tuple(one.model_copy(update={"frames": place(one)}) for one in traceback.related)
    return traceback.model_copy(update={"frames": place(traceback), "related": related})


def without_varying(text: str) -> str:
    """The text without what differs from run to run: numbers, addresses, and the folders of absolute paths."""
    return _VARYING.sub("#", text)


def _file_of(path: str, files: Mapping[str, str], code_root: str | None) -> str | None:
    printed = PurePosixPath(path)
    if _LIBRARIES.intersection(printed.parts):
        return None
    return next((file for file in _candidates(printed, code_root) if file in files), None)


def _candidates(printed: PurePosixPath, code_root: str | None) -> Iterator[str]:
    if code_root is not None and printed.is_relative_to(code_root):
        yield str(printed.relative_to(code_root))
    # From the left: the candidate may have a folder named `code` itself.
    for place, part in enumerate(printed.parts):
        if part == "code":
            yield str(PurePosixPath(*printed.parts[place + 1 :]))
    if not printed.is_absolute():
        yield str(printed)


def _render(raised: Raised, budget: int) -> str:
    end = clipped(raised.exception, 200) or "[the log was cut here]"
    if raised.message:
        end += f": {clipped(raised.message, min(_LONGEST_MESSAGE, budget // 2))}"
    room = budget - len(end)
    lines: list[str] = []
    entries = _entries(raised.frames)
    for entry in reversed(entries):
        room -= len(entry) + 1
        if room < 0:
            lines.append("  [outer frames left out]")
            break
        lines.append(entry)
    return "\n".join(["Traceback (most recent call last):", *reversed(lines), end])


def _entries(frames: tuple[Frame, ...]) -> list[str]:
    entries: list[str] = []
    run: list[str] = []
    for frame in frames:
        if frame.file is None:
            run.append(_entry(frame))
        else:
            entries += [*_shortened(run), _entry(frame)]
            run = []
    return entries + _shortened(run)


def _shortened(run: list[str]) -> list[str]:
    if len(run) <= _LONGEST_RUN:
        return run
    return [run[0], f"  [{len(run) - 3} frames of libraries left out]", *run[-2:]]


def _entry(frame: Frame) -> str:
    where = "" if frame.function is None else f", in {clipped(frame.function, 200)}"
    entry = f'  File "{clipped(frame.file or frame.path, 300)}", line {frame.line}{where}'
    if frame.source:
        entry += f"\n    {clipped(frame.source, 300)}"
    if frame.repeated:
        entry += f"\n  [the same {frame.repeated} more times]"
    return entry


def clipped(text: str, length: int) -> str:
    """The text, its end left out when it is longer than `length` characters."""
    return text if len(text) <= length else f"{text[:length]} [...]"
