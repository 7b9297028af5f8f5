"""Working on a run from the command line: showing it as it goes, and saying how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from agent.cli_serve import served
from agent.display import Style, following
from agent.review.queue import pending
from agent.run import Run
from agent.session import choose_sandbox, session_model

if TYPE_CHECKING:
    from agent.context import Workplace
    from agent.loop import Method

STOPPED = 130
"""Exit code of a run that was stopped before its end."""
_out = Console()


def work_on(opened: Run, *, as_json: bool, patient: bool = False, gpus: str = "") -> None:
    """Work on a run until it ends, rests or is stopped; with these GPUs, or the run's own when empty."""

    def warn(text: str) -> None:
        opened.tell("sandbox", "", text)
        say(as_json, text)

    style: Style = "json" if as_json else "live" if _out.is_terminal else "plain"
    from agent.loop import work  # here, since LangGraph takes its time and `--help` has no use for it

    opening, method = _what_is_done(opened)
    with opened, opened.locked(), served(opened):
        model, spending = session_model(opened)
        sandbox = choose_sandbox(opened.config, gpus, warn)
        with opening(opened, model, sandbox, spending) as context:
            say(as_json, f"{model.describes_itself}\nSandbox: {sandbox.isolation.summary}")
            with following(opened, style, _out):
                ending = asyncio.run(work(context, method, patient=patient))
        waiting = len(pending(opened))
    if ending == "resting":
        name = opened.config.id
        say(as_json, f"At rest: {waiting} to judge. Look with: echolocate review walk {name}")
        say(as_json, f"Then go on with: echolocate resume {name}")
        return
    if ending == "stopped":
        say(as_json, f"Stopped. Go on with: echolocate resume {opened.config.id}")
        raise typer.Exit(STOPPED)
    say(as_json, f"Report: {opened.folder / 'report.html'}")


def _what_is_done(run: Run) -> tuple[Callable[..., AbstractContextManager[Workplace]], Method]:
    """How the run's world is opened, and its graph."""
    if run.config.discover is not None:
        from agent.discover.work import DISCOVER, open_discovery

        return open_discovery, DISCOVER
    from agent.loop import IMPROVE, open_context

    return open_context, IMPROVE


def write_report_of(run: Run) -> Path:
    """Write a run's report, whatever it is after; returns where it lies."""
    if run.config.discover is not None:
        from agent.discover.report import write_discovery

        return write_discovery(run)
    from agent.review.report import write_report

    return write_report(run)


def say(as_json: bool, text: str) -> None:
    """Tell a person something; programs read the events alone."""
    if not as_json:
        _out.print(text, markup=False, highlight=False, soft_wrap=True)
