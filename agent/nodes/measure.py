"""Measure what ran: every seed, scored by the task's evaluator where the labels are."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.context import Context
from agent.experiment import measure as measure_version
from agent.experiment import version_of
from agent.history import attempts
from agent.state import IdeaState


async def measure(state: IdeaState, runtime: Runtime[Context]) -> IdeaState:
    """Measure the newest attempt on the validation split."""
    row = attempts(runtime.context.run, state["idea"])[state["attempt"] - 1]
    await measure_version(runtime.context, version_of(row))
    return state
