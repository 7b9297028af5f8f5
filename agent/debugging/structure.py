"""The local code structure around a failure, as Dolphin gives it to its debugging step (arXiv 2501.03916, section 3.3).

A traceback says where a program failed; a repair also needs what stands there. So for each frame in the candidate's own
files the function or class around it is extracted, with what that uses within the workspace, who else uses it, and the
imports that it needs: the code that the failure can be about, and nothing of the rest.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from agent.debugging.excerpt import (
    LONG,
    SMALL,
    Excerpt,
    Role,
    around_marks,
    excerpt,
    in_short,
    signature,
    signatures,
    whole,
)
from agent.debugging.references import References
from agent.debugging.source import Definition, Module, read_modules
from agent.debugging.traceback import Traceback, clipped

_MOST_PIECES = 12
"""Functions on the call stack that are shown."""
_MOST_NAMED = 20
_REACH = 12
"""Lines shown before and after a failing line, in a definition that is too long to be shown whole."""
_LITTLE_REACH = 4


@dataclass(frozen=True)
class Spot:
    """A line to extract the code around, and why."""

    role: Role
    file: str
    """Path relative to the candidate's folder."""
    line: int


class Structure(BaseModel):
    """The extracted code, most telling piece first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    excerpts: tuple[Excerpt, ...]
    left_out: tuple[str, ...]
    """What there was no room for, by name."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the failure touches, in the order of the excerpts."""
        return tuple(dict.fromkeys(one.path for one in self.excerpts))

    def render(self) -> str:
        """Markdown for a repair request."""
        text = "\n\n".join(one.render() for one in self.excerpts)
        if self.left_out:
            more = len(self.left_out) - _MOST_NAMED
            named = ", ".join(self.left_out[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
            text += f"\n\nLeft out for length: {clipped(named, 1_000)}"
        return text.strip()


@dataclass
class _Piece:
    """Code on the call stack: a definition, or a stretch of a module's own statements."""

    role: Role
    module: Module
    name: str
    """Of the innermost function or class around the first spot; empty for a module's own code."""
    definition: Definition | None
    """What is shown: that function, or what it stands in while that is short."""
    node: ast.AST | None
    marks: list[int] = field(default_factory=list)
    """Innermost first."""

    def forms(self) -> list[Excerpt]:
        """The excerpt, and a shorter one for when there is no room."""
        one = self.definition
        if one is None:
            first, last = self._statement()
            wide = [n for mark in self.marks for n in range(mark - _REACH, mark + _REACH + 1) if first <= n <= last]
            near = [n for mark in self.marks[:1] for n in range(mark - _LITTLE_REACH, mark + _LITTLE_REACH + 1)]
        else:
            short = one.last - one.first < LONG
            wide = list(whole(one)) if short else sorted(around_marks(one, self.marks, _REACH))
            near = sorted(around_marks(one, self.marks[:1], _LITTLE_REACH))
        return [excerpt(self.role, self.module, self.name, numbers, self.marks) for numbers in (wide, near)]

    def _statement(self) -> tuple[int, int]:
        """First and last line of the statement and its closest neighbours, but not of the definitions beside it."""
        if not isinstance(self.node, ast.stmt):
            return 1, len(self.module.lines)
        first, last = self.node.lineno, self.node.end_lineno or self.node.lineno
        beside = [one for one in self.module.definitions if one.parent is None and one.kind != "assignment"]
        above = max((one.last for one in beside if one.last < first), default=0)
        below = min((one.first for one in beside if one.first > last), default=len(self.module.lines) + 1)
        return max(above + 1, first - _LITTLE_REACH), min(below - 1, last + _LITTLE_REACH)


def extract(files: Mapping[str, str], spots: Sequence[Spot], budget: int = 12_000) -> Structure:
    """Extract the code that a failure can be about. Raises nothing, whatever the files hold.

    Args:
        files: the candidate's files, path relative to its folder → text.
        spots: where the failure is, most telling first (`spots_of` a traceback); lines that are not there are
            left out.
        budget: characters that the rendered text may have, about.

    Returns:
        In this order, as far as there is room, each shortened before it is left out: the code around the spots; its
        imports; what it uses; what else uses the function around the first spot. Where the first spot is in a file
        that cannot be parsed, or there is none, the definitions of all files stand for what is used.
    """
    modules = read_modules(files)
    pieces = _pieces(modules, spots)
    page = _Page(budget)
    for piece in pieces:
        page.add(*piece.forms())
    belonging = _belonging if pieces and pieces[0].role != "broken" else _outlines
    for forms in belonging(modules, pieces):
        page.add(*forms)
    return page.structure()


def spots_of(traceback: Traceback) -> list[Spot]:
    """The candidate's own frames: the innermost of every exception, then one step further out, and so on."""
    raised = [tuple(reversed(one.own_frames)) for one in traceback.all_raised()]
    spots: list[Spot] = []
    for steps in range(max(map(len, raised))):
        for place, frames in enumerate(raised):
            if steps < len(frames):
                role: Role = "related" if place else "stack" if steps else "raised"
                spots.append(Spot(role, frames[steps].file or "", frames[steps].line))
    return spots


class _Page:
    """Takes excerpts while there is room."""

    def __init__(self, budget: int) -> None:
        self._room = budget
        self._taken: list[Excerpt] = []
        self._left_out: list[str] = []
        self._shown: set[tuple[str, int]] = set()

    def add(self, *forms: Excerpt) -> None:
        """Take the first form that fits; the very first excerpt is taken in its last form if nothing else fits."""
        lines = {(forms[0].path, number) for number, _ in forms[0].lines}
        if lines <= self._shown:
            return
        for form in forms:
            cost = len(form.render()) + 2
            if cost <= self._room or (form is forms[-1] and not self._taken):
                self._room -= cost
                self._taken.append(form)
                self._shown.update((form.path, number) for number, _ in form.lines)
                return
        self._left_out.append(f"`{forms[0].path}`" + (f" `{forms[0].name}`" if forms[0].name else ""))

    def structure(self) -> Structure:
        """What was taken."""
        return Structure(excerpts=tuple(self._taken), left_out=tuple(dict.fromkeys(self._left_out)))


# -- the code around the spots ----------------------------------------------------------------------------------------


def _pieces(modules: Mapping[str, Module], spots: Sequence[Spot]) -> list[_Piece]:
    found: dict[tuple[str, object], _Piece] = {}
    for spot in spots:
        module = modules.get(spot.file)
        if module is None or not 1 <= spot.line <= len(module.lines):
            continue
        piece = _piece(spot.role, module, spot.line)
        key = (module.path, piece.definition or piece.node)
        if key in found or len(found) < _MOST_PIECES:
            found.setdefault(key, piece).marks.append(spot.line)
    return list(found.values())


def _piece(role: Role, module: Module, line: int) -> _Piece:
    if module.tree is None:
        return _Piece("broken", module, "", None, None)
    innermost = module.at(line)
    if innermost is not None:
        shown = _with_surroundings(innermost)
        return _Piece(role, module, innermost.name, shown, shown.node)
    statements = (node for node in module.tree.body if node.lineno <= line <= (node.end_lineno or node.lineno))
    return _Piece(role, module, "", None, next(statements, None))


def _with_surroundings(one: Definition) -> Definition:
    """The function around a nested one, where its variables come from, and the class of a method, while short."""
    while one.parent is not None:
        limit = SMALL if one.parent.kind == "class" else LONG
        if one.parent.last - one.parent.first >= limit:
            break
        one = one.parent
    return one


# -- what belongs to it -----------------------------------------------------------------------------------------------


def _belonging(modules: Mapping[str, Module], pieces: list[_Piece]) -> Iterator[list[Excerpt]]:
    references = References(modules)
    for one in _imports(pieces):
        yield [one]
    first = pieces[0]
    for module in [] if first.node is None else references.lacking(first.module.path, first.node):
        yield [_outline(module)]
    for target in _used(references, pieces):
        module = modules[target.path]
        yield [
            excerpt("used", module, target.name, lines)
            for lines in (in_short(module, target), signatures(module, target))
        ]
    for one in _users(references, modules, pieces):
        yield [one]


def _outlines(modules: Mapping[str, Module], pieces: list[_Piece]) -> Iterator[list[Excerpt]]:
    broken = {piece.module.path for piece in pieces if piece.role == "broken"}
    for module in modules.values():
        if module.path not in broken:
            yield [_outline(module)]


def _outline(module: Module) -> Excerpt:
    lines = [number for one in module.definitions if one.kind != "assignment" for number in signature(one)]
    # A file without definitions, or one that cannot be parsed, is told by its beginning.
    return excerpt("outline", module, "", lines or range(1, 2 * _REACH))


def _imports(pieces: list[_Piece]) -> Iterator[Excerpt]:
    """Per file, the imports of names that the code on the call stack mentions."""
    mentioned: dict[str, set[str]] = {}
    for piece in pieces:
        if piece.node is not None:
            names = {node.id for node in ast.walk(piece.node) if isinstance(node, ast.Name)}
            mentioned.setdefault(piece.module.path, set()).update(names)
    for module in {piece.module.path: piece.module for piece in pieces}.values():
        names = mentioned.get(module.path, set())
        needed = [one for name, one in module.imports.items() if name in names] + (module.stars if names else [])
        lines = [number for one in needed for number in range(one.first, one.last + 1)]
        if lines:
            yield excerpt("imports", module, "", lines)


def _used(references: References, pieces: list[_Piece]) -> list[Definition]:
    found: dict[Definition, None] = {}
    for piece in pieces:
        if piece.node is not None:
            scope = piece.definition.parent if piece.definition else None
            for reference in references.of(piece.module.path, piece.node, scope):
                found.setdefault(_with_surroundings(reference.target))
    return list(found)


def _users(references: References, modules: Mapping[str, Module], pieces: list[_Piece]) -> Iterator[Excerpt]:
    """Who else uses the innermost function: the lines that do, each below its own function's signature."""
    innermost = next((piece.definition for piece in pieces if piece.definition is not None), None)
    if innermost is None:
        return
    users: dict[tuple[str, Definition | None], list[int]] = {}
    for reference in references.to(innermost):
        users.setdefault((reference.path, reference.scope), []).append(reference.line)
    for (path, scope), lines in users.items():
        near = [number for line in lines for number in (line - 1, line, line + 1)]
        if scope is not None:
            near = [number for number in near if number in whole(scope)] + list(signature(scope))
        yield excerpt("user", modules[path], scope.name if scope else "", near)
