"""What a task is: a folder that says what to improve, from what, and how that is measured.

task.toml      question, topic, attributes, metric, how to run, data (the models below)
README.md      for people: data, licence, split, metric, what is known about reachable values
baseline/      the candidate's files: what an idea may change
evaluate.py    trusted: ``score(y_true, y_pred) -> float``; a candidate never sees it (see `workspaces.scoring`)
data.py        trusted: ``make(out, settings)`` writes the splits (see `workspaces.data`)

A task whose task.toml has a table [discover] has other files: see `workspaces.discovery`.
"""

from __future__ import annotations

import difflib
import re
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    StringConstraints,
    ValidationError,
    field_validator,
)

from workspaces.errors import EditRefused, TaskInvalid
from workspaces.files import content_hash, read_folder
from workspaces.mistakes import mistakes

if TYPE_CHECKING:
    from collections.abc import Iterable

BUILT_IN = Path(__file__).parent / "tasks"
DISCOVER = "discover"
"""The table of task.toml that a task has when it discovers."""
TEMPLATE, EXAMPLE = BUILT_IN / "_template", BUILT_IN / "spike-in"
"""What a new task begins as: one that improves a method, and one that discovers."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_FILES = {
    "README.md": "a text for people: question, data and licence, split, metric",
    "evaluate.py": "the trusted score(y_true, y_pred) -> float",
    "data.py": "the trusted make(out, settings) that writes the splits",
}

TaskName = Annotated[str, StringConstraints(pattern=rf"^{_NAME.pattern}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\n]*$")]


class TomlTable(BaseModel):
    """A table of task.toml: each key's docstring is what a mistake in it is answered with."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Attributes(TomlTable):
    """What literature is ranked by, beside the topic."""

    input: Line
    """What goes in, in a few words, such as "8x8 grey-level images of handwritten digits"."""
    output: Line
    """What comes out, in a few words, such as "one of ten classes"."""
    kind: Line
    """The kind of problem in a word, such as "classification" or "regression"."""


class Metric(TomlTable):
    """The one number that says how good predictions are."""

    name: Line
    """What the number is called, such as "accuracy"."""
    direction: Literal["higher", "lower"]
    """Which way is better: "higher" or "lower"."""
    smallest_difference: StrictFloat = Field(gt=0, allow_inf_nan=False)
    """The smallest difference worth having, above 0, in the metric's unit."""
    unit: Line | None = None
    """The metric's unit, such as "grey levels"; none for a share."""


class RunLimits(TomlTable):
    """What one run of the candidate may use; the sandbox enforces it."""

    wall_s: StrictFloat = Field(default=120.0, gt=0, allow_inf_nan=False)
    """Seconds of wall time, above 0."""
    memory_mb: StrictInt = Field(default=2048, ge=16)
    """MiB of memory, at least 16."""
    cpus: StrictFloat = Field(default=1.0, gt=0, allow_inf_nan=False)
    """Processor cores, above 0; a fraction is a share of one core."""
    pids: StrictInt = Field(default=512, ge=1)
    """Processes and threads at once, at least 1."""
    output_mb: StrictInt = Field(default=64, ge=1)
    """MiB that out/ may hold, at least 1."""


class Run(TomlTable):
    """How a candidate is run."""

    command: tuple[Line, ...] = Field(min_length=1)
    """Program and arguments as a list, such as ["python", "code/main.py", "--seed", "{seed}"]."""
    seeds: tuple[StrictInt, ...] = (0, 1, 2)
    """At least two different whole numbers, 0 or above: each candidate runs once with each."""
    image: Line = "ml"
    """The sandbox image that holds the packages which a candidate may import."""
    gpus: StrictInt = Field(default=0, ge=0)
    """GPUs that one run gets; it sees no others."""
    jobs_per_gpu: StrictInt = Field(default=1, ge=1)
    """Runs that may share a GPU, for candidates that leave most of one idle."""
    limits: RunLimits = RunLimits()
    """A table: wall_s, memory_mb, cpus, pids, output_mb."""

    @field_validator("command")
    @classmethod
    def _only_known_placeholders(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        for word in command:
            if "{" in word.replace("{seed}", "") or "}" in word.replace("{seed}", ""):
                raise ValueError(f"{word!r} has a placeholder that is unknown; {{seed}} is the only one")
        return command

    @field_validator("seeds")
    @classmethod
    def _several_seeds(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < max(2, len(seeds)) or min(seeds) < 0:
            raise ValueError("should be at least two different whole numbers, 0 or above")
        return seeds


class TaskFile(TomlTable):
    """What task.toml says."""

    name: TaskName
    """Small letters, digits and hyphens, at most 40."""
    question: Line
    """What is to be found out, in one sentence."""
    topic: Line
    """What to search the literature for, in a few words."""
    attributes: Attributes
    """A table: input, output, kind."""
    metric: Metric
    """A table: name, direction, smallest_difference, and unit if it has one."""
    run: Run
    """A table: command, and seeds, image, limits where the defaults do not fit."""
    data: dict[str, Any] = Field(default_factory=dict)
    """A table of your own, handed to data.py's make() as `settings`."""


class Task(TaskFile):
    """A task: what its task.toml says, and the folder with its files."""

    folder: Path

    def command(self, seed: int) -> tuple[str, ...]:
        """The command of one run, with its seed filled in."""
        return tuple(word.replace("{seed}", str(seed)) for word in self.run.command)

    def baseline(self) -> dict[str, str]:
        """The candidate's files as the task ships them: path → text.

        Raises:
            TaskInvalid: baseline/ holds what a candidate cannot have.
        """
        try:
            return read_folder(self.folder / "baseline")
        except EditRefused as error:
            raise TaskInvalid([f"baseline/{error}"]) from error


def load(folder: Path) -> Task:
    """Read a task's folder.

    Raises:
        TaskInvalid: with one line per mistake of the whole folder.
    """
    table = read_toml(folder)
    if DISCOVER in table:
        raise TaskInvalid([f"{folder.name}: discovers: start it with `echolocate discover {folder.name}`"])
    problems = [f"{name}: is missing: {what}" for name, what in _FILES.items() if not (folder / name).is_file()]
    if not any((folder / "baseline").glob("*.py")):
        problems.append("baseline/: is missing or holds no .py file: the candidate's files")
    task: Task | None = None
    try:
        task = Task(**dict(TaskFile.model_validate(table)), folder=folder.resolve())
    except ValidationError as error:
        problems += [f"task.toml: {line}" for line in mistakes(error, TaskFile)]
    if problems or task is None:
        raise TaskInvalid(problems)
    return task


def read_toml(folder: Path) -> dict[str, Any]:
    """What a task's task.toml holds, unchecked.

    Raises:
        TaskInvalid: there is none, or it is no TOML.
    """
    try:
        return tomllib.loads((folder / "task.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TaskInvalid([f"{folder}: no task, for there is no task.toml in it"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TaskInvalid([f"task.toml: is no TOML: {error}"]) from error


def fingerprint(task: Task) -> str:
    """SHA-256, in hex, over what decides a task's results: task.toml, data.py, evaluate.py and the baseline.

    Raises:
        TaskInvalid: baseline/ holds what a candidate cannot have.
    """
    programs = {
        name: (task.folder / name).read_text(encoding="utf-8") for name in ("task.toml", "data.py", "evaluate.py")
    }
    return content_hash(programs | {f"baseline/{path}": text for path, text in task.baseline().items()})


def find(name_or_path: str, extra_folders: Iterable[Path] = ()) -> Task:
    """The task with this name among the built-in ones and in `extra_folders`, or else the task in this folder.

    Raises:
        TaskInvalid: no such task (the line names close matches), or the folder is no valid task.
    """
    return load(task_folder(name_or_path, extra_folders))


def task_folder(name_or_path: str, extra_folders: Iterable[Path] = ()) -> Path:
    """The folder of a task, whatever it does; see `find`.

    Raises:
        TaskInvalid: no such task; the line names close matches.
    """
    folders = task_folders(extra_folders)
    if name_or_path in folders:
        return folders[name_or_path]
    if (path := Path(name_or_path).expanduser()).is_dir():
        return path
    close = difflib.get_close_matches(name_or_path, folders, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(folders)}"
    raise TaskInvalid([f"{name_or_path}: neither a task's name nor a folder; {hint}"])


def list_tasks(extra_folders: Iterable[Path] = ()) -> list[Task]:
    """The built-in tasks that improve a method and those in `extra_folders`, by name.

    Raises:
        TaskInvalid: one of them is not valid.
    """
    return [load(folder) for folder in task_folders(extra_folders).values() if not discovers(folder)]


def discovers(folder: Path) -> bool:
    """Whether the task in this folder discovers. One that cannot be read does not: reading it says what is wrong."""
    try:
        return DISCOVER in read_toml(folder)
    except TaskInvalid:
        return False


def scaffold(name: str, target: Path, template: Path = TEMPLATE) -> Path:
    """Make a small complete task in the folder `target`, which says at each key what it is for; returns `target`.

    Raises:
        TaskInvalid: `name` cannot be a task's name, or something is there already.
    """
    if not _NAME.fullmatch(name):
        raise TaskInvalid([f"{name!r} cannot be a task's name: small letters, digits and hyphens, at most 40"])
    if target.exists():
        raise TaskInvalid([f"{target}: is there already; name a folder that is not"])
    shutil.copytree(template, target, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (target / "task.toml", target / "README.md"):
        text = file.read_text(encoding="utf-8").replace(template.name.strip("_"), name, 1)
        file.write_text(text, encoding="utf-8")
    return target


def task_folders(extra_folders: Iterable[Path]) -> dict[str, Path]:
    """Folder name → folder of each task; a built-in one wins, so that its name always means the same."""
    found: dict[str, Path] = {}
    for parent in (BUILT_IN, *extra_folders):
        for file in sorted(parent.glob("[a-z0-9]*/task.toml")):
            found.setdefault(file.parent.name, file.parent)
    return dict(sorted(found.items()))
