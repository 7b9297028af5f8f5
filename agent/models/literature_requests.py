"""The question of whether papers did already what an idea wants to do."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from agent.models.requests import Answer, PaperExcerpt, Request

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

    papers: tuple[PaperJudgement, ...]


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
        wanted, given = set(range(1, len(self.papers) + 1)), [one.paper for one in answer.papers]
        if sorted(given) == sorted(wanted):
            return ""
        return f"`papers` needs one entry for each of the papers {', '.join(map(str, sorted(wanted)))}"


LITERATURE_REQUESTS: tuple[type[Request[Any]], ...] = (ComparePapers,)
"""Every kind of question about the literature."""
