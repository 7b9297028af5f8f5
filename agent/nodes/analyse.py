"""Judge each idea of the round: a verdict with its interval and its reason."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.context import Context
from agent.history import attempts, draft_of, idea_row
from agent.judgement import judge
from agent.records import VerdictRecord
from agent.state import State


async def analyse(state: State, runtime: Runtime[Context]) -> dict[str, list[str]]:
    """Compare what was measured with the baseline, and close each idea's branch with a commit that says the verdict.

    An idea that the budget left untried gets no verdict.
    """
    context = runtime.context
    for idea in state["accepted"]:
        row = idea_row(context.run, idea)
        if row.decision != "accepted":
            continue
        verdict = judge(context, idea, "validation", context.run.config.planned_ideas)
        _close_branch(context, verdict, draft_of(row).title)
        context.run.tell("verdict", idea, verdict.reason, verdict=verdict.verdict, title=draft_of(row).title)
    return {"accepted": []}


def _close_branch(context: Context, verdict: VerdictRecord, title: str) -> None:
    tried = attempts(context.run, verdict.idea_id)
    start = context.workspace.start_idea(verdict.idea_id)
    files = context.workspace.files(tried[-1].commit if tried else start)
    message = f"{verdict.idea_id}: {verdict.verdict}: {title}\n\n{verdict.reason}"
    context.workspace.commit(verdict.idea_id, f"{verdict.idea_id}-verdict", files, message)
