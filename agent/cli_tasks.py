"""The commands below `echolocate task`."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table

from agent.cli_options import SandboxOption
from agent.config import ModelChoice
from agent.history import BASELINE
from workspaces.discovery import find_discovery, list_discoveries
from workspaces.errors import TaskInvalid
from workspaces.task import EXAMPLE, TEMPLATE, discovers, find, list_tasks, scaffold, task_folder
from workspaces.validation import validate

task_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Tasks: what runs improve, or discover in.")
TaskArgument = Annotated[str, typer.Argument(help="Name of a built-in task, or a task's folder.")]
_out = Console()


@task_app.command("list")
def list_() -> None:
    """List the built-in tasks."""
    table = Table("start with", "question", "metric", "better")
    for task in list_tasks():
        table.add_row(f"echolocate run {task.name}", task.question, task.metric.name, task.metric.direction)
    for found in list_discoveries():
        table.add_row(f"echolocate discover {found.name}", found.question)
    _out.print(table)


@task_app.command()
def show(task: TaskArgument) -> None:
    """Show a task: its question, data, and metric or what is known."""
    folder = task_folder(task)
    found = find_discovery(task) if discovers(folder) else find(task)
    _out.print(Markdown((found.folder / "README.md").read_text(encoding="utf-8")))
    _out.print(f"Folder: {found.folder}", markup=False, soft_wrap=True)


@task_app.command()
def new(
    name: Annotated[str, typer.Argument(help="Small letters, digits and hyphens.")],
    folder: Path = Path(),
    discover: Annotated[bool, typer.Option("--discover", help="A task that discovers, not one that improves.")] = False,
) -> None:
    """Make the folder of a new task, ready to run and to be changed."""
    made = scaffold(name, folder / name, EXAMPLE if discover else TEMPLATE)
    _out.print(f"{made}: change it, then try `echolocate task validate {made}`", markup=False, soft_wrap=True)


@task_app.command("validate")
def validate_(task: TaskArgument) -> None:
    """Check a task: files, data, labels, metric. One line per mistake."""
    if discovers(task_folder(task)):
        with tempfile.TemporaryDirectory(prefix="echolocate-") as made:
            find_discovery(task).files(Path(made))
    elif problems := validate(find(task)):
        raise TaskInvalid(problems)
    _out.print(f"{task}: a valid task", markup=False)


@task_app.command()
def baseline(task: TaskArgument, sandbox: SandboxOption = "auto") -> None:
    """Run a task's baseline with every seed and print its metric on the validation split."""
    # Here, since what a run works with takes seconds to import, and the commands above have no use for it.
    from agent.experiment import baseline_version, measure
    from agent.loop import open_context
    from agent.models.rule_based.model import RuleBasedModel
    from agent.session import choose_sandbox, new_run

    with tempfile.TemporaryDirectory(prefix="echolocate-") as folder:
        run = new_run(
            Path(folder),
            name=BASELINE,
            task=task,
            model=ModelChoice(),
            sandbox=sandbox,
            budget={},
            experiments=1,
            seeds=None,
            error_rate=0.05,
            sources="",
            offline=False,
            papers=[],
            retrieval="none",
            debug_context="full",
        )
        with run, open_context(run, RuleBasedModel(), choose_sandbox(run.config)) as context:
            for row in asyncio.run(measure(context, baseline_version(context))):
                value = row.reason if row.metric is None else f"{context.task.metric.name} {row.metric:.6g}"
                _out.print(f"seed {row.seed}: {value} ({row.wall_s:.1f} s)", markup=False)
