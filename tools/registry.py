"""How tools are found: packages that announce themselves, folders of the user's, and MCP servers.

A package announces tools by an entry point of the group `echolocate.tools` that names a module or a package; every
`Tool` in it, and in the modules below it, is found. A folder's Python files are modules of their own.
A module that cannot be imported costs its own tools only, and is listed with the reason.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from tools.errors import ToolInvalid, ToolUnknown
from tools.mcp_client import remote_tools
from tools.servers import McpServer
from tools.tool import Tool

GROUP = "echolocate.tools"
_from_folders: set[ModuleType] = set()
"""Modules of folders: the only ones that a module of another folder may stand for."""


@dataclass(frozen=True)
class Toolbox:
    """The tools that were found."""

    tools: dict[str, Tool]
    broken: dict[str, str]
    """Where tools were looked for and not found → the reason, with its traceback."""

    def get(self, name: str) -> Tool:
        """A tool by name.

        Raises:
            ToolUnknown: there is none; the message names near ones.
        """
        if name not in self.tools:
            near = difflib.get_close_matches(name, self.tools, n=3)
            hint = f"; near it: {', '.join(near)}" if near else ""
            raise ToolUnknown(f"there is no tool `{name}`{hint}; `echolocate tools list` lists all")
        return self.tools[name]


def find_tools(folders: Iterable[Path] = (), servers: Iterable[McpServer] = ()) -> Toolbox:
    """All tools: of installed packages, then of folders, then of MCP servers.

    A tool of the same name that is found later stands for the earlier one, so that a user's own wins.
    """
    tools: dict[str, Tool] = {}
    broken: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        for name, loaded in _load_package(point):
            _take(name, loaded, _origin(point), tools, broken)
    for folder in folders:
        for file in sorted(folder.glob("*.py")):
            if not file.name.startswith(("_", "test_")):
                _take(str(file), _load(partial(_import_file, file)), str(file), tools, broken)
    for server in servers:
        try:
            tools |= remote_tools(server)
        except ToolInvalid as error:
            broken[f"MCP server {server.name}"] = str(error)
    return Toolbox(dict(sorted(tools.items())), broken)


def tools_of(module: ModuleType) -> dict[str, Tool]:
    """The tools that a module defines, by name; what it imported from elsewhere is not its own."""
    return {
        found.spec.name: found
        for found in vars(module).values()
        if isinstance(found, Tool) and found.function.__module__ == module.__name__
    }


def _take(name: str, loaded: ModuleType | str, origin: str, tools: dict[str, Tool], broken: dict[str, str]) -> None:
    if isinstance(loaded, str):
        broken[name] = loaded
        return
    for tool in tools_of(loaded).values():
        tools[tool.spec.name] = replace(tool, spec=tool.spec.model_copy(update={"origin": origin}))


def _load_package(point: EntryPoint) -> Iterator[tuple[str, ModuleType | str]]:
    """The module of an entry point and all below it; in place of one that cannot be imported, why."""
    package = _load(partial(importlib.import_module, point.value))
    yield point.value, package
    if isinstance(package, ModuleType) and hasattr(package, "__path__"):
        for found in pkgutil.walk_packages(package.__path__, f"{point.value}.", onerror=lambda _: None):
            yield found.name, _load(partial(importlib.import_module, found.name))


def _load(importer: Callable[[], ModuleType]) -> ModuleType | str:
    """A module, or the traceback of why there is none: another's code may raise anything when it is imported."""
    try:
        return importer()
    except Exception:  # noqa: BLE001  the edge to code that is not ours; the traceback is kept and shown
        return traceback.format_exc(limit=-3)


def _import_file(file: Path) -> ModuleType:
    """A file as a module of its own name, so that it can import its neighbours."""
    there = sys.modules.get(file.stem)
    if file.stem in sys.stdlib_module_names or (there is not None and there not in _from_folders):
        raise ImportError(f"{file}: another module is called `{file.stem}`; give the file another name")
    folder = str(file.parent.resolve())
    if folder not in sys.path:
        sys.path.append(folder)
    spec = importlib.util.spec_from_file_location(file.stem, str(file))
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    _from_folders.add(module)
    spec.loader.exec_module(module)
    return module


def _origin(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value
