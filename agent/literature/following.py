"""From the papers that were found to what lies behind them: what they cite, who cites them, what they say in full."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from agent.literature.similarity import library_space
from agent.literature.sources.online import OnlineSource
from agent.literature.sources.source import Searched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.literature.fulltext import Passage
    from agent.literature.papers import Paper
    from agent.literature.ranking import RankedPaper
    from agent.literature.sources.source import Source

FOLLOWED = 3
"""Papers whose references and citations are asked for, and that are read in full: the best of a round."""
NEIGHBOURS = 20
"""References, and citations, of one paper (Dolphin takes 20)."""
PASSAGES = 3
"""Passages of a full text that are kept."""


@runtime_checkable
class FullTexts(Protocol):
    """A source that has papers' full texts."""

    def full_text(self, paper: Paper) -> tuple[Passage, ...]:
        """The passages of a paper in order; none when it cannot be had."""
        ...


def follow(papers: Sequence[Paper], sources: Sequence[Source]) -> tuple[list[Paper], tuple[Searched, ...]]:
    """What these papers cite and what cites them, from the sources that know it, with a record for each source."""
    found: list[Paper] = []
    searched = []
    for source in sources:
        answers = [source.neighbours(paper, NEIGHBOURS) for paper in papers] if isinstance(source, OnlineSource) else []
        given = [answer for answer in answers if answer is not None]
        if not given:
            continue
        found += [hit.paper for answer in given for hit in answer.hits]
        failed = next((answer.detail for answer in given if answer.status == "error"), "")
        searched.append(
            Searched(
                source=f"{source.name}, references and citations",
                queries=tuple(paper.id for paper in papers),
                status="error" if failed else "ok" if any(answer.hits for answer in given) else "empty",
                found=sum(len(answer.hits) for answer in given),
                detail=failed,
                coverage=next((answer.coverage for answer in given if answer.coverage), ""),
            )
        )
    return found, tuple(searched)


def read_in_full(ranked: Sequence[RankedPaper], sources: Sequence[Source], about: str) -> tuple[RankedPaper, ...]:
    """The same papers, the first `FOLLOWED` of them with the passages of their full text that are nearest to `about`.

    A text that cannot be had or read costs that paper only, and without a PDF reader none is asked for.
    """
    if find_spec("pypdf") is None:
        return tuple(ranked)
    return tuple(
        one.model_copy(update={"passages": _nearest(_full_text(one.paper, sources), about)})
        if place < FOLLOWED
        else one
        for place, one in enumerate(ranked)
    )


def _full_text(paper: Paper, sources: Sequence[Source]) -> tuple[Passage, ...]:
    texts = (source.full_text(paper) for source in sources if isinstance(source, FullTexts))
    return next((text for text in texts if text), ())


def _nearest(passages: Sequence[Passage], about: str) -> tuple[Passage, ...]:
    if not passages:
        return ()
    likeness = library_space().cosine([about], [one.text for one in passages])[0]
    best = sorted(range(len(passages)), key=lambda place: (-likeness[place], place))[:PASSAGES]
    return tuple(passages[place] for place in sorted(best))
