"""Small Python modules as values: taken apart into imports and body, and put together again."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from functools import cached_property

from pydantic import BaseModel, ConfigDict


class Module(BaseModel):
    """A module's text."""

    model_config = ConfigDict(frozen=True)

    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree.

        Raises:
            SyntaxError: the text is no Python.
        """
        return ast.parse(self.text)

    @property
    def docstring(self) -> str:
        """Its docstring, or nothing."""
        return ast.get_docstring(self.tree) or ""

    @property
    def imports(self) -> list[ast.Import | ast.ImportFrom]:
        """Its imports at the top level."""
        return [node for node in self.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]

    @property
    def body(self) -> str:
        """Everything below its docstring and first imports, comments included."""
        head = 0
        for number, node in enumerate(self.tree.body):
            is_docstring = number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if not is_docstring and not isinstance(node, ast.Import | ast.ImportFrom):
                break
            head = node.end_lineno or head
        return "\n".join(self.text.splitlines()[head:]).strip("\n")

    def function(self, name: str) -> ast.FunctionDef | None:
        """The function of that name at the top level."""
        functions = (node for node in self.tree.body if isinstance(node, ast.FunctionDef))
        return next((node for node in functions if node.name == name), None)

    def renamed(self, old: str, new: str) -> Module:
        """The module with a top-level function under another name; calls of it are not followed."""
        node = self.function(old)
        if node is None:
            return self
        lines = self.text.splitlines()
        lines[node.lineno - 1] = lines[node.lineno - 1].replace(f"def {old}(", f"def {new}(", 1)
        return Module(text="\n".join(lines) + "\n")


def join(docstring: str, parts: list[Module]) -> str:
    """The text of one module that holds the parts' bodies in order, below those of their imports that are used.

    Parts that occur twice are written once.
    """
    bodies = list(dict.fromkeys(part.body for part in parts if part.body))
    body = "\n\n\n".join(bodies)
    imports = _imports([node for part in parts for node in part.imports], used=_names(body))
    quoted = docstring.replace("\\", "\\\\").replace('"""', "'''")
    return "\n\n".join(text for text in (f'"""{quoted}"""', imports, f"\n{body}") if text) + "\n"


def _names(body: str) -> set[str]:
    """Names that the body uses and does not define itself."""
    tree = ast.parse(body)
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - defined


def _imports(nodes: list[ast.Import | ast.ImportFrom], used: set[str]) -> str:
    """The imports of used names, sorted and grouped as isort does."""
    plain: set[str] = set()
    grouped: dict[str, set[str]] = defaultdict(set)
    for node in nodes:
        for name in node.names:
            wanted = (name.asname or name.name).split(".")[0] in used
            if isinstance(node, ast.ImportFrom) and (wanted or node.module == "__future__"):
                grouped["." * node.level + (node.module or "")].add(ast.unparse(name))
            elif isinstance(node, ast.Import) and wanted:
                plain.add(f"import {ast.unparse(name)}")
    lines = plain | {f"from {module} import {', '.join(sorted(names))}" for module, names in grouped.items()}
    groups: dict[int, list[str]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (line.startswith("from"), line)):
        groups[_group(line.split()[1])].append(line)
    return "\n\n".join("\n".join(groups[number]) for number in sorted(groups))


def _group(module: str) -> int:
    top = module.split(".")[0]
    if top == "__future__":
        return 0
    return 1 if top in sys.stdlib_module_names else 2
