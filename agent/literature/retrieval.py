"""Papers for a task from every source that answers, merged and ranked, with a record of what was searched."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from agent.literature.following import FOLLOWED, follow, read_in_full
from agent.literature.papers import merge_records
from agent.literature.ranking import BANK, By, RankedPaper, rank
from agent.literature.sources.source import Searched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.literature.papers import Paper
    from agent.literature.similarity import Similarity
    from agent.literature.sources.source import SearchResult, Source

Mode = Literal["none", "plain", "ranked"]
"""The published ablation: no papers, papers by topic, papers by topic and the task's attributes."""


class Retrieval(BaseModel):
    """Ranked papers, and what was searched for them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranked: tuple[RankedPaper, ...] = ()
    searched: tuple[Searched, ...] = ()
    retracted: tuple[str, ...] = ()
    """Ids of papers that were found and left out, because they no longer stand."""


def retrieve(
    topic: str,
    task_input: str,
    task_output: str,
    sources: Sequence[Source],
    *,
    mode: Mode = "ranked",
    limit: int = BANK,
    by_meaning: Similarity | None = None,
) -> Retrieval:
    """Ask all sources and return the `limit` best papers. A source that fails is recorded and the others go on.

    Retracted papers are left out. With `ranked`, what the best papers cite and what cites them is ranked as well, and
    the best are read in full where a source has their text.

    Args:
        topic: what the research is about.
        task_input: what goes into the method.
        task_output: what comes out of it.
        sources: where to look; records of one paper from several are merged.
        mode: the ablation switch.
        limit: how many papers are kept.
        by_meaning: an embedding model that ranks; by words without it.
    """
    if mode == "none":
        return Retrieval()
    queries = [topic]
    if mode == "ranked":
        queries += [f"{topic} {task_input}", f"{topic} {task_output}", f"{task_input} {task_output}"]
    # Twice as many as are kept, so that ranking has something to choose from.
    papers, searched = ask_all(sources, queries, 2 * limit)
    by: By = "attributes" if mode == "ranked" else "topic"

    def best(candidates: Sequence[Paper]) -> tuple[RankedPaper, ...]:
        standing = [paper for paper in candidates if not paper.retracted]
        return rank(standing, topic, task_input, task_output, by=by, limit=limit, by_meaning=by_meaning)

    ranked = best(papers)
    if mode == "ranked":
        named = [one.paper for one in ranked if one.paper.doi or one.paper.arxiv or one.paper.pmid]
        followed, links = follow(named[:FOLLOWED], sources)
        searched += links
        if followed:
            papers = merge_records([*papers, *followed])
            ranked = best(papers)
        ranked = read_in_full(ranked, sources, f"{topic} {task_input} {task_output}")
    return Retrieval(ranked=ranked, searched=searched, retracted=tuple(one.id for one in papers if one.retracted))


def ask_all(sources: Sequence[Source], queries: Sequence[str], k: int) -> tuple[list[Paper], tuple[Searched, ...]]:
    """Put every query to every source; return the papers found, merged, best ranks first, and a record for each source.

    The sources are asked side by side, so that a slow one costs its own time and not everybody's.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(sources))) as pool:
        answers = list(pool.map(lambda source: [source.search(query, k) for query in queries], sources))
    # In the order of their ranks, because scores of different sources cannot be compared.
    by_rank = zip_longest(*(answer.hits for of_source in answers for answer in of_source))
    papers = [hit.paper for hits in by_rank for hit in hits if hit]
    return merge_records(papers), tuple(_summary(of_source, queries) for of_source in answers)


def _summary(answers: Sequence[SearchResult], queries: Sequence[str]) -> Searched:
    statuses = {answer.status for answer in answers}
    status: Literal["ok", "empty", "error"] = "error" if "error" in statuses else "ok" if "ok" in statuses else "empty"
    return Searched(
        source=answers[0].source,
        queries=tuple(queries),
        status=status,
        found=sum(len(answer.hits) for answer in answers),
        detail=next((answer.detail for answer in answers if answer.status == "error"), ""),
        coverage=next((answer.coverage for answer in answers if answer.coverage), ""),
        papers=answers[0].papers,
    )
