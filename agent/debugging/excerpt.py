"""A piece of one of the candidate's files, as it is shown in a repair request."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from agent.debugging.source import Definition, Module
from agent.debugging.traceback import clipped

Role = Literal["raised", "related", "stack", "mistake", "broken", "imports", "used", "user", "outline"]

_HEADINGS: dict[Role, str] = {
    "raised": "Raised in",
    "related": "A related exception came through",
    "stack": "Called from",
    "mistake": "Mistake in",
    "broken": "Cannot be parsed:",
    "imports": "Imports of",
    "used": "Used there:",
    "user": "Also used by",
    "outline": "Definitions in",
}
_LONGEST_LINE = 200
_LONGEST_SIGNATURE = 10
SMALL = 30
"""Lines up to which a definition that the failing code uses is shown whole."""
LONG = 60
"""Lines up to which a definition that holds a failing line is shown whole."""
_MOST_WINDOWS = 4


class Excerpt(BaseModel):
    """Some lines of a file, and why they are shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    path: str
    name: str
    """Qualified name of the function, class or variable; empty for a module's own code."""
    lines: tuple[tuple[int, str], ...]
    """Number and text of each line, in order; there may be gaps."""
    marked: tuple[int, ...] = ()
    """Numbers of the lines that are on the call stack, or where a mistake is."""

    @property
    def title(self) -> str:
        """Where it is from, in words."""
        what = f"`{self.path}`" + (f", `{self.name}`" if self.name else "")
        return f"{_HEADINGS[self.role]} {what}"

    def render(self) -> str:
        """Markdown: a heading and the numbered lines, marked ones with `>`, gaps with an ellipsis."""
        shown: list[str] = []
        before = self.lines[0][0] - 1 if self.lines else 0
        for number, text in self.lines:
            if number != before + 1:
                shown.append("       ⋮")
            mark = ">" if number in self.marked else " "
            shown.append(f"{mark} {number:4} | {clipped(text, _LONGEST_LINE)}".rstrip())
            before = number
        # The line numbers also keep a fence in the candidate's text from closing this one.
        return "\n".join([f"#### {self.title}", "```", *shown, "```"])


def excerpt(role: Role, module: Module, name: str, numbers: Iterable[int], marked: Iterable[int] = ()) -> Excerpt:
    """The excerpt of these lines; numbers outside of the file, and blank lines at the ends, are left out."""
    inside = sorted(number for number in set(numbers) if 1 <= number <= len(module.lines))
    filled = [place for place, number in enumerate(inside) if module.lines[number - 1].strip()]
    inside = inside[filled[0] : filled[-1] + 1] if filled else []
    return Excerpt(
        role=role,
        path=module.path,
        name=name,
        lines=tuple((number, module.lines[number - 1]) for number in inside),
        marked=tuple(sorted(set(marked).intersection(inside))),
    )


def signature(one: Definition) -> range:
    """The lines of a signature, decorators included; the first lines of an assignment."""
    return range(one.first, min(one.signature_last, one.first + _LONGEST_SIGNATURE - 1) + 1)


def whole(one: Definition) -> range:
    """All lines of a definition."""
    return range(one.first, one.last + 1)


def around_marks(one: Definition, marks: Iterable[int], reach: int) -> set[int]:
    """Of a long definition: its signature and some lines before and after the first few marks."""
    kept = set(signature(one))
    for mark in list(marks)[:_MOST_WINDOWS]:
        kept.update(range(max(one.first, mark - reach), min(one.last, mark + reach) + 1))
    return kept


def in_short(module: Module, one: Definition) -> set[int]:
    """Of a definition that is used: all of it when small; otherwise signatures, and the body of a small `__init__`."""
    if one.last - one.first < SMALL:
        return set(whole(one))
    kept = set(signature(one))
    if isinstance(one.node, ast.ClassDef):
        for member in module.definitions:
            if member.parent is one and member.kind != "class":
                start = member.name.endswith(".__init__") and member.last - member.first < SMALL
                kept.update(whole(member) if start else signature(member))
    return kept


def signatures(module: Module, one: Definition) -> set[int]:
    """The signature of a definition, and of a class its methods' too."""
    members = [member for member in module.definitions if member.parent is one and member.kind == "function"]
    return set(signature(one)).union(*(signature(member) for member in members))
