"""Edits of Python text at the places of syntax nodes, which leave all other text as it stands."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Located = ast.expr | ast.keyword | ast.stmt


def span(text: str, node: Located) -> tuple[int, int]:
    """First and past-the-last character of a node; `ast` itself counts columns in bytes of UTF-8."""
    lines = text.split("\n")

    def offset(line: int, column: int) -> int:
        before = sum(len(earlier) + 1 for earlier in lines[: line - 1])
        return before + len(lines[line - 1].encode()[:column].decode())

    end_line, end_column = node.end_lineno, node.end_col_offset
    if end_line is None or end_column is None:
        raise ValueError("the node was not parsed from text")
    return offset(node.lineno, node.col_offset), offset(end_line, end_column)


def replaced(text: str, nodes: Iterable[Located], new: Callable[[str], str]) -> str:
    """The text with each node's own text passed through `new`; a node around one that changes is left as it is."""
    changed_from = len(text)
    for start, end in sorted((span(text, node) for node in nodes), reverse=True):
        if end <= changed_from and (changed := new(text[start:end])) != text[start:end]:
            text = text[:start] + changed + text[end:]
            changed_from = start
    return text


def calls(text: str, name: str) -> list[ast.Call]:
    """The calls of a function or class, whatever module it is reached through."""
    return [node for node in all_calls(text) if called(node) == name]


def all_calls(text: str) -> Iterator[ast.Call]:
    """Every call."""
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The last part of the name that is called."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def wrapped(text: str, targets: Iterable[ast.Call], before: str, after: str) -> str:
    """The text with something put around calls, except around those that have it already."""

    def is_wrapped(call: ast.Call) -> bool:
        return text[: span(text, call)[0]].endswith(before)

    return replaced(text, [call for call in targets if not is_wrapped(call)], lambda call: f"{before}{call}{after}")


def with_keyword(call: str, name: str, value: str) -> str:
    """A call's text with a keyword argument set."""
    node = ast.parse(call, mode="eval").body
    keywords = node.keywords if isinstance(node, ast.Call) else []
    present = [keyword.value for keyword in keywords if keyword.arg == name]
    if present:
        return replaced(call, present, lambda _: value)
    inside = call[:-1].rstrip()
    separator = "" if inside.endswith("(") else " " if inside.endswith(",") else ", "
    return f"{inside}{separator}{name}={value})"


def without_keyword(call: str, name: str) -> str:
    """A call's text without a keyword argument."""
    node = ast.parse(call, mode="eval").body
    for keyword in node.keywords if isinstance(node, ast.Call) else []:
        if keyword.arg == name:
            start, end = span(call, keyword)
            following = re.match(r"\s*,[ \t]*", call[end:])
            if following:
                return call[:start] + call[end + following.end() :]
            return re.sub(r",\s*$", "", call[:start]) + call[end:]
    return call


def with_imports(text: str, *lines: str) -> str:
    """The text with import lines added below its docstring and its imports from `__future__`."""
    tree = ast.parse(text)
    present = {ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)}
    head = 0
    for number, node in enumerate(tree.body):
        is_docstring = number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_docstring and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            break
        head = node.end_lineno or head
    new = [line for line in lines if line not in present]
    old = text.split("\n")
    return "\n".join([*old[:head], *([""] if head and new else []), *new, *old[head:]])
