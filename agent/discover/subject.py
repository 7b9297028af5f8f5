"""What is discovered in: a table of the user's, or a task, which says beforehand what is known of its data."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from agent.discover.settings import Hints
from agent.discover.starting import TABLE
from workspaces.discovery import find_discovery

EXAMPLE = "spike-in"
"""The task with generated data."""


class Subject(NamedTuple):
    """Data, and what comes with them."""

    name: str
    """Of the task, or the table's file name."""
    files: dict[str, Path]
    hints: Hints
    tools: tuple[Path, ...]
    """Folders of tools."""


def subject_of(data: str, made: Path) -> Subject:
    """What a person means by the path of a table, or by a task's name or folder.

    Args:
        data: the path or name.
        made: folder for files that a task makes.

    Raises:
        TaskInvalid: no such task, or its files are not there.
    """
    path = Path(data).expanduser()
    if path.is_file() or (path.suffix and not path.is_dir()):
        return Subject(path.name, {TABLE: path}, Hints(), ())
    task = find_discovery(data)
    known = task.discover.model_dump(exclude={"table", "samples", "files"})
    hints = Hints(question=task.question, **known)
    return Subject(task.name, task.files(made), hints, () if task.tools is None else (task.tools,))
