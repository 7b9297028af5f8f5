"""Ask for ideas, from the ranked papers and from what earlier rounds showed."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.context import Context
from agent.errors import BudgetSpent, ModelFailed
from agent.history import draft_of, past_ideas
from agent.literature.ranking import RankedPaper, inspiring
from agent.models.requests import IdeaDraft, PaperExcerpt, ProposeIdeas
from agent.models.usage import asking_about
from agent.records import IdeaRecord, PaperRecord
from agent.review.past import past_reviews
from agent.state import State

MAX_PROPOSALS = 3
"""Times that a round asks for ideas before it goes on with fewer than it wants."""
_EXCERPT = 1500
"""Characters of a paper's text that a request shows: an abstract, not more."""


async def propose(state: State, runtime: Runtime[Context]) -> dict[str, int]:
    """Ask for one round's ideas and keep them as proposed.

    A model that has no usable answer leaves the round without ideas; the run goes on to what it knows.
    """
    context, round_ = runtime.context, state["round"]
    wanted = context.run.config.budget.ideas
    count = wanted - len(context.run.all(IdeaRecord, round=round_, decision="accepted"))
    papers = _excerpts(context, round_)
    request = ProposeIdeas(
        task=context.brief(),
        round=round_,
        count=count,
        papers=papers,
        history=past_ideas(context.run),
        rejected=tuple(draft_of(row).summary for row in context.run.all(IdeaRecord, round=round_, decision="dropped")),
        reviews=past_reviews(context.run),
        files=context.baseline_files(),
    )
    context.run.tell("proposing", f"r{round_}", f"asking {context.model.name} for {count} ideas")
    try:
        with asking_about(f"r{round_}"):
            drafts = (await context.model.ask(request)).ideas[:count]
    except (ModelFailed, BudgetSpent) as error:
        context.run.tell("model failed", f"r{round_}", f"no ideas: {error}")
        drafts = ()
    shown = {paper.id for paper in papers}
    for number, draft in enumerate(drafts, start=state["proposals"] * wanted + 1):
        row = IdeaRecord(
            id=f"r{round_}-{number}", round=round_, draft=_only_shown(draft, shown).model_dump(mode="json")
        )
        context.run.save(row)
        context.run.tell("proposed", row.id, draft.title)
    return {"proposals": state["proposals"] + 1}


def _excerpts(context: Context, round_: int) -> tuple[PaperExcerpt, ...]:
    """The papers that score high enough to inspire ideas, best first."""
    ranked = [_ranked(row) for row in context.run.all(PaperRecord, PaperRecord.rank, round=round_)]
    return tuple(
        PaperExcerpt(id=one.paper.id, title=one.paper.title, year=one.paper.year, text=_text(one))
        for one in inspiring(ranked, context.run.config.inspiring)
    )


def _text(ranked: RankedPaper) -> str:
    """An abstract, and of a paper that was read in full the passages nearest to the task."""
    return "\n".join([ranked.paper.text[:_EXCERPT], *(f"Page {one.page}: {one.text}" for one in ranked.passages)])


def _ranked(row: PaperRecord) -> RankedPaper:
    return RankedPaper.model_validate({**row.ranking, "paper": row.paper})


def _only_shown(draft: IdeaDraft, shown: set[str]) -> IdeaDraft:
    """The idea without citations of papers that it was not shown: a model may make papers up."""
    return draft.model_copy(update={"cites": tuple(cite for cite in draft.cites if cite.paper in shown)})
