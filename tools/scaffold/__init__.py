"""Making a new tool, with its test, ready to be changed."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from tools.errors import ToolInvalid
from tools.servers import NAME

_TEMPLATES = Path(__file__).parent


def new_tool(name: str, folder: Path) -> tuple[Path, Path]:
    """Write a tool that works, and its test.

    Args:
        name: of the tool: small letters, digits and underscores.
        folder: where; made if missing.

    Returns:
        The tool's file and the test's.

    Raises:
        ToolInvalid: the name cannot be a tool's, or one of the files is there already; then nothing is written.
    """
    if not re.match(NAME, name):
        raise ToolInvalid(f"{name!r} cannot be a tool's name: small letters, digits and underscores, a letter first")
    made = (folder / f"{name}.py", folder / f"test_{name}.py")
    for path in made:
        if path.exists():
            raise ToolInvalid(f"{path} is there already")
    folder.mkdir(parents=True, exist_ok=True)
    for path, template in zip(made, ("tool.py.txt", "test.py.txt"), strict=True):
        path.write_text(Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(name=name))
    return made
