"""Repair code that failed, from its traceback and the local code structure around it (Dolphin, arXiv 2501.03916)."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.attempts import next_attempt, why_no_more
from agent.context import Context, as_source_files
from agent.history import attempts, draft_of, failures, idea_row
from agent.models.requests import RepairCode
from agent.state import IdeaState


async def repair(state: IdeaState, runtime: Runtime[Context]) -> IdeaState:
    """Ask for a repair of the newest attempt. The request holds what the debugging mode lets through."""
    context = runtime.context
    if reason := why_no_more(context, state["idea"]):
        context.run.tell("given up", state["idea"], reason)
        return IdeaState(idea=state["idea"], attempt=state["attempt"], status="given up")
    last = attempts(context.run, state["idea"])[state["attempt"] - 1]
    failure = failures(context.run, state["idea"], upto=state["attempt"])[-1]
    files = context.workspace.files(last.commit)
    request = RepairCode(
        task=context.brief(),
        idea=draft_of(idea_row(context.run, state["idea"])),
        files=as_source_files({path: text for path, text in files.items() if path in (failure.files or files)}),
        summary=failure.summary,
        traceback=failure.traceback,
        structure=failure.structure,
        notes=failure.notes,
        attempt=state["attempt"],
    )
    return await next_attempt(context, state, request, last.commit, f"repair of {failure.summary}"[:120])
