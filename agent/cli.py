"""The command `echolocate`: which commands there are, and what becomes of their errors.

A command's module is imported when the command is called: what some need takes seconds to import, and `--help` and a
mistyped name have no use for it.

Exit codes: 0 done; 2 something that was typed or configured cannot be right (one line says what); 3 something outside
does not answer (engine, endpoint) or the disk is full: try again with `resume`; 130 stopped before the end: `resume`
goes on.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.main import get_command

from agent.errors import ModelUnavailable, UserMustAct
from agent.full_disk import is_full_disk
from sandboxes.errors import JobRejected, SandboxUnavailable
from tools.errors import ToolError
from workspaces.errors import TaskInvalid

STOPPED = 130
"""Exit code of what was interrupted."""
_HELP = "A closed-loop research agent: papers, ideas, code, sandboxed experiments, honest measurement, next ideas."
_COMPLETING = "_ECHOLOCATE_COMPLETE"
"""Set by a shell that completes a command line."""


class Command(NamedTuple):
    """Where a command is, and its line in the list of all."""

    place: str
    """`module:function`, or `module:group` of commands."""
    summary: str
    settings: dict[str, Any] = {}  # noqa: RUF012  never changed


COMMANDS = {
    "run": Command("agent.cli_run:run", "Research a task: papers, ideas, code, experiments, verdicts, a report."),
    "discover": Command(
        "agent.cli_discover:discover",
        "Discover in data: objectives, workflows of tools, hypotheses with evidence and controls, a report.",
    ),
    "review": Command(
        "agent.cli_review:review_app", "Judge what a run came up with: on pages in your browser, or here."
    ),
    "resume": Command(
        "agent.cli_run:resume",
        "Go on with a run that was stopped or killed, or waits for people: nothing that was finished is done again.",
    ),
    "status": Command("agent.cli_runs:status", "Say where a run stands."),
    "stop": Command("agent.cli_runs:stop", "Ask the process that works on a run to stop in order."),
    "list": Command("agent.cli_runs:list_runs", "List the runs, newest first."),
    "show": Command(
        "agent.cli_runs:show",
        "Show a run or a part of it: an idea's diff, an attempt's traceback, a hypothesis's evidence.",
    ),
    "report": Command("agent.cli_runs:report", "Write a run's report anew, finished or not, and say where it is."),
    "export": Command(
        "agent.cli_models:export",
        "Write a run's questions and answers into a file that `run --replay` repeats anywhere, without an endpoint.",
    ),
    "task": Command("agent.cli_tasks:task_app", "Tasks: what runs improve, or discover in."),
    "tools": Command("agent.cli_tools:tools_app", "Tools: what a discovery's workflow steps can call."),
    "papers": Command("agent.cli_papers:papers_app", "Papers: your library, the starter library, online sources."),
    "images": Command("agent.cli_images:images_app", "Images: what experiments run in, in Docker."),
    "serve": Command(
        "agent.cli_serve:serve",
        "Serve a model with the vLLM on the PATH until Ctrl-C, and say how to use it.",
        {"context_settings": {"ignore_unknown_options": True}},
    ),
    "doctor": Command("agent.cli_doctor:doctor", "Say what works on this machine, what does not, and what to do."),
}


def load(name: str) -> typer.Typer:
    """A command, imported, as an application of its own."""
    module, _, attribute = COMMANDS[name].place.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        found.pretty_exceptions_enable = False
        return found
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(name, **COMMANDS[name].settings)(found)
    return app


def whole(*, imported: bool) -> typer.Typer:
    """All commands in one application: the real ones, or for a list of them only their names and summaries."""
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=_HELP)
    for name, command in COMMANDS.items():
        if imported:
            app.add_typer(load(name), name=name)
        else:
            app.command(name, help=command.summary)(lambda: None)
    return app


def _dispatch(arguments: list[str]) -> None:
    name = arguments[0] if arguments else ""
    if _COMPLETING in os.environ:
        whole(imported=True)()
    elif name in COMMANDS:
        get_command(load(name))(args=arguments[1:], prog_name=f"echolocate {name}")
    else:
        whole(imported=False)(args=arguments, prog_name="echolocate")


def main() -> None:
    """Run the command; errors that a person can act on are one line each, on standard error."""
    try:
        _dispatch(sys.argv[1:])
    except (UserMustAct, TaskInvalid, JobRejected, ToolError) as error:
        _complain(error, 2)
    except (SandboxUnavailable, ModelUnavailable) as error:
        _complain(error, 3)
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except Exception as error:
        if not is_full_disk(error):
            raise
        _complain("no space is left on the disk: make room; a run that was worked on goes on with `resume`", 3)


def _complain(error: Exception | str, code: int) -> None:
    for line in str(error).splitlines():
        sys.stderr.write(f"echolocate: {line}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
