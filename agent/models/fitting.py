"""What to leave out of a question that is longer than the model's context: by rule, so that what matters most stays.

Task, idea and files always stay. Of papers the best ranked stay, of feedback the newest, of a traceback the innermost
frames with the exception.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from agent.models.request import Answer, Request

A = TypeVar("A", bound=Answer)

_FEWEST_LINES = 12
"""Of a traceback: three frames, as chained and annotated lines take about four each."""


def shorter(request: Request[A]) -> Request[A] | None:
    """The same question with half of its longest part that may be cut; None when nothing is left to cut."""
    parts = {name: getattr(request, name) for name in _HALVES if name in type(request).model_fields}
    halved = {name: _HALVES[name](part) for name, part in parts.items()}
    cuttable = [name for name in parts if halved[name] != parts[name]]
    if not cuttable:
        return None
    longest = max(cuttable, key=lambda name: len(str(parts[name])))
    return request.model_copy(update={longest: halved[longest]})


def _first_half(items: tuple[Any, ...]) -> tuple[Any, ...]:
    return items[: (len(items) + 1) // 2]


def _last_half(items: tuple[Any, ...]) -> tuple[Any, ...]:
    return items[len(items) // 2 :]


def _first_lines(diff: str) -> str:
    lines = diff.splitlines(keepends=True)
    return "".join(lines[: len(lines) // 2])


def _innermost_half(traceback: str) -> str:
    lines = traceback.splitlines()
    kept = max(_FEWEST_LINES, len(lines) // 2)
    if kept + 1 >= len(lines):
        return traceback
    return "\n".join([f"[{len(lines) - kept} lines of outer frames are left out]", *lines[-kept:]])


_HALVES: dict[str, Callable[[Any], Any]] = {
    "papers": _first_half,
    "history": _last_half,
    "rejected": _last_half,
    "reviews": _last_half,
    "notes": _last_half,
    "traceback": _innermost_half,
    "diff": _first_lines,
    "facts": _first_half,
}
