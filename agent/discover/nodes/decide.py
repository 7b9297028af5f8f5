"""Decide whether another round is worth its cost."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.discover.context import DiscoverContext
from agent.discover.records import ObjectiveRecord
from agent.discover.state import State


async def decide(state: State, runtime: Runtime[DiscoverContext]) -> dict[str, int | str]:
    """Go on to the next round, whose objectives build on what was found, or say why the run ends."""
    context, round_ = runtime.context, state["round"]
    stop = context.spent()
    if not stop and round_ >= context.run.config.budget.rounds:
        stop = "the one round is done" if round_ == 1 else f"all {round_} rounds are done"
    if not stop and not context.run.all(ObjectiveRecord, round=round_):
        stop = f"round {round_} brought no new objective"
    if stop:
        context.run.tell("finishing", f"r{round_}", stop)
        return {"stop": stop}
    context.run.tell("next round", f"r{round_ + 1}", f"round {round_ + 1} of {context.run.config.budget.rounds}")
    return {"round": round_ + 1}
