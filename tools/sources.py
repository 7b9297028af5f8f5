"""A tool's source code: what is laid out in a sandbox so that the tool runs there as it runs here."""

from __future__ import annotations

import hashlib
import inspect
import os
import shutil
import uuid
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tools.tool import Tool

_HERE = Path(__file__).parent
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "tests")


class Source(NamedTuple):
    """The packages and files that a tool's module needs."""

    module: str
    roots: tuple[Path, ...]
    """Packages (folders) and single modules; the contract's own package is the first."""
    hash: str

    def lay_out(self, folder: Path) -> Path:
        """Copy the source below a folder, once, and return where it lies."""
        target = folder / "code" / self.hash
        if not target.exists():
            # A folder of its own and a rename, so that a killed process leaves no half-copied code behind.
            draft = target.with_name(f".{self.hash}.{uuid.uuid4().hex}")
            draft.mkdir(parents=True)
            for root in self.roots:
                if root.is_dir():
                    shutil.copytree(root, draft / root.name, ignore=_LEFT_OUT)
                else:
                    shutil.copyfile(root, draft / root.name)
            try:
                draft.rename(target)
            except OSError:
                shutil.rmtree(draft)  # another thread was first
        return target


def source_of(tool: Tool) -> Source:
    """The source of a tool: its top-level package, or the Python files of its folder."""
    function = inspect.unwrap(tool.function)
    return _source(function.__module__, Path(function.__code__.co_filename).resolve())


@cache
def _source(module: str, file: Path) -> Source:
    roots = {_HERE.resolve(): None}
    if "." in module or file.name == "__init__.py":
        depth = module.count(".") - (file.name != "__init__.py")
        roots[file.parents[depth]] = None
    else:
        roots |= dict.fromkeys(sorted(file.parent.glob("*.py")))
    return Source(module, tuple(roots), _hash(tuple(roots)))


def _hash(roots: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for root in roots:
        files = [root] if root.is_file() else [Path(at) / name for at, _, names in os.walk(root) for name in names]
        for path in sorted(files):
            if path.suffix != ".pyc":
                digest.update(f"{path.relative_to(root.parent)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
