"""What every node works with. It is handed to the graph beside the state, so it is never in a checkpoint."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from agent.literature.sources.source import Source
from agent.models.budget import Spending
from agent.models.model import Model
from agent.models.requests import SourceFile, TaskBrief
from agent.run import Run
from sandboxes.sandbox import Limits, Sandbox
from workspaces.data import DataSet
from workspaces.files import content_hash, write_folder
from workspaces.task import Task
from workspaces.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """What every run works with, whatever it is after."""

    run: Run
    model: Model
    sandbox: Sandbox
    sources: tuple[Source, ...]
    pool: ThreadPoolExecutor
    """Where jobs are waited for: its size is the number of experiments at the same time."""
    spending: Spending | None = None
    """What the model has cost, where that is limited."""
    worked_before_s: float = 0.0
    """Seconds of work of earlier sessions of this run."""
    started: float = field(default_factory=time.monotonic)

    def seconds_worked(self) -> float:
        """Seconds of work of this run, over all its sessions."""
        return self.worked_before_s + time.monotonic() - self.started

    def spent(self) -> str:
        """Which limit of the budget is reached, in a sentence; empty while there is something left."""
        minutes = self.run.config.budget.wall_minutes
        if minutes is not None and self.seconds_worked() >= minutes * 60:
            return f"the budget of {minutes:g} minutes is spent"
        return self.spending.why_no_more() if self.spending else ""


@dataclass(frozen=True, kw_only=True)
class Context(Workplace):
    """The world of a run that improves a method."""

    task: Task
    data: DataSet
    workspace: Workspace
    own_seeds: tuple[int, ...] | None = None
    """Seeds that a reviewer asked for."""
    wall_s: float | None = None
    """Seconds that a reviewer lets one run of a candidate take."""

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that every code version is measured with."""
        own = self.own_seeds if self.own_seeds is not None else self.run.config.seeds
        return self.task.run.seeds if own is None else own

    @property
    def limits(self) -> Limits:
        """What one run of a candidate may use."""
        own = {} if self.wall_s is None else {"wall_s": self.wall_s}
        return Limits.model_validate(self.task.run.limits.model_dump() | own)

    def lay_out(self, files: dict[str, str]) -> str:
        """Put a code version's files into the folder that sandboxes are given, and return their content hash."""
        digest = content_hash(files)
        write_folder(files, self.code_folder(digest))
        return digest

    def code_folder(self, digest: str) -> Path:
        """Where the files of this content hash are laid out."""
        return self.run.folder / "code" / digest

    def brief(self) -> TaskBrief:
        """What a model is told of the task."""
        task = self.task
        return TaskBrief(
            name=task.name,
            question=task.question,
            topic=task.topic,
            kind=task.attributes.kind,
            input=task.attributes.input,
            output=task.attributes.output,
            metric=task.metric.name,
            direction=task.metric.direction,
            smallest_difference=task.metric.smallest_difference,
            command=task.run.command,
            wall_s=task.run.limits.wall_s,
        )

    def baseline_files(self) -> tuple[SourceFile, ...]:
        """The baseline's files, as a model sees them."""
        return as_source_files(self.workspace.files(self.workspace.baseline))


def as_source_files(files: dict[str, str]) -> tuple[SourceFile, ...]:
    """Path → text as a request holds it, in the order of the paths."""
    return tuple(SourceFile(path=path, content=text) for path, text in sorted(files.items()))
