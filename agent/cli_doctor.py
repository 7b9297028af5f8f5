"""The command `echolocate doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agent.cli_options import RunsOption
from agent.config import RULE_BASED, ModelChoice
from agent.doctor import examine

_out = Console()


def doctor(
    model: Annotated[str, typer.Option(help="A model of the endpoint, to see what it can do.")] = RULE_BASED,
    base_url: Annotated[
        str | None, typer.Option(envvar="OPENAI_BASE_URL", help="An OpenAI-compatible endpoint.")
    ] = None,
    runs: RunsOption = Path("runs"),
) -> None:
    """Say what works on this machine, what does not, and what to do."""
    for finding in examine(ModelChoice(name=model, base_url=base_url), runs):
        mark = "[green]works[/]" if finding.works else "[yellow]no[/]   "
        _out.print(f"{mark}  {finding.what:<20}", end=" ")
        _out.print(finding.detail, markup=False, soft_wrap=True)
