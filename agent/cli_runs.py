"""The commands that look at runs: `echolocate list`, `status`, `stop`, `show` and `report`."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.cli_options import RunArgument, RunsOption, open_run
from agent.errors import BadConfiguration
from agent.run import Run, run_folders
from agent.show import describe, run_rows

_out = Console()
_DISCOVERIES = "Of a discovery: its table, its objectives, and the hypotheses that were accepted."


def status(run_: RunArgument = "", runs: RunsOption = Path("runs")) -> None:
    """Say where a run stands."""
    with open_run(run_, runs) as opened:
        _out.print(describe(opened, ""))


def stop(run_: RunArgument = "", runs: RunsOption = Path("runs")) -> None:
    """Ask the process that works on a run to stop in order."""
    with open_run(run_, runs) as opened:
        holder = opened.holder()
        if holder is None:
            _out.print(f"{opened.config.id}: no process works on it")
            return
        os.kill(holder, signal.SIGINT)
        _out.print(f"{opened.config.id}: process {holder} stops when what is running has ended")


def list_runs(runs: RunsOption = Path("runs")) -> None:
    """List the runs, newest first."""
    table = Table("run", "task", "model", "state", "ideas", "improved", caption=_DISCOVERIES)
    unreadable: list[str] = []
    for folder in run_folders(runs):
        try:
            with Run.open(folder) as opened:
                table.add_row(*run_rows(opened))
        except BadConfiguration as error:
            unreadable.append(str(error))
    _out.print(table)
    for reason in unreadable:
        _out.print(Text(reason), soft_wrap=True)


def show(
    what: Annotated[
        str,
        typer.Argument(
            help="An idea (r1-2) or attempt (r1-2-a1); of a discovery, an objective (o1-1), a step (o1-1-w1-s2) or a "
            "hypothesis (h1-1-2); the whole run when left out."
        ),
    ] = "",
    run_: Annotated[str, typer.Option("--run", help="A run's name, or its folder; the newest when left out.")] = "",
    runs: RunsOption = Path("runs"),
) -> None:
    """Show a run or a part of it: an idea's diff, an attempt's traceback, a hypothesis's evidence."""
    with open_run(run_, runs) as opened:
        _out.print(describe(opened, what))


def report(run_: RunArgument = "", runs: RunsOption = Path("runs")) -> None:
    """Write a run's report anew, finished or not, and say where it is."""
    from agent.cli_work import write_report_of  # what a run works with takes seconds to import

    with open_run(run_, runs) as opened:
        _out.print(str(write_report_of(opened)), soft_wrap=True)
