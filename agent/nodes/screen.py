"""Drop ideas that repeat an earlier one; show the nearest papers beside those that stay."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from agent.context import Context
from agent.history import draft_of
from agent.literature.novelty import SAME_IDEA, Independence, independence, nearest_papers
from agent.records import IdeaRecord
from agent.review.queue import offer
from agent.state import State


async def screen(state: State, runtime: Runtime[Context]) -> dict[str, list[str]]:
    """Decide on each idea of the round, in order, up to the number that the budget allows."""
    accepted = await asyncio.to_thread(_screen, runtime.context, state["round"])
    return {"accepted": accepted}


def _screen(context: Context, round_: int) -> list[str]:
    run = context.run
    # In the order in which they were proposed: what was accepted stays accepted when more ideas are asked for.
    rows = sorted(run.all(IdeaRecord), key=lambda row: (row.round, int(row.id.rpartition("-")[2])))
    known = {row.id: draft_of(row).summary for row in rows if row.round < round_ and row.decision != "dropped"}
    accepted: list[str] = []
    for row in (row for row in rows if row.round == round_):
        draft = draft_of(row)
        # What an idea takes over from others is theirs: only what it adds has to be new.
        others = {key: text for key, text in known.items() if key not in draft.builds_on}
        (verdict,) = independence({row.id: draft.summary}, others)
        row.decision, row.decision_reason = _decide(verdict, room=len(accepted) < run.config.budget.ideas)
        near = nearest_papers(draft.summary, context.sources)
        row.nearest = {"idea": verdict.model_dump(mode="json"), "papers": near.model_dump(mode="json")}
        if row.decision == "accepted":
            accepted.append(row.id)
            known[row.id] = draft.summary
            offer(run, "idea", row.id, round_, draft.title)
        run.save(row)
        run.tell(row.decision, row.id, row.decision_reason)
    return accepted


def _decide(verdict: Independence, *, room: bool) -> tuple[str, str]:
    if not verdict.independent:
        likeness = f"similarity {verdict.similarity:.2f}, and {SAME_IDEA:.2f} is too close"
        return "dropped", f"repeats {verdict.nearest} ({likeness})"
    if not room:
        return "dropped", "the round has all its ideas"
    nearest = f"; the nearest is {verdict.nearest} ({verdict.similarity:.2f})" if verdict.nearest else ""
    return "accepted", f"repeats no earlier idea{nearest}"
