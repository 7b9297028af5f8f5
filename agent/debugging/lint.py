"""What a parser and a linter see before a run spends sandbox time.

Only what fails for certain once the line is reached: a syntax error, a name that nothing defines, a name that another
of the candidate's files does not have, a format string that does not fit its arguments. Style, and what may be right,
is no finding: each finding costs the candidate a repair.

The grammar is that of the interpreter that runs the agent, so an image whose Python is newer may understand more.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TypeGuard

from pydantic import BaseModel, ConfigDict
from pyflakes import checker, messages

from agent.debugging.scopes import dotted_text
from agent.debugging.source import UNREADABLE, Function, Module, origin, read_modules, warnings_kept

_CERTAIN = (
    messages.UndefinedName,
    messages.UndefinedLocal,
    messages.InvalidPrintSyntax,
    messages.StringDotFormatMissingArgument,
    messages.PercentFormatExpectedMapping,
    messages.PercentFormatMissingArgument,
    messages.PercentFormatPositionalCountMismatch,
)
_CATCH_IMPORTS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


class LintFinding(BaseModel):
    """A mistake in one of the candidate's files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """`path:line: message`."""
        return f"{self.path}:{self.line}: {self.message}"


def lint(files: Mapping[str, str]) -> list[LintFinding]:
    """Return the certain mistakes in all Python files, by path and line. Raises nothing, whatever the files hold."""
    modules = read_modules(files)
    findings: set[LintFinding] = set()
    names: dict[str, set[str]] = {}
    for path, module in modules.items():
        error = _syntax_error(path, files[path])
        checked = None if error else _check(module)
        if error is not None:
            findings.add(error)
        elif module.tree is not None and checked is not None:
            findings.update(_certain(module.tree, checked))
            names[path] = _names(checked)
    findings.update(_Imports(modules, names).findings())
    return sorted(findings, key=lambda one: (one.path, one.line, one.message))


def _syntax_error(path: str, text: str) -> LintFinding | None:
    try:
        with warnings_kept():
            compile(text, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return LintFinding(path=path, line=error.lineno or 1, message=f"{type(error).__name__}: {error.msg}")
    except UNREADABLE as error:
        return LintFinding(path=path, line=1, message=f"cannot be compiled: {error or 'nested too deeply'}")
    return None


def _check(module: Module) -> checker.Checker | None:
    """The linter's view of a file; None when it cannot tell which names there are."""
    if module.tree is None or any(_defines_unseen(node) for node in ast.walk(module.tree)):
        return None
    try:
        # It parses annotations that are strings, so it can warn as well.
        with warnings_kept():
            return checker.Checker(module.tree, module.path)
    except RecursionError:
        return None


def _defines_unseen(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("exec", "globals")


def _certain(tree: ast.Module, checked: checker.Checker) -> Iterator[LintFinding]:
    unevaluated = _unevaluated(tree)
    for one in checked.messages:
        if isinstance(one, _CERTAIN) and (one.lineno, one.col) not in unevaluated:
            yield LintFinding(path=one.filename, line=one.lineno, message=one.message % one.message_args)


def _unevaluated(tree: ast.Module) -> set[tuple[int, int]]:
    """Places of names in annotations that Python never looks up."""
    postponed = any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" and node.names[0].name == "annotations"
        for node in tree.body
    )
    never = [one for function in ast.walk(tree) if isinstance(function, Function) for one in _local_notes(function)]
    places = {_place(node) for note in never for node in ast.walk(note)}
    for note in _annotations(tree):
        places.update(_place(node) for node in ast.walk(note) if postponed or isinstance(node, ast.Constant))
    return places


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield node.annotation
        elif isinstance(node, Function) and node.returns is not None:
            yield node.returns


def _local_notes(function: Function) -> Iterator[ast.expr]:
    return (node.annotation for node in ast.walk(function) if isinstance(node, ast.AnnAssign))


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _names(checked: checker.Checker) -> set[str]:
    """The names that a module has, however it comes by them."""
    return {name for scope in checked.deadScopes if isinstance(scope, checker.ModuleScope) for name in scope}


class _Imports:
    """Checks the imports between the candidate's files. Nothing is said of libraries: the sandbox has its own."""

    def __init__(self, modules: Mapping[str, Module], names: Mapping[str, set[str]]) -> None:
        self._modules = modules
        self._names = names
        self._dotted = {module.dotted: module for module in modules.values()}
        self._known = {prefix for dotted in self._dotted for prefix in _prefixes(dotted)}

    def findings(self) -> Iterator[LintFinding]:
        """One for each name that cannot be imported."""
        for path, module in self._modules.items():
            nodes = [] if module.tree is None else _unguarded_imports(module.tree)
            for node in nodes:
                for message in self._mistakes(module, node):
                    yield LintFinding(path=path, line=node.lineno, message=message)

    def _mistakes(self, module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (f"no module named {one.name!r}" for one in node.names if self._is_missing(one.name))
            return
        source = origin(module, node)
        if source is None:
            yield "a relative import does not work here: this file is in no package"
        elif self._is_missing(source) or (node.level and source not in self._known):
            yield f"no module named {source!r}"
        elif source in self._dotted:
            target = self._dotted[source]
            for one in node.names:
                if one.name != "*" and self._lacks(target, one.name):
                    yield f"cannot import name {one.name!r} from {source!r}: {target.path} does not define it"

    def _is_missing(self, dotted: str) -> bool:
        """Whether the first part is one of the candidate's own modules, and the whole is not."""
        return dotted.partition(".")[0] in self._dotted and dotted not in self._known

    def _lacks(self, target: Module, name: str) -> bool:
        names = self._names.get(target.path)
        if names is None or target.stars or "__getattr__" in names:
            return False
        return name not in names and f"{target.dotted}.{name}" not in self._known


def _prefixes(dotted: str) -> list[str]:
    parts = dotted.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _unguarded_imports(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """The imports that end the program when they fail."""
    guarded = {inner for node in ast.walk(tree) if _guards(node) for part in node.body for inner in ast.walk(part)}
    return [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) and node not in guarded]


def _guards(node: ast.AST) -> TypeGuard[ast.Try | ast.If]:
    """Whether the node's body may fail to import, or is read by type checkers alone."""
    if isinstance(node, ast.If):
        return dotted_text(node.test).endswith("TYPE_CHECKING")
    if not isinstance(node, ast.Try):
        return False
    caught = [name for one in node.handlers for name in _caught(one.type)]
    return bool(_CATCH_IMPORTS.intersection(caught))


def _caught(kind: ast.expr | None) -> list[str]:
    if kind is None:
        return ["BaseException"]
    return [node.id for node in ast.walk(kind) if isinstance(node, ast.Name)]
