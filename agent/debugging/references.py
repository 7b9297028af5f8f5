"""Which of the candidate's definitions a piece of its code refers to, and which pieces refer to a definition.

Names are resolved as Python's scopes do it: nested functions, the module, imports (through re-exports and `*`), `self`
and base classes, instances of the candidate's classes where an assignment or an annotation shows what they are. Python
can hide more than any reader of text sees; a reference that is not seen is left out, and what is left out costs a
repair some context, nothing else.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from agent.debugging.scopes import Value, around, bound_in, dotted_text, receiver, set_on_instances
from agent.debugging.source import Definition, Module, origin

_INSTANCE_CALL = ("__call__", "forward")
"""What calling an instance runs; `forward` is what torch's modules run."""
_MOST_NAMESAKES = 2
"""A method called on a value of unknown type is looked up by its name; when more classes have one, the name says
too little."""
_DEEPEST = 12
"""Steps from a name to what it stands for, so that code that goes in circles ends."""

Scope = Definition | None
T = TypeVar("T")


@dataclass(frozen=True)
class Reference:
    """A line that refers to a definition."""

    target: Definition
    path: str
    line: int
    scope: Scope
    """The function or class that the line is in; None for a module's own code."""


class References:
    """The candidate's files, linked."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self._dotted = {module.dotted: module for module in modules.values()}
        self._known: dict[tuple[str, object], Any] = {}

    def of(self, path: str, node: ast.AST, scope: Scope) -> Iterator[Reference]:
        """What the code of `node`, which stands in `scope`, refers to, in the order of the text."""
        module = self._modules[path]
        waiting: list[tuple[ast.AST, Scope]] = [(node, scope)]
        while waiting:
            node, scope = waiting.pop()
            inner = module.by_node.get(node)
            scope = inner if inner is not None and inner.kind != "assignment" else scope
            for target in self._targets(module, node, scope):
                yield Reference(target, path, getattr(node, "lineno", 0), scope)
            waiting += [(child, scope) for child in reversed(list(ast.iter_child_nodes(node)))]

    def lacking(self, path: str, node: ast.AST) -> list[Module]:
        """The candidate's modules from which the code of `node` takes a name that they do not have."""
        module = self._modules[path]
        found: list[Module] = []
        for one in ast.walk(node):
            if isinstance(one, ast.Attribute):
                source, names = self._module_of(module, one.value), [one.attr]
            elif isinstance(one, ast.ImportFrom):
                source, names = self._dotted.get(origin(module, one) or ""), [each.name for each in one.names]
            else:
                continue
            if source is not None and not all(self._has(source, name) for name in names):
                found.append(source)
        return list(dict.fromkeys(found))

    def _has(self, module: Module, name: str) -> bool:
        return (
            name == "*"
            or name in module.imports
            or self._exported(module, name) is not None
            or f"{module.dotted}.{name}" in self._dotted
        )

    def to(self, definition: Definition) -> list[Reference]:
        """The references to a definition from outside of it."""
        return [one for one in self._all if one.target is definition and definition not in around(one.scope)]

    @cached_property
    def _all(self) -> list[Reference]:
        trees = [(path, module.tree) for path, module in self._modules.items() if module.tree is not None]
        return [reference for path, tree in trees for reference in self.of(path, tree, None)]

    def _targets(self, module: Module, node: ast.AST, scope: Scope) -> list[Definition]:
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            found = self._resolve(module, node, scope, 0)
            return [] if found is None else [found]
        if not isinstance(node, ast.Call):
            return []
        instance = self._class_of(module, node.func, scope, 0)
        if instance is not None:
            run = (self._member(instance, name) for name in _INSTANCE_CALL)
            return [one for one in run if one is not None][:1]
        if isinstance(node.func, ast.Attribute) and self._resolve(module, node.func, scope, 0) is None:
            return self._namesakes(module, node.func, scope)
        return []

    # -- what an expression names ---------------------------------------------------------------------------------

    def _resolve(self, module: Module, node: ast.expr, scope: Scope, step: int) -> Definition | None:
        if step > _DEEPEST:
            return None
        if isinstance(node, ast.Name):
            return self._resolve_name(module, node.id, scope)
        if not isinstance(node, ast.Attribute):
            return None
        imported = self._module_of(module, node.value)
        if imported is not None:
            return self._exported(imported, node.attr)
        owner = self._class_of(module, node.value, scope, step + 1)
        owner = owner or self._resolve(module, node.value, scope, step + 1)
        if owner is None or owner.kind != "class":
            return None
        setters = self._setters(owner).get(node.attr, [])
        # An attribute that nothing sets may be the failure itself: then the class is what to look at.
        return self._member(owner, node.attr) or next((method for method, _ in setters), owner)

    def _resolve_name(self, module: Module, name: str, scope: Scope) -> Definition | None:
        for one in around(scope):
            # The names of a class body are seen by the body itself and not by the functions in it.
            if one.kind == "function" or one is scope:
                local = module.named.get(f"{one.name}.{name}")
                if local is not None:
                    return local
            if name in self._bound(one):
                return None
        return self._exported(module, name)

    def _exported(self, module: Module, name: str) -> Definition | None:
        """What a module's name stands for, through the imports of as many modules as it takes."""
        waiting, seen = [(module, name)], set()
        while waiting:
            module, name = waiting.pop()
            if name in module.named:
                return module.named[name]
            if (module.path, name) in seen:
                continue
            seen.add((module.path, name))
            sources = [module.imports[name]] if name in module.imports else module.stars
            for source in sources:
                if source.module in self._dotted and source.name is not None:
                    wanted = name if source.name == "*" else source.name
                    waiting.append((self._dotted[source.module], wanted))
        return None

    def _module_of(self, module: Module, node: ast.expr) -> Module | None:
        head, _, rest = dotted_text(node).partition(".")
        source = module.imports.get(head)
        if source is None:
            return None
        return self._dotted.get(".".join(part for part in (source.module, source.name, rest) if part))

    # -- what class a value is of ---------------------------------------------------------------------------------

    def _class_of(self, module: Module, node: ast.expr, scope: Scope, step: int) -> Definition | None:
        """The class that the value is an instance of, as far as the text shows it."""
        if step > _DEEPEST:
            return None
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "super":
                owner = next((one for one in around(scope) if one.kind == "class"), None)
                return next(iter(self._ancestors(owner)[1:]), None) if owner is not None else None
            return _if_class(self._resolve(module, node.func, scope, step + 1))
        if isinstance(node, ast.Name):
            return self._class_of_name(module, node.id, scope, step + 1)
        if isinstance(node, ast.Attribute):
            owner = self._class_of(module, node.value, scope, step + 1)
            return None if owner is None else self._class_of_attribute(owner, node.attr, step + 1)
        return None

    def _class_of_name(self, module: Module, name: str, scope: Scope, step: int) -> Definition | None:
        for one in around(scope):
            if name in self._bound(one):
                if name == receiver(one):
                    return one.parent
                return self._class_of_value(module, self._bound(one)[name], one, step)
        assigned = module.named.get(name)
        if assigned is None or not isinstance(assigned.node, ast.Assign | ast.AnnAssign):
            return None
        return self._class_of_value(module, assigned.node.value, None, step)

    def _class_of_value(self, module: Module, value: Value, scope: Scope, step: int) -> Definition | None:
        if isinstance(value, ast.Call):
            return self._class_of(module, value, scope, step)
        # An annotation: the name of a class. A value that is a name (`net = Net`) is no instance, but what is
        # looked up in it is found in the class all the same.
        return None if value is None else _if_class(self._resolve(module, value, scope, step))

    def _class_of_attribute(self, owner: Definition, name: str, step: int) -> Definition | None:
        def look() -> Definition | None:
            module = self._modules[owner.path]
            found = (
                self._class_of_value(module, value, method, step)
                for method, value in self._setters(owner).get(name, [])
            )
            return next((one for one in found if one is not None), None)

        return self._once(f"attribute {name}", owner, None, look)

    # -- classes --------------------------------------------------------------------------------------------------

    def _member(self, owner: Definition, name: str) -> Definition | None:
        found = (self._modules[one.path].named.get(f"{one.name}.{name}") for one in self._ancestors(owner))
        return next((one for one in found if one is not None), None)

    def _ancestors(self, owner: Definition) -> list[Definition]:
        """The class and its bases within the workspace, nearest first."""

        def look() -> list[Definition]:
            known = [owner]
            for one in known:
                for base in one.node.bases if isinstance(one.node, ast.ClassDef) else []:
                    parent = _if_class(self._resolve(self._modules[one.path], base, one.parent, 0))
                    if parent is not None and parent not in known:
                        known.append(parent)
            return known

        return self._once("ancestors", owner, [owner], look)

    def _setters(self, owner: Definition) -> dict[str, list[tuple[Definition, Value]]]:
        definitions = self._modules[owner.path].definitions
        return self._once("setters", owner, {}, lambda: set_on_instances(definitions, owner))

    def _bound(self, scope: Definition) -> dict[str, Value]:
        return self._once("bound", scope, {}, lambda: bound_in(scope.node))

    @cached_property
    def _methods(self) -> dict[str, list[Definition]]:
        found: dict[str, list[Definition]] = {}
        for module in self._modules.values():
            for one in module.definitions:
                if one.kind == "function" and one.parent is not None and one.parent.kind == "class":
                    found.setdefault(one.name.rpartition(".")[2], []).append(one)
        return found

    def _namesakes(self, module: Module, called: ast.Attribute, scope: Scope) -> list[Definition]:
        """Methods of this name, for a call on a value of which the text does not show what it is."""
        if isinstance(called.value, ast.Name) and self._is_foreign(module, called.value.id, scope):
            return []
        found = self._methods.get(called.attr, [])
        return found if len(found) <= _MOST_NAMESAKES else []

    def _is_foreign(self, module: Module, name: str, scope: Scope) -> bool:
        """Whether a name stands for a library, a built-in, or what one of a library's calls gave back."""
        bound = [self._bound(one) for one in around(scope) if name in self._bound(one)]
        if not bound:
            return name not in module.named
        value = bound[0][name]
        return isinstance(value, ast.Call) and dotted_text(value.func).partition(".")[0] in module.imports

    def _once(self, what: str, of: Definition, meanwhile: T, look: Callable[[], T]) -> T:
        """Look something up once; whoever asks for it again while it is looked up gets `meanwhile`.

        Without it, code in which bases or attributes name each other in circles would never end, or take exponential
        time.
        """
        key = (what, of)
        if key not in self._known:
            self._known[key] = meanwhile
            self._known[key] = look()
        found: T = self._known[key]
        return found


def _if_class(found: Definition | None) -> Definition | None:
    return found if found is not None and found.kind == "class" else None
