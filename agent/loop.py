"""Working on a run: from its folder to its end, or to where it was stopped."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import platformdirs
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.errors import GraphDrained
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import RunControl

from agent.answers import RunAnswers
from agent.context import Context, Workplace
from agent.errors import BadConfiguration
from agent.graph import build_graph
from agent.literature.embedding import find_embedder
from agent.literature.searching import local_sources
from agent.literature.sources.choose import answer_cache, choose_sources
from agent.literature.sources.local import LocalSource
from agent.literature.sources.source import Source
from agent.models.budget import Spending
from agent.models.model import Model
from agent.models.recording import RecordedModel
from agent.review.attending import answers, collect, wait
from agent.review.queue import pending
from agent.run import Run
from agent.state import State
from sandboxes.sandbox import Sandbox
from workspaces import task as tasks
from workspaces.data import prepare
from workspaces.workspace import Workspace

Ending = Literal["finished", "stopped", "resting"]
"""`resting`: at a gate, until there is a verdict to go on with."""
START = State(round=1, proposals=0, accepted=[], stop="")


def cache_folder() -> Path:
    """Where what can be made again is kept between runs: data sets."""
    return Path(platformdirs.user_cache_dir("echolocate"))


@contextmanager
def open_context(run: Run, model: Model, sandbox: Sandbox, spending: Spending | None = None) -> Iterator[Context]:
    """Everything that the nodes work with.

    Raises:
        BadConfiguration: the task is not what it was when the run began.
        TaskInvalid: the task's folder is not as it must be, or its data cannot be made.
    """
    task = tasks.find(run.config.task)
    if run.config.task_hash not in ("", tasks.fingerprint(task)):
        raise BadConfiguration(f"{task.folder}: the task changed since the run began; start a new run for the new task")
    pool = ThreadPoolExecutor(max_workers=run.config.experiments, thread_name_prefix="experiment")
    try:
        yield Context(
            run=run,
            task=task,
            data=prepare(task, cache_folder() / "data"),
            workspace=Workspace.create(run.folder / "workspace", task),
            model=RecordedModel(model, RunAnswers(run), sampling=run.config.sampling),
            sandbox=sandbox,
            sources=sources_of(run),
            pool=pool,
            spending=spending,
            worked_before_s=run.seconds_worked(),
        )
    finally:
        pool.shutdown(cancel_futures=True)


def sources_of(run: Run) -> tuple[Source, ...]:
    """Where a run looks for papers."""
    own = (LocalSource("your papers", run.own_papers, find_embedder()),) if run.own_papers.exists() else ()
    online = choose_sources(run.config.sources, offline=run.config.offline, cache=answer_cache())
    return (*own, *local_sources(), *online)


class Method(NamedTuple):
    """What is done in a run: its graph, where that begins, and how long its longest way is."""

    build: Callable[[BaseCheckpointSaver[Any]], CompiledStateGraph[Any, Any, Any, Any]]
    start: Mapping[str, object]
    supersteps: Callable[[Run], int]
    """LangGraph has no natural end for a loop."""


def _supersteps(run: Run) -> int:
    budget = run.config.budget
    return 10 + 12 * budget.rounds + 3 * (budget.max_repairs + 4)


IMPROVE = Method(build_graph, START, _supersteps)
"""Improve a method that a metric can measure."""


async def work(context: Workplace, method: Method = IMPROVE, *, patient: bool = False) -> Ending:
    """Work on a run until it ends, rests or is asked to stop; goes on where an earlier process left it.

    At a gate it waits for as long as the run's time-out says, or without end when it is patient. That is no work: it
    takes nothing from the budget.
    """
    while True:
        ending = await _session(context, method)
        if ending != "resting" or not await _judged(context.run, patient=patient):
            return ending
        context = replace(context, worked_before_s=context.run.seconds_worked(), started=time.monotonic())


async def _judged(run: Run, *, patient: bool) -> bool:
    """Wait for a verdict; Ctrl-C ends the waiting, and the run rests."""
    try:
        return await wait(run, patient=patient)
    except asyncio.CancelledError:
        return False


async def _session(context: Workplace, method: Method) -> Ending:
    """Go on until the run ends, reaches a gate without a verdict, or is asked to stop.

    The first interrupt (Ctrl-C or SIGTERM) lets what is running end and then stops; the second one ends it at once.
    Either way the run can be resumed.
    """
    run = context.run
    run.tell("session", "", "work begins", pid=run.holder())
    await asyncio.to_thread(context.sandbox.reap)
    control = RunControl()
    async with AsyncSqliteSaver.from_conn_string(str(run.checkpoints)) as saver:
        config = RunnableConfig(configurable={"thread_id": run.config.id}, recursion_limit=method.supersteps(run))
        with _interrupts(run, control):
            try:
                return await _follow(method.build(saver), method.start, config, context, control)
            except (GraphDrained, asyncio.CancelledError):
                run.tell("stopped", "", f"stopped; `echolocate resume {run.config.id}` goes on from here")
                return "stopped"


async def _follow(
    graph: CompiledStateGraph[Any, Any, Any, Any],
    start: Mapping[str, object],
    config: RunnableConfig,
    context: Workplace,
    control: RunControl,
) -> Ending:
    """Go through the graph, at each gate with the verdicts that there are."""
    run, state = context.run, await graph.aget_state(config)
    await asyncio.to_thread(collect, run)
    given = answers(run, state.interrupts) if state.values else start
    while True:
        gone = await graph.ainvoke(given, config, context=context, durability="sync", control=control, version="v2")
        await asyncio.to_thread(collect, run)
        given = answers(run, gone.interrupts)
        if not gone.interrupts:
            return "finished"
        if given is None:
            run.tell("resting", "", f"waits for {len(pending(run))} verdicts")
            return "resting"


@contextmanager
def _interrupts(run: Run, control: RunControl) -> Iterator[None]:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def interrupt() -> None:
        if control.drain_requested and task is not None:
            task.cancel()
            return
        control.request_drain("interrupted")
        run.tell("stopping", "", "stopping when what is running has ended; once more to stop at once")

    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in signals:
            with suppress(ValueError):
                loop.remove_signal_handler(number)
