from __future__ import annotations

import pytest

from agent.literature import prior_work
from agent.literature.papers import Paper
from agent.literature.prior_work import WIDE, Asked, Idea, Novelty, compare, conclude, find_candidates, wordings
from agent.literature.sources.source import Hit, Searched, SearchResult

PROBLEM = "Handwritten digits are slanted, which confuses classifiers of small grey images."
METHOD = "We straighten each digit by its second moments before a support vector machine reads it."
IDEA = Idea(PROBLEM, METHOD, "Straightened digits are read with fewer errors.")
DONE = Paper(title="Straight digits", source="a", abstract=f"{PROBLEM} {METHOD} {IDEA.claim}")
OTHER_METHOD = Paper(title="Digits by trees", source="a", abstract=f"{PROBLEM} A forest of trees votes on pixels.")
OTHER_PROBLEM = Paper(title="Straight scans", source="a", abstract=f"Scanned invoices come rotated. {METHOD}")
UNRELATED = Paper(title="Folding", source="a", abstract="Proteins fold. A network predicts coordinates.")


class Source:
    """A source outside the project, as it may behave."""

    def __init__(self, *papers, name="a", holds=None, fails=False):
        self.name = name
        self.papers = papers
        self.holds = holds
        self.fails = fails
        self.queries = []

    def search(self, query, k):
        self.queries.append(query)
        if self.fails:
            return SearchResult(source=self.name, status="error", detail="429 Too Many Requests")
        hits = tuple(Hit(paper=paper, score=1.0) for paper in self.papers[:k])
        status = "ok" if hits else "empty"
        return SearchResult(source=self.name, status=status, hits=hits, papers=self.holds)


def assess(idea, sources):
    return prior_work.assess(idea, *find_candidates(idea, sources))


def test_one_paper_with_both_problem_and_method_makes_an_idea_known():
    found = assess(IDEA, [Source(UNRELATED, OTHER_METHOD, DONE)])
    assert found.verdict == "known"
    nearest = found.comparisons[0]
    assert nearest.paper == DONE
    assert (nearest.same_problem, nearest.same_method, nearest.same_claim) == ("yes", "yes", "yes")
    assert nearest.passage == METHOD
    assert "Straight digits" in found.reason


def test_two_papers_with_a_half_each_do_not():
    found = assess(IDEA, [Source(OTHER_METHOD, OTHER_PROBLEM, UNRELATED)])
    assert found.verdict == "novel"
    by_title = {one.paper.title: one for one in found.comparisons}
    assert (by_title["Digits by trees"].same_problem, by_title["Digits by trees"].same_method) == ("yes", "no")
    assert by_title["Straight scans"].same_problem == "no"
    assert "moments" in by_title["Digits by trees"].different
    assert "straighten" not in by_title["Straight scans"].different


@pytest.mark.parametrize(
    ("sources", "why"),
    [
        ([Source(UNRELATED), Source(name="arXiv", fails=True)], "arXiv could not be asked"),
        ([Source(name="arXiv", fails=True)], "arXiv could not be asked"),
        ([Source(UNRELATED, holds=264)], "only 264 papers were searched"),
        ([Source(holds=264)], "only 264 papers were searched"),
        ([], "only 0 papers were searched"),
    ],
)
def test_what_was_not_looked_at_never_makes_an_idea_novel(sources, why):
    found = assess(IDEA, sources)
    assert found.verdict == "unsure"
    assert why in found.reason


def test_a_wide_library_or_an_online_source_that_answered_is_enough():
    assert assess(IDEA, [Source(UNRELATED, holds=WIDE)]).verdict == "novel"
    assert assess(IDEA, [Source(UNRELATED, holds=264), Source(name="OpenAlex")]).verdict == "novel"


def test_a_known_idea_is_known_even_where_a_source_failed():
    assert assess(IDEA, [Source(DONE, holds=264), Source(name="arXiv", fails=True)]).verdict == "known"


def test_several_questions_are_asked():
    source = Source(DONE)
    assess(IDEA, [source])
    assert len(set(source.queries)) == 3


def test_wordings_that_disagree_make_it_unsure_and_the_spread_is_told():
    searched = (Searched(source="a", queries=("q",), status="ok", found=1),)
    same, other = compare(IDEA, [DONE]), compare(IDEA, [OTHER_METHOD])
    found = conclude([same, same, other, other], searched)
    assert (found.verdict, found.reason) == ("unsure", "its wordings disagree: 2 say known, 2 say novel")
    assert found.spread == pytest.approx(same[0].likeness - other[0].likeness)
    assert conclude([same, same, same, other], searched).verdict == "known"


def test_a_wording_leaves_words_out_and_adds_none():
    first, *others = wordings(IDEA)
    assert first == IDEA
    assert len(others) == len(set(others)) == 3
    kept = [set(one.method.split()) for one in others]
    assert all(words < set(METHOD.split()) for words in kept)
    assert set.union(*kept) == set(METHOD.split())


def test_the_verdict_survives_being_written_down():
    found = assess(IDEA, [Source(DONE)])
    assert Novelty.model_validate(found.model_dump(mode="json")) == found


@pytest.mark.parametrize("idea", [Idea("", "", ""), Idea("?", "...", "!"), Idea("xyzzy", "plugh", "")])
def test_an_idea_without_words_is_not_called_known(idea):
    assert assess(idea, [Source(DONE, UNRELATED)]).verdict != "known"
    assert Asked(verdict="novel", nearest="", likeness=0.0) == assess(idea, [Source(holds=WIDE)]).asked[0]
