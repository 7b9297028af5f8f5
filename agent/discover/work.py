"""A discovery's world, and its graph as a method of a run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from agent.answers import RunAnswers
from agent.discover.context import DiscoverContext
from agent.discover.graph import build_discovery
from agent.discover.nodes.workflow import MAX_STEPS, MAX_WORKFLOWS
from agent.discover.state import START
from agent.errors import BadConfiguration
from agent.loop import Method, sources_of
from agent.models.budget import Spending
from agent.models.model import Model
from agent.models.recording import RecordedModel
from agent.run import Run
from sandboxes.sandbox import Sandbox
from tools.registry import find_tools


def _supersteps(run: Run) -> int:
    return 10 + run.config.budget.rounds * (6 + MAX_WORKFLOWS * (2 * MAX_STEPS + 4))


DISCOVER = Method(build_discovery, START, _supersteps)
"""Discover and support hypotheses in data."""


@contextmanager
def open_discovery(
    run: Run, model: Model, sandbox: Sandbox, spending: Spending | None = None
) -> Iterator[DiscoverContext]:
    """Everything that the nodes of a discovery work with.

    Raises:
        BadConfiguration: the run is none that discovers.
    """
    settings = run.config.discover
    if settings is None:
        raise BadConfiguration(f"{run.folder}: this run improves a method; it does not discover")
    pool = ThreadPoolExecutor(max_workers=run.config.experiments, thread_name_prefix="tool")
    try:
        yield DiscoverContext(
            run=run,
            model=RecordedModel(model, RunAnswers(run), sampling=run.config.sampling),
            sandbox=sandbox,
            sources=sources_of(run),
            pool=pool,
            spending=spending,
            worked_before_s=run.seconds_worked(),
            settings=settings,
            toolbox=find_tools(tuple(map(Path, settings.tools)), settings.servers),
        )
    finally:
        pool.shutdown(cancel_futures=True)
