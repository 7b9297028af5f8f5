"""Papers that name what a hypothesis names: pointers for a reader, from the run's library."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.discover.checking import direction_words
from agent.discover.evidence import Stance
from agent.literature.papers import Paper
from agent.literature.retrieval import ask_all
from agent.literature.sources.source import Source
from agent.models.discover_answers import Direction

MOST_PAPERS = 5
_ASKED = 12
_LEAST_NAME = 3
"""Letters that a name needs to be looked for: `AR` or `p21` alone stands in too many texts for something else."""


def stances(sources: Sequence[Source], names: Sequence[str], about: str, direction: Direction) -> tuple[Stance, ...]:
    """Papers whose text names one of the names, with what they say near it.

    Args:
        sources: where papers are looked for.
        names: of the entity.
        about: words of what the hypothesis is about: groups, a disease.
        direction: of the hypothesis.
    """
    sought = [name for name in names if len(name) >= _LEAST_NAME and any(map(str.isalpha, name))]
    if not sought:
        return ()
    papers, _ = ask_all(sources, [f"{sought[0]} {about}".strip()], _ASKED)
    found = (_stance(paper, sought, direction) for paper in papers)
    return tuple(one for one in found if one is not None)[:MOST_PAPERS]


def _stance(paper: Paper, names: Sequence[str], direction: Direction) -> Stance | None:
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
    sentences = [one for one in re.split(r"(?<=[.;!?])\s+", f"{paper.title}. {paper.text}") if pattern.search(one)]
    if not sentences:
        return None
    said = direction_words(" ".join(sentences))
    opposite = {"higher": "lower", "lower": "higher"}.get(direction, "")
    says = "agrees" if said == {direction} else "disagrees" if said == {opposite} else "mentions"
    return Stance(paper=paper.id, title=paper.title, year=paper.year, says=says, passage=sentences[0][:300])
