"""Drop ideas that repeat an earlier one; say of those that stay what is known of their novelty.

An idea that the literature knows is not dropped: it may still improve this baseline, and only a measurement tells. But
nothing is called new that was not looked for.
"""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from agent.config import RULE_BASED
from agent.context import Context
from agent.history import draft_of
from agent.literature.asking import assess_by
from agent.literature.novelty import Independence, independence, nearest_papers
from agent.literature.prior_work import Idea, assess, find_candidates
from agent.models.literature_requests import ComparePapers
from agent.models.requests import IdeaDraft
from agent.models.usage import asking_about
from agent.records import IdeaRecord
from agent.review.queue import offer
from agent.state import State


async def screen(state: State, runtime: Runtime[Context]) -> dict[str, list[str]]:
    """Decide on each idea of the round, in order, up to the number that the budget allows."""
    context, round_ = runtime.context, state["round"]
    run = context.run
    # In the order in which they were proposed: what was accepted stays accepted when more ideas are asked for.
    rows = sorted(run.all(IdeaRecord), key=lambda row: (row.round, int(row.id.rpartition("-")[2])))
    known = {row.id: draft_of(row).summary for row in rows if row.round < round_ and row.decision != "dropped"}
    accepted: list[str] = []
    for row in (row for row in rows if row.round == round_):
        draft = draft_of(row)
        # What an idea takes over from others is theirs: only what it adds has to be new.
        others = {key: text for key, text in known.items() if key not in draft.builds_on}
        (verdict,) = await asyncio.to_thread(independence, {row.id: draft.summary}, others)
        row.decision, row.decision_reason = _decide(verdict, room=len(accepted) < run.config.budget.ideas)
        row.nearest = {"idea": verdict.model_dump(mode="json")}
        if row.decision == "accepted":
            await _look_for_prior_work(context, row, draft)
            accepted.append(row.id)
            known[row.id] = draft.summary
            offer(run, "idea", row.id, round_, draft.title)
        run.save(row)
        run.tell(row.decision, row.id, row.decision_reason)
    return {"accepted": accepted}


def _decide(verdict: Independence, *, room: bool) -> tuple[str, str]:
    if not verdict.independent:
        likeness = f"similarity {verdict.similarity:.2f}, and {verdict.threshold:.2f} is too close"
        return "dropped", f"repeats {verdict.nearest} ({likeness})"
    if not room:
        return "dropped", "the round has all its ideas"
    nearest = f"; the nearest is {verdict.nearest} ({verdict.similarity:.2f})" if verdict.nearest else ""
    return "accepted", f"repeats no earlier idea{nearest}"


async def _look_for_prior_work(context: Context, row: IdeaRecord, draft: IdeaDraft) -> None:
    """Keep with the idea the papers nearest to it and the verdict on its novelty."""
    attributes = context.task.attributes
    problem = f"{context.task.topic}. From {attributes.input} to {attributes.output}."
    idea = Idea(problem=problem, method=draft.summary, claim=draft.motivation)
    candidates, searched = await asyncio.to_thread(find_candidates, idea, context.sources)
    near = nearest_papers(draft.summary, candidates, searched)
    found = await asyncio.to_thread(assess, idea, candidates, searched)
    if context.run.config.model_for(ComparePapers.kind).name != RULE_BASED:
        with asking_about(row.id):
            found = await assess_by(context.model, idea, candidates, searched) or found
    row.nearest |= {"papers": near.model_dump(mode="json"), "novelty": found.model_dump(mode="json")}
    context.run.tell("novelty", row.id, found.in_words, verdict=found.verdict)
