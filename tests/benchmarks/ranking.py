"""Ranking by topic and task attribute against either alone, on CSFCube's queries by facet.

Run as a script; needs `zstandard` and the test data (ECHOLOCATE_TEST_DATA), whose vectors were made by the original
embedding model. Prints NDCG at 20 % of each query's candidates, the means by facet, and paired intervals by
bootstrap. Ends with exit code 1 when topic and attribute together are below 0.61 over all.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from retrieval import DATA, records_of

from agent.literature.embedding import unit
from agent.literature.papers import Paper
from agent.literature.ranking import rank

FOLDER = DATA / "bench" / "csfcube"
FACETS = ("background", "method", "result")
KINDS = {"objective": "background"}
GATE = 0.61
Record = dict[str, Any]


class Query(NamedTuple):
    """A paper and one facet of it, and how near the candidates are to that."""

    paper: Paper
    facet: str
    said: str
    """The paper's sentences on the facet."""
    grades: dict[str, int]


class Given:
    """The test data's vectors as an embedding model that knows these texts alone."""

    name = "given"

    def __init__(self, vectors: dict[str, np.ndarray]) -> None:
        self._vectors = vectors

    def cosine(self, left: Sequence[str], right: Sequence[str]) -> np.ndarray:
        return np.stack([self._vectors[text] for text in left]) @ np.stack([self._vectors[text] for text in right]).T


def main() -> None:
    """Print both tables."""
    papers = {one["_id"]: one for one in records_of(FOLDER / "corpus.jsonl.zst")}
    queries = list(queries_of(papers))
    embedding = Given(vectors_of(papers, queries))
    print("| ranking | background | method | result | all |")
    print("|---|---|---|---|---|")
    gains = {}
    for judge, space in (("tf-idf", None), ("embedding", embedding)):
        for name in ("topic alone", "attribute alone", "both"):
            gains[judge, name] = [gain(query, papers, name, space) for query in queries]
            print(f"| {judge}, {name} | {table_row(queries, gains[judge, name])} |")
    for name in ("topic alone", "attribute alone"):
        low, middle, high = interval(gains["embedding", "both"], gains["embedding", name])
        print(f"embedding: both against {name}: {middle:+.3f} [{low:+.3f}, {high:+.3f}]")
    sys.exit(statistics.mean(gains["embedding", "both"]) < GATE)


def as_paper(record: Record) -> Paper:
    """A record of the test data."""
    told = " ".join(record["abstract"])
    return Paper(id=record["_id"], title=record["title"], abstract=told, source="csfcube")


def queries_of(papers: dict[str, Record]) -> Iterator[Query]:
    """All queries with their grades."""
    for facet in FACETS:
        judged = json.loads((FOLDER / f"test-pid2anns-csfcube-{facet}.json").read_text(encoding="utf-8"))
        for paper, one in judged.items():
            record = papers[paper]
            told = zip(record["abstract"], record["facets"], strict=True)
            said = " ".join(sentence for sentence, kind in told if KINDS.get(kind, kind) == facet)
            grades = dict(zip(one["cands"], one["relevance_adju"], strict=True))
            grades = {candidate: grade for candidate, grade in grades.items() if candidate != paper}
            yield Query(as_paper(record), facet, said, grades)


def vectors_of(papers: dict[str, Record], queries: Sequence[Query]) -> dict[str, np.ndarray]:
    """Text → vector, of all papers and of the queries' facets."""
    with np.load(FOLDER / "minilm_int8.npz") as file:
        kinds = {kind: unit(file[kind].astype(np.float32)) for kind in ("full", *FACETS)}
        at = {str(paper): place for place, paper in enumerate(file["ids"])}
    vectors = {as_paper(record).text: kinds["full"][at[paper]] for paper, record in papers.items() if paper in at}
    return vectors | {query.said: kinds[query.facet][at[query.paper.id]] for query in queries}


def gain(query: Query, papers: dict[str, Record], name: str, space: Given | None) -> float:
    """NDCG at 20 % of a query's candidates."""
    topic = query.said if name == "attribute alone" else query.paper.text
    ranked = rank(
        [as_paper(papers[one]) for one in query.grades],
        topic,
        query.said,
        query.said,
        by="attributes" if name == "both" else "topic",
        limit=len(query.grades),
        by_meaning=space,
    )
    grades = [query.grades[one.paper.id] for one in ranked]
    first = math.ceil(0.2 * len(grades))
    return discounted(grades[:first]) / discounted(sorted(grades, reverse=True)[:first])


def discounted(grades: Sequence[int]) -> float:
    """Discounted cumulative gain."""
    return sum(grade / math.log2(place + 2) for place, grade in enumerate(grades))


def table_row(queries: Sequence[Query], gains: Sequence[float]) -> str:
    """The means of each facet and of all queries."""
    by_facet = [[one for query, one in zip(queries, gains, strict=True) if query.facet == facet] for facet in FACETS]
    return " | ".join(f"{statistics.mean(one):.3f}" for one in (*by_facet, gains))


def interval(one: Sequence[float], other: Sequence[float]) -> tuple[float, float, float]:
    """95 % interval and mean of the paired difference, by bootstrap over queries."""
    difference = np.subtract(one, other)
    drawn = np.random.default_rng(0).choice(difference, (10_000, len(difference))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(difference.mean()), float(high)


if __name__ == "__main__":
    main()
