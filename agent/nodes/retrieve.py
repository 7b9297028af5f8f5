"""Find the papers that the next ideas are drawn from."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from agent.config import RULE_BASED
from agent.context import Context
from agent.history import past_ideas
from agent.literature.embedding import find_embedder
from agent.literature.retrieval import Retrieval
from agent.literature.retrieval import retrieve as search
from agent.literature.scoring import score_by
from agent.models.literature_requests import ScorePapers
from agent.models.usage import asking_about
from agent.records import PaperRecord, SearchRecord
from agent.state import State


async def retrieve(state: State, runtime: Runtime[Context]) -> dict[str, int]:
    """Ask every source, rank what they gave, and keep the papers with their scores.

    From the second round on, what improved is part of the topic, so that ideas can build on it.
    """
    context, round_ = runtime.context, state["round"]
    found = await asyncio.to_thread(_search, context)
    config = context.run.config
    if config.retrieval == "ranked" and config.model_for(ScorePapers.kind).name != RULE_BASED:
        task = context.task
        with asking_about(f"r{round_}"):
            scored = await score_by(
                context.model, found.ranked, task.topic, task.attributes.input, task.attributes.output
            )
        found = found.model_copy(update={"ranked": scored})
    _keep(context, round_, found)
    silent = [one.source for one in found.searched if one.status == "error"]
    text = f"{len(found.ranked)} papers" + (f"; no answer from {', '.join(silent)}" if silent else "")
    text += f"; left out as retracted: {', '.join(found.retracted)}" if found.retracted else ""
    context.run.tell("retrieved", f"r{round_}", text, papers=len(found.ranked))
    return {"proposals": 0}


def _search(context: Context) -> Retrieval:
    task = context.task
    improved = [idea.title for idea in past_ideas(context.run) if idea.verdict == "improved"]
    return search(
        ". ".join([task.topic, *improved]),
        task.attributes.input,
        task.attributes.output,
        context.sources,
        mode=context.run.config.retrieval,
        limit=context.run.config.bank,
        by_meaning=find_embedder(),
    )


def _keep(context: Context, round_: int, found: Retrieval) -> None:
    papers = [
        PaperRecord(
            id=f"r{round_}/{one.paper.id}",
            round=round_,
            rank=rank,
            paper=one.paper.model_dump(mode="json"),
            ranking=one.model_dump(mode="json", exclude={"paper"}),
        )
        for rank, one in enumerate(found.ranked, start=1)
    ]
    searches = [
        SearchRecord(
            id=f"r{round_}/{one.source}",
            round=round_,
            **one.model_dump(include={"source", "status", "coverage", "detail"}),
        )
        for one in found.searched
    ]
    context.run.save(*papers, *searches)
