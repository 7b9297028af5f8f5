"""Whether tools are fit to be offered: what `echolocate tools validate` says."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.registry import Toolbox
from tools.sources import source_of
from tools.tool import Tool

IMPORT_S = 60


def problems_of(toolbox: Toolbox, names: frozenset[str]) -> list[str]:
    """What is wrong with tools: one line a problem, empty when they are fit.

    Args:
        toolbox: where they were found; its broken modules are problems as well.
        names: of the tools that are checked.
    """
    broken = [f"{place}: {reason.strip().splitlines()[-1]}" for place, reason in toolbox.broken.items()]
    return broken + [problem for name in sorted(names) for problem in _problems(toolbox.get(name))]


def _problems(tool: Tool) -> Iterator[str]:
    spec = tool.spec
    if not spec.description:
        yield f"{spec.name}: the docstring has one line; say below it when the tool is the right one"
    for name, part in spec.parameters.get("properties", {}).items():
        if not ({"description", "names", "enum", "items", "anyOf"} & set(part)):
            yield f"{spec.name}: parameter `{name}` has no description: Annotated[…, Field(description=…)]"
    for table in spec.tables:
        silent = [column for column, meaning in table.columns.items() if not meaning.strip()]
        if silent:
            yield f"{spec.name}: table `{table.name}` does not say what {', '.join(silent)} mean"
    if spec.server is None and (reason := _import_alone(tool)):
        yield f"{spec.name}: cannot be imported where it will run: {reason}"


def _import_alone(tool: Tool) -> str:
    """Why the tool's module cannot be imported from its laid-out source; empty when it can."""
    source = source_of(tool)
    with tempfile.TemporaryDirectory() as folder:
        code = source.lay_out(Path(folder))
        try:
            done = subprocess.run(
                [sys.executable, "-c", f"import {source.module}"],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(code)},
                capture_output=True,
                text=True,
                timeout=IMPORT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"importing takes more than {IMPORT_S} s"
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def run_tests(folder: Path) -> tuple[bool, str]:
    """Run the tests that lie beside a folder's tools. Returns whether all passed, and pytest's closing line."""
    folder = folder.resolve()
    if not sorted(folder.glob("test_*.py")):
        return False, "no test: a tool's answer for data whose answer is known, in test_<name>.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    closing = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return done.returncode == 0, closing[-1] if closing else "pytest said nothing"
