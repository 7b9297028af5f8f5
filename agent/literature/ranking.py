"""Papers ranked by topic *and* by the task's attributes, what goes in and what comes out.

The idea is Dolphin's (Yuan et al., 2025, "Dolphin: closed-loop open-ended auto-research through thinking, practice, and
feedback"): a paper on the topic that takes another input or gives another output inspires ideas that cannot be tried.
There a language model gives each paper a score from 1 to 10; here the retrieval model does, and `RankedPaper.judge`
says which one it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from agent.literature.fulltext import Passage
from agent.literature.papers import Paper
from agent.literature.similarity import Similarity, TextSpace
from agent.literature.words import matched_words, sentences, terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

BANK = 50
"""Papers that are kept for a round; published default."""
INSPIRING = 8.0
"""Papers must score above this of 10 to inspire ideas; published default."""

By = Literal["topic", "attributes"]


class Score(BaseModel):
    """How well a paper fits one description, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float
    """0 (nothing in common) to 10 (the best of the candidates)."""
    matched: tuple[str, ...] = ()
    """Words of the description that were found in the paper."""
    passage: str = ""
    """The paper's sentence that is nearest to the description."""
    said: str = ""
    """A language model's reason."""

    @property
    def reason(self) -> str:
        """One line for a person."""
        if self.said:
            return self.said
        return f"{', '.join(self.matched)}: “{self.passage}”" if self.matched else "no word in common"


class RankedPaper(BaseModel):
    """A paper with its scores."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: Paper
    score: float
    """0 to 10. Without a language model: ten times the share of the other candidates that do not beat it."""
    topic: Score
    same_input: Score
    same_output: Score
    empirical: Score | None = None
    """That it tries a new method in experiments; None where no language model judged."""
    interesting: Score | None = None
    """That it may inspire something new; likewise."""
    judge: str = "tf-idf"
    """What gave the scores: `tf-idf`, or the name of an embedding or language model."""
    passages: tuple[Passage, ...] = ()
    """Of its full text, those nearest to the task; only for the few papers that matter most."""


def rank(
    papers: Sequence[Paper],
    topic: str,
    task_input: str,
    task_output: str,
    *,
    by: By = "attributes",
    limit: int = BANK,
    by_meaning: Similarity | None = None,
) -> tuple[RankedPaper, ...]:
    """Return the `limit` best papers, best first; papers that score alike in the order of their ids.

    Args:
        papers: candidates, each once.
        topic: what the research is about.
        task_input: what goes into the method, such as "8×8 grey images of handwritten digits".
        task_output: what comes out, such as "one of ten classes".
        by: `topic` alone is plain retrieval, the published ablation. With `attributes`, standardised scores for topic
            and for the attributes (mean of input and output) are added.
        limit: how many papers are kept.
        by_meaning: an embedding model that ranks in the place of TF-IDF, which then only chooses the twice as many
            papers that are ranked by it: to embed an abstract takes a tenth of a second.
    """
    if not papers:
        return ()
    if by_meaning is not None:
        papers = [one.paper for one in rank(papers, topic, task_input, task_output, by=by, limit=2 * limit)]
    space = TextSpace([paper.text for paper in papers])
    by_topic = _Facet(space, papers, topic, by_meaning)
    by_input = _Facet(space, papers, task_input, by_meaning)
    by_output = _Facet(space, papers, task_output, by_meaning)
    fused = _standardised(by_topic.similarity)
    if by == "attributes":
        fused = fused + _standardised(_standardised(by_input.similarity) + _standardised(by_output.similarity))
    beaten = np.searchsorted(np.sort(fused), fused, side="right") - 1
    overall = 10 * beaten / max(len(papers) - 1, 1)
    ranked = (
        RankedPaper(
            paper=paper,
            score=round(float(overall[i]), 3),
            topic=by_topic.score(i),
            same_input=by_input.score(i),
            same_output=by_output.score(i),
            judge=(by_meaning or space).name,
        )
        for i, paper in enumerate(papers)
    )
    return tuple(sorted(ranked, key=lambda one: (-one.score, one.paper.id))[:limit])


def inspiring(ranked: Sequence[RankedPaper], above: float = INSPIRING) -> tuple[RankedPaper, ...]:
    """Papers good enough to draw ideas from."""
    return tuple(one for one in ranked if one.score > above)


class _Facet:
    """One description's similarity to every paper, and each paper's sentence that is nearest to it.

    The whole paper is compared, not its best sentence: on CSFCube that ranks better (see docs/literature.md).
    """

    def __init__(
        self, space: TextSpace, papers: Sequence[Paper], description: str, by_meaning: Similarity | None
    ) -> None:
        self._description = description
        self._papers = papers
        texts = [paper.text for paper in papers]
        self.similarity: Values = (by_meaning or space).cosine([description], texts)[0]
        split = [sentences(paper.text) for paper in papers]
        by_sentence = space.cosine([description], [sentence for one in split for sentence in one])[0]
        parts = np.split(by_sentence, np.cumsum([len(one) for one in split])[:-1])
        self._passages = [one[int(part.argmax())] for one, part in zip(split, parts, strict=True)]

    def score(self, i: int) -> Score:
        best = self.similarity.max()
        matched = matched_words(self._description, terms(self._papers[i].text))
        return Score(
            value=round(10 * max(0.0, float(self.similarity[i] / best)), 3) if best > 0 else 0.0,
            matched=matched,
            passage=self._passages[i] if matched else "",
        )


def _standardised(values: Values) -> Values:
    spread = values.std()
    return (values - values.mean()) / spread if spread > 0 else np.zeros_like(values)
