"""Does an idea repeat an earlier idea, and which known papers are nearest to it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from agent.literature.papers import Paper
from agent.literature.similarity import TextSpace, library_space
from agent.literature.sources.source import Searched
from agent.literature.words import matched_words, terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAME_IDEA = 0.5
"""Cosine from which on two ideas are taken for the same.

It belongs to this embedding, and was calibrated for it: on 24 ideas with a second wording each (those of the tests) it
finds 38 % of the second wordings and takes none of 1,104 pairs of different ideas for the same. What it misses costs an
experiment; what it wrongly drops is lost, so it errs on the first side. A language model's judgement goes further."""


class Independence(BaseModel):
    """An idea beside the earlier idea that is most like it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    idea: str
    nearest: str | None
    """Id of the most similar earlier idea; None when there is none, or none shares a term."""
    similarity: float
    independent: bool
    embedding: str = TextSpace.name
    """What the similarity was measured with."""
    threshold: float = SAME_IDEA
    """From which on the two would be one; it belongs to the embedding."""


class NearPaper(BaseModel):
    """A known paper near an idea."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: Paper
    similarity: float
    """Cosine of the idea's text with the paper's, 0 to 1."""
    matched: tuple[str, ...]
    """Words of the idea that were found in the paper."""


class NearestPapers(BaseModel):
    """The known papers nearest to an idea, and where they were looked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    papers: tuple[NearPaper, ...]
    searched: tuple[Searched, ...]


def independence(
    ideas: Mapping[str, str], earlier: Mapping[str, str], threshold: float = SAME_IDEA
) -> tuple[Independence, ...]:
    """Compare each idea with all earlier ones and with the independent ones before it in `ideas`.

    Args:
        ideas: id → text of the new ideas, in the order in which they claim to be first.
        earlier: id → text of the ideas of earlier rounds.
        threshold: cosine from which on an idea repeats another.
    """
    known = dict(earlier)
    verdicts = []
    for idea, text in ideas.items():
        verdict = _compared(idea, text, known, threshold)
        verdicts.append(verdict)
        if verdict.independent:
            known[idea] = text
    return tuple(verdicts)


def _compared(idea: str, text: str, known: Mapping[str, str], threshold: float) -> Independence:
    similarity = library_space().cosine([text], list(known.values()))[0] if known else ()
    best, nearest = max(zip(similarity, known, strict=True), default=(0.0, None), key=lambda pair: pair[0])
    return Independence(
        idea=idea,
        nearest=nearest if best > 0 else None,
        similarity=round(float(best), 4),
        independent=bool(best < threshold),
        threshold=threshold,
    )


def nearest_papers(text: str, papers: Sequence[Paper], searched: Sequence[Searched], k: int = 5) -> NearestPapers:
    """The `k` of these papers that are nearest to an idea's text, nearest first, with what they were found in."""
    similarity = library_space().cosine([text], [paper.text for paper in papers])[0] if papers else ()
    near = sorted(zip(similarity, papers, strict=True), key=lambda pair: (-pair[0], pair[1].id))[:k]
    return NearestPapers(
        papers=tuple(
            NearPaper(paper=paper, similarity=round(float(value), 4), matched=matched_words(text, terms(paper.text)))
            for value, paper in near
        ),
        searched=tuple(searched),
    )
