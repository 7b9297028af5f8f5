"""A task that discovers: a folder that says in which data, and what is known of them beforehand.

task.toml      question, and a table [discover]: the files, and what columns of the sample sheet are for
README.md      for people: data and licence, what is known about them
data.py        optional: ``make(out, settings)`` writes the files, as it writes the splits of other tasks
tools/         optional: tools of your own for these data
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from workspaces.data import run_make
from workspaces.errors import TaskInvalid
from workspaces.mistakes import mistakes
from workspaces.task import DISCOVER, Line, TaskName, TomlTable, discovers, read_toml, task_folder, task_folders

if TYPE_CHECKING:
    from collections.abc import Iterable

FileName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class Discover(TomlTable):
    """Data, and what is known of the design; what is left out, the sample sheet must tell."""

    table: Line
    """The table of quantities: a path, relative to the task's folder, or to what data.py writes."""
    samples: Line | None = None
    """The sample sheet, one row a sample: a path, likewise."""
    files: dict[FileName, Line] = Field(default_factory=dict)
    """A table of further files, name = "path": gene sets, a network."""
    group: str = ""
    """Column of the groups to compare."""
    covariates: tuple[str, ...] = ()
    """Columns to adjust for, such as a site, a batch, age."""
    pairs: str = ""
    """Column of what belongs together, such as a patient."""
    time: str = ""
    """Column of a time."""
    event: str = ""
    """Column that says whether the event came."""
    reference: str = ""
    """What the values are ratios to, such as untreated; empty for ratios to a pool."""


class DiscoveryFile(TomlTable):
    """What task.toml says."""

    name: TaskName
    """Small letters, digits and hyphens, at most 40."""
    question: Line
    """What is to be found out, in one sentence."""
    discover: Discover
    """A table: table, samples, files, and what columns are for: group, covariates, pairs, time, event."""
    data: dict[str, Any] = Field(default_factory=dict)
    """A table of your own, handed to data.py's make() as `settings`."""


class Discovery(DiscoveryFile):
    """A task that discovers: what its task.toml says, and the folder with its files."""

    folder: Path

    @property
    def tools(self) -> Path | None:
        """The folder of its own tools, if it has one."""
        folder = self.folder / "tools"
        return folder if folder.is_dir() else None

    def files(self, made: Path) -> dict[str, Path]:
        """Name → file, `table` and `samples` among them.

        Args:
            made: folder for what data.py writes.

        Raises:
            TaskInvalid: data.py fails, or a file is not there; one line per mistake.
        """
        below, lacks = self.folder, f"{self.folder} has no such file"
        if (self.folder / "data.py").is_file():
            run_make(self.folder, self.data, made)
            below, lacks = made, "data.py writes no such file; without a data.py, paths are below the task's folder"
        named = {"discover.table": self.discover.table, "discover.samples": self.discover.samples}
        named |= {f"discover.files.{name}": path for name, path in self.discover.files.items()}
        found = {key.rpartition(".")[2]: below / path for key, path in named.items() if path is not None}
        missing = [
            f"task.toml: {key}: {path}: {lacks}"
            for key, path in named.items()
            if path is not None and not (below / path).is_file()
        ]
        if missing:
            raise TaskInvalid(missing)
        return found


def load_discovery(folder: Path) -> Discovery:
    """Read the folder of a task that discovers.

    Raises:
        TaskInvalid: with one line per mistake; or the task improves a method.
    """
    table = read_toml(folder)
    if DISCOVER not in table:
        raise TaskInvalid([f"{folder.name}: improves a method: start it with `echolocate run {folder.name}`"])
    if not (folder / "README.md").is_file():
        raise TaskInvalid(["README.md: is missing: a text for people: data and licence, what is known about them"])
    try:
        return Discovery(**dict(DiscoveryFile.model_validate(table)), folder=folder.resolve())
    except ValidationError as error:
        raise TaskInvalid([f"task.toml: {line}" for line in mistakes(error, DiscoveryFile)]) from error


def find_discovery(name_or_path: str, extra_folders: Iterable[Path] = ()) -> Discovery:
    """The task with this name among the built-in ones and in `extra_folders`, or else the task in this folder.

    Raises:
        TaskInvalid: no such task, or it does not discover.
    """
    return load_discovery(task_folder(name_or_path, extra_folders))


def list_discoveries(extra_folders: Iterable[Path] = ()) -> list[Discovery]:
    """The built-in tasks that discover and those in `extra_folders`, by name.

    Raises:
        TaskInvalid: one of them is not valid.
    """
    return [load_discovery(folder) for folder in task_folders(extra_folders).values() if discovers(folder)]
