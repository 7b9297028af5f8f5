"""Pages of long lists, and where the link of a number leads."""

from __future__ import annotations

import pytest

from agent.evidence.ledger import Source
from agent.review.pages.paging import Pager
from agent.review.pages.rendering import address


@pytest.mark.parametrize(
    ("things", "asked", "page", "pages", "start"),
    [(0, 1, 1, 1, 0), (40, 1, 1, 1, 0), (41, 2, 2, 2, 40), (41, 99, 2, 2, 40), (41, -3, 1, 2, 0)],
)
def test_there_is_always_a_page(things: int, asked: int, page: int, pages: int, start: int) -> None:
    made = Pager.over(things, asked, 40)
    assert (made.page, made.pages, made.start) == (page, pages, start)


def test_the_ends_have_no_further_page() -> None:
    middle = Pager.over(100, 2, 40)
    assert (middle.before, middle.after) == ("1", "3")
    assert Pager.over(100, 1, 40).before == ""
    assert Pager.over(100, 3, 40).after == ""
    assert Pager.over(3, 1, 40).label == ""


def test_evidence_of_an_idea_is_on_its_page_and_other_evidence_where_it_is_printed() -> None:
    verdict, count = Source(kind="verdict", row="r1-2/validation"), Source(kind="count", row="ideas")
    assert address("night", "", verdict).startswith("/runs/night/ideas/r1-2#from-verdict-r1-2")
    assert address("night", "r1-2", verdict).startswith("#")
    assert address("night", "r1-1", verdict).startswith("/runs/night/ideas/r1-2#")
    assert address("night", "", count).startswith("#")
    assert address("night", "r1-1", Source(kind="measurement", row="baseline/validation/0")).startswith("#")
