"""Decide whether another round is worth its cost."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.discover.context import DiscoverContext
from agent.discover.design import groups
from agent.discover.nodes.profile import profiled
from agent.discover.records import ObjectiveRecord
from agent.discover.state import State


async def decide(state: State, runtime: Runtime[DiscoverContext]) -> dict[str, int | str]:
    """Go on to the next round, whose objectives build on what was found, or say why the run ends."""
    context, round_ = runtime.context, state["round"]
    stop = context.spent()
    if not stop and round_ >= context.run.config.budget.rounds:
        stop = "the one round is done" if round_ == 1 else f"all {round_} rounds are done"
    if not stop and not context.run.all(ObjectiveRecord, round=round_):
        stop = f"round {round_} brought no new objective{_why_none(context)}"
    if stop:
        context.run.tell("finishing", f"r{round_}", stop)
        return {"stop": stop}
    context.run.tell("next round", f"r{round_ + 1}", f"round {round_ + 1} of {context.run.config.budget.rounds}")
    return {"round": round_ + 1}


def _why_none(context: DiscoverContext) -> str:
    """What a person can do about it, where it is the data that lacks something."""
    if context.run.all(ObjectiveRecord):
        return ""
    if "samples" not in context.files:
        return ": without a sample sheet (--samples) there are no groups to compare"
    if not groups(profiled(context), context.settings.hints):
        return ": no column of the sample sheet was taken for groups; --group, --time or --event names one"
    return ""
