from __future__ import annotations

import pytest
from pydantic import ValidationError

from agent.literature.novelty import nearest_papers
from agent.literature.papers import Paper
from agent.literature.retrieval import ask_all, retrieve
from agent.literature.sources.source import Hit, SearchResult

DIGITS = Paper(title="Digits by forests", source="a", notes="Takes small images. Gives a class.")
SAME_DIGITS = Paper(title="Digits by forests.", source="b", doi="10.1000/digits")
OTHER = Paper(title="Denoising", source="b", notes="Takes small images. Gives an image.")
ASKED = ("digits", "small images", "a class")


class Source:
    """A source outside the project, as it may behave."""

    def __init__(self, name, papers=(), failing_queries=()):
        self.name = name
        self.papers = papers
        self.failing = failing_queries
        self.queries = []

    def search(self, query, k):
        self.queries.append(query)
        if self.failing == "all" or query in self.failing:
            return SearchResult(source=self.name, status="error", detail="429 Too Many Requests")
        hits = tuple(Hit(paper=paper, score=1.0) for paper in self.papers[:k])
        return SearchResult(
            source=self.name, status="ok" if hits else "empty", hits=hits, coverage=f"all of {self.name}"
        )


def test_every_source_is_asked_several_queries_and_records_merge():
    sources = [Source("a", [DIGITS]), Source("b", [SAME_DIGITS, OTHER])]
    found = retrieve(*ASKED, sources)
    assert [one.paper.title for one in found.ranked] == ["Digits by forests", "Denoising"]
    assert found.ranked[0].paper.doi == "10.1000/digits"
    assert len(sources[0].queries) == len(set(sources[0].queries)) >= 3
    assert [one.coverage for one in found.searched] == ["all of a", "all of b"]


def test_a_source_that_fails_is_recorded_and_the_others_go_on():
    found = retrieve(*ASKED, [Source("down", failing_queries="all"), Source("b", [OTHER])])
    assert [one.paper for one in found.ranked] == [OTHER]
    assert [one.status for one in found.searched] == ["error", "ok"]
    assert found.searched[0].detail == "429 Too Many Requests"


def test_one_failed_query_is_the_sources_failure_but_keeps_the_rest():
    found = retrieve(*ASKED, [Source("a", [DIGITS], failing_queries=("digits",))])
    assert [one.paper for one in found.ranked] == [DIGITS]
    assert found.searched[0].status == "error"


def test_nothing_found_is_not_a_failure():
    found = retrieve(*ASKED, [Source("a")])
    assert found.ranked == ()
    assert found.searched[0].status == "empty"


def test_the_ablation_switch():
    source = Source("a", [DIGITS, OTHER])
    assert retrieve(*ASKED, [source], mode="none").ranked == ()
    assert source.queries == []
    retrieve(*ASKED, [source], mode="plain")
    assert source.queries == ["digits"]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "error"},
        {"status": "ok"},
        {"status": "empty", "hits": (Hit(paper=DIGITS, score=1.0),)},
        {"status": "error", "detail": "down", "hits": (Hit(paper=DIGITS, score=1.0),)},
    ],
)
def test_an_error_cannot_look_like_an_empty_answer(fields):
    with pytest.raises(ValidationError):
        SearchResult(source="a", **fields)


def test_nearest_papers_show_what_matched_and_what_was_searched():
    papers, searched = ask_all([Source("a", [OTHER, DIGITS])], ["random forests for digits"], 10)
    near = nearest_papers("random forests for digits", papers, searched, k=1)
    assert [one.paper for one in near.papers] == [DIGITS]
    assert near.papers[0].matched == ("forests", "digits")
    assert near.searched == searched
    assert nearest_papers("digits", [], []).papers == ()
