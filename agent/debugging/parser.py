"""Find the traceback in a program's log.

The log is standard output and error mixed, with its middle left out when it was long, and a program may print anything.
So the parser goes line by line, takes what it knows from `Lib/traceback.py` (Python 3.11 to 3.13) and steps over the
rest; it raises nothing and takes time proportional to the log. Libraries that read tracebacks back (boltons, tblib)
take one whole traceback without chains, groups or noise, which is not what a log holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from agent.debugging.traceback import Frame, Related, Relation, Traceback

_HEADER = "Traceback (most recent call last):"
_LINKS: dict[str, Relation] = {
    "The above exception was the direct cause of the following exception:": "cause",
    "During handling of the above exception, another exception occurred:": "context",
}
# What follows these was printed by the interpreter or by `logging`, and the program went on.
_HARMLESS = ("Exception ignored", "--- Logging error ---")

_FRAME = re.compile(r' *File "([^"]*)", line ([0-9]{1,9})(?:, in (.*))?$')
_REPEATED = re.compile(r" *\[Previous line repeated ([0-9]{1,9}) more times?\]")
_MARGIN = re.compile(r"( {2,40})([|+])(.*)")
# A class of an exception begins with a capital or is named with its module (`zlib.error`). Without that rule, a
# program's own line such as `loss: 0.3`, printed between two frames by another process, would end the traceback.
_EXCEPTION = re.compile(r"((?:(?:[^\W\d]\w*|<locals>)\.)+[^\W\d]\w*|_*[A-Z]\w*)(?::(?: (.*))?)?$")

_LONGEST_LINE = 2_000
_MOST_MESSAGE_LINES = 20
_MOST_NOISE_LINES = 5
_MOST_RELATED = 10


@dataclass
class _Block:
    """One printed exception while it is read."""

    depth: int
    """0, or how deep in an exception group."""
    headed: bool = True
    """Whether the header was there; without it the frames may be anything until an exception's line follows."""
    harmless: bool = False
    relation: Relation | None = None
    """To the exception that it is printed with; None for the one that ended the program."""
    follows: Relation | None = None
    """What the block before is to this one."""
    frames: list[Frame] = field(default_factory=list)
    exception: str = ""
    message: list[str] = field(default_factory=list)
    noise: int = 0

    @property
    def text(self) -> str:
        """The message."""
        return "\n".join(self.message)


def parse(log: str) -> Traceback | None:
    """Return the last traceback in the log, or None when there is none.

    The last one is what ended the program, if a traceback did. One that was cut by the log's limits is returned with
    what is left of it; a traceback that the interpreter printed of an exception it ignored is not returned.
    """
    # A lone surrogate, as an undecodable byte may become, is no valid text for whatever keeps the value.
    text = log.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    scanner = _Scanner()
    for line in text.split("\n"):
        scanner.read(line if len(line) <= _LONGEST_LINE else _shortened(line))
    return _assembled(_last_story(scanner.finish()))


def _shortened(line: str) -> str:
    # At the end of a long line only a header is of interest: after a progress bar that ended in no newline.
    return line[:_LONGEST_LINE] + (_HEADER if line.endswith(_HEADER) else "")


class _Scanner:
    """Takes lines one after another and collects blocks."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._open: _Block | None = None
        self._link: Relation | None = None
        self._in_group = False
        self._before = ""

    def finish(self) -> list[_Block]:
        """The blocks in the order of printing."""
        self._close()
        return self._blocks

    def read(self, line: str) -> None:
        """Take the next line."""
        depth, text = self._without_margin(line)
        if self._open is not None and depth != self._open.depth:
            self._close()
        stripped = text.strip()
        if stripped.endswith(_HEADER) or stripped == "Call stack:":
            self._begin(depth, stripped)
        elif self._open is None:
            self._read_outside(depth, text)
        elif self._open.exception:
            self._read_message(self._open, text)
        else:
            self._read_frames(self._open, text)
        self._before = stripped or self._before

    def _without_margin(self, line: str) -> tuple[int, str]:
        self._in_group = self._in_group or line.lstrip(" ").startswith("+ Exception Group")
        found = _MARGIN.match(line) if self._in_group else None
        if found is None:
            self._in_group = self._in_group and not line.strip()
            return 0, line
        indent, mark, text = found.groups()
        if mark == "+" and text.startswith("-"):
            self._close()
            text = ""
        return len(indent) // 2 - 1, text.removeprefix(" ")

    def _begin(self, depth: int, stripped: str) -> None:
        self._close()
        block = _Block(depth, follows=self._link)
        block.harmless = stripped == "Call stack:" or self._before.startswith(_HARMLESS)
        if depth:
            block.relation = "member"
        elif stripped == f"Original {_HEADER}":
            # What happened in a worker process, as torch's loader puts it at the end of its own exception's message.
            block.relation = "cause"
        self._open, self._link = block, None

    def _close(self) -> None:
        block, self._open = self._open, None
        if block is not None and (block.exception or (block.headed and block.frames)):
            self._blocks.append(block)

    def _read_outside(self, depth: int, text: str) -> None:
        if _FRAME.match(text):
            # The header is lacking where the log was cut, and before a syntax error in the program's main file.
            self._open = _Block(depth, headed=False)
            self._read_frames(self._open, text)
        elif text.strip():
            self._link = _LINKS.get(text.strip())

    def _read_frames(self, block: _Block, text: str) -> None:
        if found := _FRAME.match(text):
            path, line, function = found.groups()
            block.frames.append(Frame(path=path, line=int(line), function=function))
        elif text.startswith("  ") and block.frames:
            block.frames[-1] = _completed(block.frames[-1], text)
        elif found := _EXCEPTION.match(text):
            block.exception = found[1]
            block.message.append((found[2] or "").strip())
        elif text.strip():
            block.noise += 1
            if block.noise > _MOST_NOISE_LINES:
                self._close()

    def _read_message(self, block: _Block, text: str) -> None:
        stripped = text.strip()
        # Three quotes end what a worker process handed to its parent as text (`RemoteTraceback`).
        if not stripped or stripped == '"""' or len(block.message) > _MOST_MESSAGE_LINES:
            self._close()
        else:
            block.message.append(text.rstrip())


def _completed(frame: Frame, text: str) -> Frame:
    if found := _REPEATED.match(text):
        return frame.model_copy(update={"repeated": int(found[1])})
    # After the source line come markers (`~~^~~`) and, since Python 3.13, further lines of the statement.
    return frame if frame.source else frame.model_copy(update={"source": text.strip()})


def _last_story(blocks: list[_Block]) -> list[_Block]:
    """The blocks that were printed together, the last ones of the log."""
    story: list[_Block] = []
    for block in blocks:
        if block.harmless:
            continue
        if block.follows is not None and story:
            _previous(story, block.depth).relation = block.follows
        elif block.relation is None:
            story = []
        story.append(block)
    return story


def _previous(story: list[_Block], depth: int) -> _Block:
    return next((block for block in reversed(story) if block.depth == depth), story[-1])


def _assembled(story: list[_Block]) -> Traceback | None:
    if not story:
        return None
    place = next((n for n, block in enumerate(story) if block.relation is None), len(story) - 1)
    main = story[place]
    related = [*story[place + 1 :], *reversed(story[:place])]
    if related and _same_exception(main, related[0]):
        worker = related.pop(0)
        main.frames += worker.frames
        main.message = worker.message
    return Traceback(
        exception=main.exception,
        message=main.text,
        frames=tuple(main.frames),
        related=tuple(
            Related(
                exception=block.exception,
                message=block.text,
                frames=tuple(block.frames),
                relation=block.relation or "context",
            )
            for block in related[:_MOST_RELATED]
        ),
    )


def _same_exception(main: _Block, cause: _Block) -> bool:
    """Whether the cause is the very exception, as a worker process handed it over: its frames go on in the worker."""
    same_type = main.exception.rpartition(".")[2] == cause.exception.rpartition(".")[2]
    passed_on = main.text == cause.text or main.text.startswith(f"Caught {cause.exception} in ")
    return cause.relation == "cause" and same_type and passed_on
