"""The list of commands says what the commands say of themselves, without importing them."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest
import typer
from typer.main import get_command

from agent.cli import COMMANDS, load, whole


@pytest.mark.parametrize("name", COMMANDS)
def test_a_summary_is_the_commands_own(name: str) -> None:
    own = inspect.cleandoc(get_command(load(name)).help or "")
    assert own.partition("\n\n")[0].replace("\n", " ") == COMMANDS[name].summary


LARGE = {"sklearn", "scipy", "openai", "langgraph", "matplotlib"}
"""Libraries whose import takes a command that does not need them from half a second to seconds."""


@pytest.mark.parametrize(
    "program",
    [
        "sys.argv = ['echolocate', '--help']\nfrom agent.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nassert 'sqlalchemy' not in sys.modules",
        "import agent.cli_runs, agent.discover.show",
    ],
    ids=["help", "list, status, show"],
)
def test_looking_at_commands_and_runs_needs_no_large_library(program: str) -> None:
    program = f"import sys\n{program}\nsys.exit(' '.join({LARGE} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_completion_knows_the_real_commands() -> None:
    group = get_command(whole(imported=True))
    context = typer.Context(group)
    assert group.list_commands(context) == list(COMMANDS)  # type: ignore[attr-defined]
