"""Judge each idea of the round: a verdict with its interval and its reason."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.context import Context
from agent.history import idea_row
from agent.judgement import conclude
from agent.state import State


async def analyse(state: State, runtime: Runtime[Context]) -> dict[str, list[str]]:
    """Compare what was measured with the baseline. An idea that was left untried, or rejected, gets no verdict."""
    context = runtime.context
    for idea in state["accepted"]:
        if idea_row(context.run, idea).decision == "accepted":
            conclude(context, idea)
    return {"accepted": []}
