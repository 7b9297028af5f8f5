"""The candidate's Python files as definitions and imports, found with `ast` and never by running anything."""

from __future__ import annotations

import ast
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Literal, TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What `ast.parse` and `compile` raise for text that is no program, or one nested too deeply."""

_parsing = threading.Lock()


@contextmanager
def warnings_kept() -> Iterator[None]:
    """Parse within this: warnings about the candidate's text are nobody's concern here, least of all as errors.

    Python's warning filters belong to the whole process, so one thread at a time changes them.
    """
    with _parsing, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@dataclass(frozen=True, eq=False)
class Definition:
    """A function, a class, or a name that is assigned at the level of a module or a class."""

    path: str
    name: str
    """With the names of the functions and classes around it, such as `Net.forward`."""
    kind: Literal["function", "class", "assignment"]
    node: ast.stmt
    parent: Definition | None

    @property
    def first(self) -> int:
        """The first line, decorators included."""
        return _first_line(self.node)

    @property
    def last(self) -> int:
        """The last line."""
        return self.node.end_lineno or self.node.lineno

    @property
    def signature_last(self) -> int:
        """The last line of the signature: the one before the body begins, or the first when both share it."""
        if not isinstance(self.node, Function | ast.ClassDef):
            return self.last
        body = self.node.body[0]
        return max(self.node.lineno, _first_line(body) - 1)


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, Function | ast.ClassDef) else []
    return min([node.lineno, *(one.lineno for one in decorators)])


@dataclass(frozen=True)
class Import:
    """What a name stands for through an import: a module, or a name in it."""

    module: str
    name: str | None
    first: int
    last: int


@dataclass(eq=False)
class Module:
    """One file. `tree` is None when the file is no valid Python."""

    path: str
    lines: list[str]
    tree: ast.Module | None
    dotted: str
    """As it is imported from within the candidate's folder, such as `models.net`."""
    definitions: list[Definition] = field(default_factory=list)
    imports: dict[str, Import] = field(default_factory=dict)
    stars: list[Import] = field(default_factory=list)
    """`from … import *`."""

    @cached_property
    def named(self) -> dict[str, Definition]:
        """Qualified name → definition; the last one where a name is defined again."""
        return {one.name: one for one in self.definitions}

    @cached_property
    def by_node(self) -> dict[ast.AST, Definition]:
        """Syntax node → definition."""
        return {one.node: one for one in self.definitions}

    def at(self, line: int) -> Definition | None:
        """The innermost function or class that holds the line."""
        holding = [one for one in self.definitions if one.kind != "assignment" and one.first <= line <= one.last]
        return min(holding, key=lambda one: one.last - one.first, default=None)

    @property
    def package(self) -> str:
        """What a relative import begins from; empty at the top, where there is no package."""
        return self.dotted if self.path.endswith("__init__.py") else self.dotted.rpartition(".")[0]


def read_modules(files: Mapping[str, str]) -> dict[str, Module]:
    """Path → module, of the files that end in `.py`. Raises nothing, whatever the files hold."""
    return {path: _read(path, text) for path, text in sorted(files.items()) if path.endswith(".py")}


def _read(path: str, text: str) -> Module:
    parts = PurePosixPath(path).with_suffix("").parts
    dotted = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    # As the interpreter counts lines: `str.splitlines` also splits where Python sees a form feed or other text.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    try:
        with warnings_kept():
            tree = ast.parse(text)
    except UNREADABLE:
        return Module(path, lines, None, dotted)
    module = Module(path, lines, tree, dotted)
    _collect(module, tree)
    return module


def _collect(module: Module, tree: ast.Module) -> None:
    # A stack and not recursion: the depth is up to whoever wrote the file.
    waiting: list[tuple[ast.AST, Definition | None]] = [(tree, None)]
    while waiting:
        node, parent = waiting.pop()
        inner = parent
        if isinstance(node, Function | ast.ClassDef):
            kind: Literal["function", "class"] = "class" if isinstance(node, ast.ClassDef) else "function"
            inner = Definition(module.path, _qualified(node.name, parent), kind, node, parent)
            module.definitions.append(inner)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and (parent is None or parent.kind == "class"):
            for name in _assigned(node):
                module.definitions.append(Definition(module.path, _qualified(name, parent), "assignment", node, parent))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            _collect_import(module, node)
        waiting += [(child, inner) for child in reversed(list(ast.iter_child_nodes(node)))]


def _qualified(name: str, parent: Definition | None) -> str:
    return name if parent is None else f"{parent.name}.{name}"


def _assigned(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    flat = [part for one in targets for part in (one.elts if isinstance(one, ast.Tuple | ast.List) else [one])]
    return [one.id for one in flat if isinstance(one, ast.Name)]


def _collect_import(module: Module, node: ast.Import | ast.ImportFrom) -> None:
    last = node.end_lineno or node.lineno
    if isinstance(node, ast.Import):
        for alias in node.names:
            # `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`.
            target = alias.name if alias.asname else alias.name.partition(".")[0]
            module.imports[alias.asname or target] = Import(target, None, node.lineno, last)
        return
    source = origin(module, node)
    for alias in node.names:
        found = Import(source or "", alias.name, node.lineno, last)
        if alias.name == "*":
            module.stars.append(found)
        else:
            module.imports[alias.asname or alias.name] = found


def origin(module: Module, node: ast.ImportFrom) -> str | None:
    """Dotted name of the module that a `from … import` takes from; None for a step above the topmost package."""
    if not node.level:
        return node.module or ""
    parts = module.package.split(".") if module.package else []
    kept = len(parts) - (node.level - 1)
    if kept < 1:
        return None
    return ".".join([*parts[:kept], *([node.module] if node.module else [])])
