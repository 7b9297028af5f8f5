from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from served_pages import CHROMIUM, Served, chromium, serving

from agent.records import IdeaRecord
from agent.review import queue
from agent.review.report import write_report
from agent.review.settings import ReviewSettings
from agent.review.verdicts import Accept, Reject
from agent.run import Run


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """A browser for one file's tests: while Playwright is open, its event loop is in the way of other files' own."""
    if CHROMIUM is None:
        pytest.skip("needs Debian's chromium")
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def reviewed(new_run: Callable[..., object]) -> Run:
    """A run that went its whole way, with items of every state and words of people. Tests change nothing in it."""
    filler = new_run(id="reviewed", review=ReviewSettings(gates=("ideas",)))
    filler.everything()
    run = filler.run
    for row in run.all(IdeaRecord, IdeaRecord.id):
        queue.offer(run, "idea", row.id, row.round, str(row.draft["title"]))
    queue.submit(run, "r1-1/idea", 1, Accept(), "ada")
    queue.submit(run, "r1-4/idea", 1, Reject(reason="Pixels are not independent of each other."), "ada")
    write_report(run)
    return run


@pytest.fixture(scope="session")
def served(reviewed: Run) -> Iterator[Served]:
    with serving(reviewed.folder.parent) as pages:
        yield pages
