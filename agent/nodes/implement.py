"""Write an idea's first code: changes to the baseline, in a branch of its own."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.attempts import next_attempt
from agent.context import Context
from agent.history import draft_of, idea_row
from agent.models.requests import WriteCode
from agent.state import IdeaState


async def implement(state: IdeaState, runtime: Runtime[Context]) -> IdeaState:
    """Ask for the code, unless the budget has ended: then the idea is not tried, and the record says so."""
    context = runtime.context
    row = idea_row(context.run, state["idea"])
    if reason := context.spent():
        row.decision, row.decision_reason = "not tried", reason
        context.run.save(row)
        context.run.tell("not tried", row.id, reason)
        return IdeaState(idea=row.id, attempt=0, status="given up")
    draft = draft_of(row)
    request = WriteCode(task=context.brief(), idea=draft, files=context.baseline_files())
    return await next_attempt(context, state, request, context.workspace.baseline, draft.title)
