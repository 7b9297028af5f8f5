"""What the command line says of models: which ones, what they cost, and what a run of them may come to."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agent.config import ModelChoice, OwnSettings, read_settings
from agent.errors import BadConfiguration
from agent.models.prices import Price, known_prices
from agent.recordings import Recording, read_recording, record_of, scrubbed, write_recording
from agent.run import Run
from agent.session import billed

DEFAULT = "default"
"""Name, among the kinds of questions, of the model that answers all others."""
_out = Console()


def own_settings(path: Path | None) -> OwnSettings:
    """What the file of `--config` says; nothing without one.

    Raises:
        BadConfiguration: it cannot be read, or is not as it must be.
    """
    return OwnSettings() if path is None else read_settings(path, OwnSettings)


def chosen(own: OwnSettings, name: str | None, base_url: str | None) -> tuple[ModelChoice, dict[str, ModelChoice]]:
    """The model that answers by default, and those for kinds of questions.

    What is typed goes before what the file says. An address that neither says is that of the default's endpoint.

    Raises:
        BadConfiguration: an address that no endpoint can have.
    """
    default = own.models.get(DEFAULT, ModelChoice())
    if name is not None:
        default = default.model_copy(update={"name": name, "base_url": default.base_url or base_url})
    if default.name == ModelChoice().name:
        default = ModelChoice()
    elif default.base_url is None:
        default = default.model_copy(update={"base_url": base_url})
    others = {kind: choice for kind, choice in own.models.items() if kind != DEFAULT}
    address = default.base_url or base_url
    others = {
        kind: one if one.base_url else one.model_copy(update={"base_url": address}) for kind, one in others.items()
    }
    for one in (default, *others.values()):
        if one.base_url and not one.base_url.startswith(("http://", "https://")):
            raise BadConfiguration(f"base URL {one.base_url}: should begin with http:// or https://")
    return default, others


def ask_prices(choices: Iterable[ModelChoice], own: Mapping[str, Price], *, needed: bool) -> dict[str, Price]:
    """The person's prices; where money is limited (`needed`), a terminal is asked for those that nobody knows."""
    prices = dict(own)
    models = billed(choices) if needed and sys.stdin.isatty() else []
    for model in models:
        if model not in known_prices(models, prices):
            prompt, completion = (
                typer.prompt(f"{model}: dollars for a million {what} tokens (0 if it is free)", type=float)
                for what in ("prompt", "completion")
            )
            prices[model] = Price(prompt=prompt, completion=completion)
    return prices


def find_recording(what: str, runs: Path) -> Recording:
    """The recording of a run (its name or folder), or in a file.

    Raises:
        BadConfiguration: it is neither.
    """
    for folder in (runs / what, Path(what)):
        if (folder / "run.toml").is_file():
            with Run.open(folder) as run:
                return record_of(run)
    return read_recording(Path(what))


def export(
    run: Annotated[str, typer.Argument(help="A run's name, or its folder.")],
    recording: Annotated[Path, typer.Option(help="File to write: questions, answers, costs; without keys.")],
    runs: Annotated[Path, typer.Option(envvar="ECHOLOCATE_RUNS", help="Folder of the runs.")] = Path("runs"),
) -> None:
    """Write a run's questions and answers into a file that `run --replay` repeats anywhere, without an endpoint."""
    found = find_recording(run, runs)
    write_recording(scrubbed(found), recording)
    _out.print(f"{recording}: {len(found.answers)} answers of {found.config.id}", markup=False, soft_wrap=True)
