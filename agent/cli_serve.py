"""Serving a model with vLLM: `echolocate serve`, and `run --serve` for the length of a run."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated

import platformdirs
import typer
from rich.console import Console

from agent.cli_models import DEFAULT
from agent.config import ModelChoice, OwnSettings
from agent.errors import BadConfiguration
from agent.models.serving import served_name, serving
from agent.run import Run

ServeOption = Annotated[
    str | None, typer.Option(help="Serve this model with vLLM for the run; options of vllm may follow it.")
]
SERVE_SETTINGS = {"ignore_unknown_options": True}
"""So that vLLM's own options pass through."""
_PENDING = "http://127.0.0.1/v1"
"""Address of a model that is not served yet: the port is known once it is."""
_out = Console()


def serve(
    arguments: Annotated[list[str], typer.Argument(metavar="MODEL [VLLM OPTIONS]", help="As for `vllm serve`.")],
) -> None:
    """Serve a model with the vLLM on the PATH until Ctrl-C, and say how to use it."""
    log = platformdirs.user_log_path("echolocate", ensure_exists=True) / f"vllm-{os.getpid()}.log"
    _out.print(f"Starting vLLM; its log is {log}", markup=False, soft_wrap=True)
    with suppress(KeyboardInterrupt), serving(arguments, log) as server:
        name = shlex.quote(served_name(arguments))
        _out.print(f"Ready: OPENAI_BASE_URL={server.base_url} echolocate run digits --model {name}", soft_wrap=True)
        server.wait()


def choice_served(words: str, own: OwnSettings) -> ModelChoice:
    """The model of `--serve`, sampled as the person's default is to be.

    Raises:
        BadConfiguration: the words cannot be told apart.
    """
    try:
        arguments = shlex.split(words)
    except ValueError as error:
        raise BadConfiguration(f"--serve {words}: {error}") from None
    if not arguments:
        raise BadConfiguration("--serve: should name a model, such as Qwen/Qwen2.5-Coder-7B-Instruct")
    served = {"name": served_name(arguments), "base_url": _PENDING, "serve": tuple(arguments)}
    return own.models.get(DEFAULT, ModelChoice()).model_copy(update=served)


@contextmanager
def served(run: Run) -> Iterator[None]:
    """Serve a run's model within the block, where the run is to serve it itself.

    Raises: what `serving` raises.
    """
    model = run.config.model
    if model.serve is None or run.config.replays:
        yield
        return
    _out.print("Starting vLLM", markup=False, soft_wrap=True)
    with serving(model.serve, run.folder / "vllm.log") as server:
        # In memory only: the address is another one each time.
        run.config = run.config.model_copy(update={"model": model.model_copy(update={"base_url": server.base_url})})
        yield
