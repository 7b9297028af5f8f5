"""Questions about papers: how well they fit a task, and whether they did already what an idea wants to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from agent.models.request import Answer, Leeway, Request, keyed_by
from agent.models.requests import PaperExcerpt

Same = Literal["yes", "no", "unclear"]


class PaperJudgement(Answer):
    """An idea beside one paper."""

    paper: int
    """Its number in the question, from 1."""
    same_problem: Same
    same_method: Same
    same_claim: Same
    different: str = Field(default="", max_length=600)
    """What the idea does that the paper does not."""


class JudgedPapers(Answer):
    """An answer to `ComparePapers`."""

    papers: Annotated[tuple[PaperJudgement, ...], keyed_by("paper")]


class ComparePapers(Request[JudgedPapers]):
    """Which of these papers have an idea's problem, its method, its claim?"""

    kind = "compare_papers"
    answer_type = JudgedPapers

    problem: str
    method: str
    claim: str
    papers: tuple[PaperExcerpt, ...]

    def flaw_of(self, answer: JudgedPapers) -> str:
        """A paper that is left out is not thereby another one."""
        return _missing(self.papers, [one.paper for one in answer.papers])

    def leeway(self) -> Leeway:
        """One entry for each paper, by its number."""
        return Leeway(keys={"papers": ("paper", range(1, len(self.papers) + 1))})


class PaperScores(Answer):
    """How well a paper fits a task, each from 1 to 10."""

    paper: int
    """Its number in the question, from 1."""
    topic: int
    same_input: int
    same_output: int
    empirical: int
    interesting: int
    reason: str = Field(default="", max_length=600)


class ScoredPapers(Answer):
    """An answer to `ScorePapers`."""

    papers: Annotated[tuple[PaperScores, ...], keyed_by("paper")]


class ScorePapers(Request[ScoredPapers]):
    """How well do these papers fit a task? The criteria are Dolphin's (arXiv 2501.03916)."""

    kind = "score_papers"
    answer_type = ScoredPapers

    topic: str
    input: str
    output: str
    papers: tuple[PaperExcerpt, ...]

    def flaw_of(self, answer: ScoredPapers) -> str:
        """Every paper has its scores, and they are on the scale."""
        scores = [value for one in answer.papers for value in one.model_dump(exclude={"paper", "reason"}).values()]
        if any(not 1 <= value <= 10 for value in scores):
            return "every score is a whole number from 1 to 10"
        return _missing(self.papers, [one.paper for one in answer.papers])

    def leeway(self) -> Leeway:
        """One entry for each paper, by its number, with scores on the scale."""
        scores = PaperScores.model_fields.keys() - {"paper", "reason"}
        return Leeway(
            choices={name: range(1, 11) for name in scores},
            keys={"papers": ("paper", range(1, len(self.papers) + 1))},
        )


def _missing(papers: Sequence[PaperExcerpt], given: Sequence[int]) -> str:
    """The flaw of an answer that does not have one entry for each paper."""
    wanted = list(range(1, len(papers) + 1))
    if sorted(given) == wanted:
        return ""
    return f"`papers` needs one entry for each of the papers {', '.join(map(str, wanted))}"


LITERATURE_REQUESTS: tuple[type[Request[Any]], ...] = (ComparePapers, ScorePapers)
"""Every kind of question about the literature."""
