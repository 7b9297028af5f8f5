"""Decide whether another round is worth its cost."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.context import Context
from agent.records import IdeaRecord
from agent.state import State


async def decide(state: State, runtime: Runtime[Context]) -> dict[str, int | str]:
    """Go on to the next round, or say why the run ends."""
    context, round_ = runtime.context, state["round"]
    stop = context.spent()
    if not stop and round_ >= context.run.config.budget.rounds:
        stop = "the one round is done" if round_ == 1 else f"all {round_} rounds are done"
    # Ideas that people rejected are new ones too: why they were rejected is what the next round needs.
    new = {row.decision for row in context.run.all(IdeaRecord, round=round_)} & {"accepted", "rejected"}
    if not stop and not new:
        stop = f"round {round_} brought no new idea"
    if stop:
        context.run.tell("finishing", f"r{round_}", stop)
        return {"stop": stop}
    context.run.tell("next round", f"r{round_ + 1}", f"round {round_ + 1} of {context.run.config.budget.rounds}")
    return {"round": round_ + 1}
