"""What the text of a scope says about its names: which it binds, and to what."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agent.debugging.source import Definition, Function

Value = ast.expr | None
"""What a name is assigned, or its annotation; None when the text shows neither."""


def around(scope: Definition | None) -> Iterator[Definition]:
    """The scope, then those that hold it."""
    while scope is not None:
        yield scope
        scope = scope.parent


def bound_in(function: ast.stmt) -> dict[str, Value]:
    """Names that a function binds itself → annotation or the first value assigned; they hide the module's names."""
    if not isinstance(function, Function):
        return {}
    args = function.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    bound: dict[str, Value] = {one.arg: one.annotation for one in every if one is not None}
    elsewhere: set[str] = set()
    for node in _within(function):
        if isinstance(node, ast.Global | ast.Nonlocal):
            elsewhere.update(node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            value = node.value or getattr(node, "annotation", None)
            for target in targets:
                if isinstance(target, ast.Name):
                    bound.setdefault(target.id, value)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.setdefault(node.id, None)
    return {name: value for name, value in bound.items() if name not in elsewhere}


def receiver(function: Definition) -> str | None:
    """The name that stands for the instance or the class in a method; None for anything else."""
    if function.parent is None or function.parent.kind != "class" or not isinstance(function.node, Function):
        return None
    decorators = {one.id for one in function.node.decorator_list if isinstance(one, ast.Name)}
    args = [*function.node.args.posonlyargs, *function.node.args.args]
    return args[0].arg if args and "staticmethod" not in decorators else None


def set_on_instances(definitions: list[Definition], owner: Definition) -> dict[str, list[tuple[Definition, Value]]]:
    """Attributes that the methods of a class set on the instance → where, and to what."""
    found: dict[str, list[tuple[Definition, Value]]] = {}
    for method in definitions:
        own = receiver(method) if method.parent is owner else None
        if own is None:
            continue
        for node in _within(method.node):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    for name in _attributes_of(own, target):
                        found.setdefault(name, []).append((method, node.value))
    return found


def _attributes_of(own: str, target: ast.expr) -> Iterator[str]:
    for one in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == own:
            yield one.attr


def _within(function: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a function in the order of the text, without those of functions and classes defined in it."""
    waiting = list(reversed(list(ast.iter_child_nodes(function))))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def dotted_text(node: ast.expr) -> str:
    """`a.b.c` for such an expression, empty for any other."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
