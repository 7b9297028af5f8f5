"""A language model as judge of how well papers fit a task, as in Dolphin."""

from __future__ import annotations

from statistics import mean
from typing import TYPE_CHECKING

from agent.errors import BudgetSpent, ModelFailed
from agent.literature.ranking import RankedPaper, Score
from agent.models.literature_requests import PaperScores, ScorePapers
from agent.models.requests import PaperExcerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.models.model import Model

TOGETHER = 10
"""Papers that one question is about: as many abstracts as a small model's context holds."""
_EXCERPT = 1200


async def score_by(
    model: Model, ranked: Sequence[RankedPaper], topic: str, task_input: str, task_output: str
) -> tuple[RankedPaper, ...]:
    """The papers with a model's scores, best first: the mean of topic, input, output, empirical and interesting.

    Papers for which it gives no usable answer keep the scores that they came with, and `judge` says so.
    """
    scored: list[RankedPaper] = []
    for start in range(0, len(ranked), TOGETHER):
        batch = ranked[start : start + TOGETHER]
        request = ScorePapers(
            topic=topic, input=task_input, output=task_output, papers=tuple(_excerpt(one) for one in batch)
        )
        try:
            answer = await model.ask(request)
        except (ModelFailed, BudgetSpent):
            scored += batch
            continue
        by_number = {one.paper: one for one in answer.papers}
        scored += [_scored(one, by_number[number], model.name) for number, one in enumerate(batch, start=1)]
    return tuple(sorted(scored, key=lambda one: (-one.score, one.paper.id)))


def _excerpt(ranked: RankedPaper) -> PaperExcerpt:
    paper = ranked.paper
    return PaperExcerpt(id=paper.id, title=paper.title, year=paper.year, text=paper.text[:_EXCERPT])


def _scored(ranked: RankedPaper, given: PaperScores, judge: str) -> RankedPaper:
    scores = {
        name: Score(value=value, said=given.reason)
        for name, value in given.model_dump(exclude={"paper", "reason"}).items()
    }
    return ranked.model_copy(update={**scores, "score": mean(one.value for one in scores.values()), "judge": judge})
