"""A language model as judge of novelty, over the candidates that the search found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.errors import BudgetSpent, ModelFailed
from agent.literature.prior_work import COMPARED, Comparison, Idea, Novelty, compare, conclude, wordings
from agent.models.literature_requests import ComparePapers, PaperJudgement
from agent.models.requests import PaperExcerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.literature.papers import Paper
    from agent.literature.sources.source import Searched
    from agent.models.model import Model

ASKED = 3
"""Times that a model is asked about an idea, each time in another wording and with the papers in another order."""
_EXCERPT = 1200
"""Characters of a paper that it is shown: most of an abstract."""


async def assess_by(
    model: Model, idea: Idea, candidates: Sequence[Paper], searched: Sequence[Searched]
) -> Novelty | None:
    """The verdict of a model; None when it gives no usable answer, and then the verdict by words stands.

    No usable answer is also the same yes to all of several papers: small models say so whatever they are asked.

    Args:
        model: any that answers `ComparePapers`.
        idea: as it was proposed.
        candidates: the papers that the search found.
        searched: in what.
    """
    nearest = compare(idea, candidates)[:COMPARED]
    if not nearest:
        return None
    rounds = []
    for shift, wording in enumerate(wordings(idea)[:ASKED]):
        turned = nearest[shift:] + nearest[:shift]
        request = ComparePapers(
            problem=wording.problem,
            method=wording.method,
            claim=wording.claim,
            papers=tuple(_excerpt(one.paper) for one in turned),
        )
        try:
            answer = await model.ask(request)
        except (ModelFailed, BudgetSpent):
            return None
        if len(turned) > 1 and all(one.same_problem == one.same_method == "yes" for one in answer.papers):
            return None
        rounds.append([_judged(turned[one.paper - 1], one) for one in sorted(answer.papers, key=_number)])
    return conclude(rounds, searched, judge=model.name)


def _excerpt(paper: Paper) -> PaperExcerpt:
    return PaperExcerpt(id=paper.id, title=paper.title, year=paper.year, text=paper.text[:_EXCERPT])


def _number(judgement: PaperJudgement) -> int:
    return judgement.paper


def _judged(by_words: Comparison, judgement: PaperJudgement) -> Comparison:
    """The model's answers in the place of those by words; likeness and passage stay, as the evidence that they are."""
    answers = judgement.model_dump(include={"same_problem", "same_method", "same_claim", "different"})
    return by_words.model_copy(update=answers)
