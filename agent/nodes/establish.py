"""Measure the baseline, here and under the conditions that the ideas will have."""

from __future__ import annotations

from typing import TypedDict

from langgraph.runtime import Runtime

from agent.context import Context
from agent.errors import BadConfiguration
from agent.estimate import estimate
from agent.experiment import baseline_version, measure, scores
from agent.history import BASELINE
from agent.state import State


class Established(TypedDict):
    """The state of a run that has only its baseline."""

    round: int
    proposals: int
    accepted: list[str]
    stop: str


async def establish(state: State, runtime: Runtime[Context]) -> Established:  # noqa: ARG001  (LangGraph passes the state by name)
    """Say what the run may come to, then measure the baseline with every seed.

    Raises:
        BadConfiguration: the baseline does not work, so nothing can be compared with it.
    """
    context = runtime.context
    if expected := estimate(context.run.config, context.brief(), context.baseline_files()):
        context.run.tell("estimate", "", str(expected))
    context.run.tell("baseline", BASELINE, "measuring the baseline")
    rows = await measure(context, baseline_version(context))
    failure = scores(context, rows)
    if isinstance(failure, str):
        raise BadConfiguration(f"task {context.task.name}: the baseline does not work: {failure}")
    return Established(round=1, proposals=0, accepted=[], stop="")
