"""Was this idea had before? A structured verdict, with the papers that it rests on.

An idea is *known* when one paper has both its problem and its method (Si, Yang and Hashimoto, 2024, "Can LLMs generate
novel research ideas?" match papers by the same two questions). That a paper is about the same things is not enough: a
new method for an old problem resembles every paper on that problem.

Without a language model, likeness is the TF-IDF cosine of the idea's problem or method with the paper's sentence that
is nearest to it. The question is put in several wordings, and where they disagree the verdict is `unsure`. So it is
where a source failed or too little was searched: what was not looked at cannot make an idea novel.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from agent.literature.papers import Paper
from agent.literature.retrieval import ask_all
from agent.literature.similarity import library_space
from agent.literature.sources.source import Searched
from agent.literature.words import sentences, terms, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from agent.literature.sources.source import Source

Same = Literal["yes", "no", "unclear"]
Verdict = Literal["novel", "known", "unsure"]

COMPARED = 5
"""Papers that an idea is compared with."""
SAME = 0.33
"""Likeness from which on a problem or method counts as the same."""
DIFFERENT = 0.25
"""Likeness below which it counts as another one. Between the two it is unclear. Both were chosen on ideas made from a
corpus (`tests/benchmarks/novelty.py`); the figures in docs/literature.md are of other ideas, made with another seed."""
WIDE = 50_000
"""Papers that must have been searched, where no online source answered, before anything is called novel."""
_AGREEING = 0.75
"""Share of the wordings that must agree."""


class Idea(NamedTuple):
    """What is compared: three texts."""

    problem: str
    method: str
    claim: str


class Comparison(BaseModel):
    """An idea beside one paper."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: Paper
    same_problem: Same
    same_method: Same
    same_claim: Same
    likeness: float
    """0 to 1: how far this one paper covers problem and method both."""
    passage: str
    """The paper's sentence that is nearest to the method."""
    different: str
    """What of the method the paper does not have."""

    @property
    def in_words(self) -> str:
        """One line for a person."""
        answers = f"same problem: {self.same_problem}; method: {self.same_method}; claim: {self.same_claim}"
        return f"{answers}. {self.different}. Nearest passage: “{self.passage}”"


class Asked(BaseModel):
    """What came of one wording."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    nearest: str
    """Id of the paper that covers most of the idea; empty when nothing was found."""
    likeness: float


class Novelty(BaseModel):
    """Whether an idea is new, as far as was looked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    reason: str
    judge: str = "tf-idf"
    """What compared: `tf-idf`, or the name of a language model."""
    comparisons: tuple[Comparison, ...]
    """With the nearest papers, nearest first."""
    asked: tuple[Asked, ...]
    """One a wording; the first is the idea as it was proposed."""
    searched: tuple[Searched, ...]

    @property
    def in_words(self) -> str:
        """One line for a person."""
        asked = f"{self.judge} over {len(self.asked)} wordings, likeness within {self.spread:.2f}"
        return f"{self.verdict}: {self.reason} ({asked})"

    @property
    def spread(self) -> float:
        """Largest difference of likeness between wordings."""
        values = [one.likeness for one in self.asked]
        return max(values) - min(values) if values else 0.0


def wordings(idea: Idea) -> tuple[Idea, ...]:
    """The idea as it is, and three times with every third word left out: a verdict that hangs on few words shows it."""
    return (idea, *(Idea(*(_without_third(text, start) for text in idea)) for start in range(3)))


def _without_third(text: str, start: int) -> str:
    return " ".join(word for place, word in enumerate(text.split()) if place % 3 != start)


def find_candidates(
    idea: Idea, sources: Sequence[Source], k: int = 20
) -> tuple[tuple[Paper, ...], tuple[Searched, ...]]:
    """The papers to compare an idea with, `k` a source: the nearest to its whole text, its method and its claim."""
    queries = [" ".join(idea), idea.method, f"{idea.method} {idea.claim}"]
    papers, searched = ask_all(sources, list(dict.fromkeys(queries)), k)
    return tuple(papers[: k * max(1, len(sources))]), searched


def assess(idea: Idea, candidates: Sequence[Paper], searched: Sequence[Searched]) -> Novelty:
    """The verdict by words, over several wordings of the idea.

    Args:
        idea: as it was proposed.
        candidates: the papers that the search found.
        searched: in what.
    """
    rounds = [compare(wording, candidates) for wording in wordings(idea)]
    return conclude(rounds, searched)


def compare(idea: Idea, papers: Sequence[Paper]) -> tuple[Comparison, ...]:
    """Compare an idea with papers; the `COMPARED` nearest, nearest first."""
    if not papers:
        return ()
    split = [sentences(paper.text) for paper in papers]
    by_sentence = library_space().cosine(idea, [sentence for one in split for sentence in one])
    parts = np.split(by_sentence, np.cumsum([len(one) for one in split])[:-1], axis=1)
    compared = [_compared(idea, *each) for each in zip(papers, split, parts, strict=True)]
    return tuple(sorted(compared, key=lambda one: (-one.likeness, one.paper.id))[:COMPARED])


def _compared(idea: Idea, paper: Paper, told: Sequence[str], likeness: NDArray[np.float64]) -> Comparison:
    problem, method, claim = (float(value) for value in likeness.max(axis=1))
    found = set(terms(paper.text))
    telling = ((word, terms(word)) for word in dict.fromkeys(words(idea.method)))
    missing = [word for word, stems in telling if stems and stems[0] not in found]
    return Comparison(
        paper=paper,
        same_problem=_same(problem),
        same_method=_same(method),
        same_claim=_same(claim),
        likeness=round(min(problem, method), 4),
        passage=told[int(likeness[1].argmax())],
        different=f"not in the paper: {', '.join(missing)}" if missing else "every word of the method is in the paper",
    )


def _same(likeness: float) -> Same:
    return "yes" if likeness >= SAME else "no" if likeness < DIFFERENT else "unclear"


def conclude(rounds: Sequence[Sequence[Comparison]], searched: Sequence[Searched], judge: str = "tf-idf") -> Novelty:
    """The verdict over all wordings.

    Args:
        rounds: the comparisons of each wording, the idea as it was proposed first.
        searched: what the candidates were found in.
        judge: who compared.
    """
    asked = tuple(_asked(comparisons) for comparisons in rounds)
    told = Counter(one.verdict for one in asked).most_common()
    verdict, votes = told[0]
    reason = _because(verdict, rounds[0])
    if votes < _AGREEING * len(asked):
        verdict, reason = "unsure", f"its wordings disagree: {', '.join(f'{n} say {one}' for one, n in told)}"
    if verdict == "novel" and (gap := _gap(searched)):
        verdict, reason = "unsure", gap
    return Novelty(
        verdict=verdict,
        reason=reason,
        judge=judge,
        comparisons=tuple(rounds[0]),
        asked=asked,
        searched=tuple(searched),
    )


def _asked(comparisons: Sequence[Comparison]) -> Asked:
    answers = {(one.same_problem, one.same_method) for one in comparisons}
    known = ("yes", "yes") in answers
    open_ = any("no" not in one for one in answers)
    nearest = comparisons[0] if comparisons else None
    return Asked(
        verdict="known" if known else "unsure" if open_ else "novel",
        nearest=nearest.paper.id if nearest else "",
        likeness=nearest.likeness if nearest else 0.0,
    )


def _because(verdict: Verdict, comparisons: Sequence[Comparison]) -> str:
    if not comparisons:
        return "no paper found that shares a word with it"
    nearest = min(comparisons, key=_difference).paper
    return {
        "known": f"“{nearest.title}” has the same problem and the same method",
        "unsure": f"“{nearest.title}” may have the same problem and method",
        "novel": f"none of the {len(comparisons)} nearest papers has both its problem and its method",
    }[verdict]


def _difference(comparison: Comparison) -> int:
    """How far a paper is from having problem and method both; equal ones stay in the order of their likeness."""
    return sum({"yes": 0, "unclear": 1, "no": 3}[same] for same in (comparison.same_problem, comparison.same_method))


def _gap(searched: Sequence[Searched]) -> str:
    """Why what was searched does not allow to call anything novel; empty when it does."""
    silent = [one.source for one in searched if one.status == "error"]
    if silent:
        return f"nothing like it was found, but {', '.join(silent)} could not be asked"
    if any(one.papers is None for one in searched):
        return ""
    papers = sum(one.papers or 0 for one in searched)
    return "" if papers >= WIDE else f"nothing like it was found, but only {papers:,} papers were searched"
