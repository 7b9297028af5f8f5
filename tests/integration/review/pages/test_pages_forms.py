"""What the other stories leave out: asking, reruns, many verdicts at once, filters, comparing, searching, going on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from discovered_run import discovery
from fault_server import FaultServer
from fault_server import serving as endpoint
from playwright.sync_api import Browser, Page, expect
from quick_runs import make_run
from served_pages import Served, serving, visiting

from agent.discover.records import HypothesisRecord
from agent.records import IdeaRecord
from agent.review.queue import item, offer, pending, questions, reviews
from agent.review.settings import ReviewSettings
from agent.review.verdicts import Accept, Reject, Rerun
from agent.run import Run

SUPPORT = Path(__file__).parents[3] / "support"
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def model() -> Iterator[FaultServer]:
    with endpoint() as server:
        server.lists("fake")
        yield server


@pytest.fixture(scope="module")
def judged(new_run: Callable[..., Any], model: FaultServer) -> Run:
    """A run that waits for verdicts on all its ideas and results, and has a model to ask."""
    filler = new_run(
        id="judged", review=ReviewSettings(gates=("ideas", "results")), model={"name": "fake", "base_url": model.url}
    )
    filler.everything()
    for kind in ("idea", "result"):
        for row in filler.run.all(IdeaRecord, IdeaRecord.id, decision="accepted"):
            offer(filler.run, kind, row.id, row.round, str(row.draft["title"]))
    run: Run = filler.run
    return run


@pytest.fixture(scope="module")
def served(judged: Run) -> Iterator[Served]:
    with serving(judged.folder.parent) as pages:
        yield pages


@pytest.fixture
def page(served: Served, browser: Browser) -> Iterator[Page]:
    with visiting(browser, served) as window:
        yield window


def test_a_question_is_answered_from_the_ledger_or_not_at_all(
    served: Served, page: Page, judged: Run, model: FaultServer
) -> None:
    model.will(FaultServer.answers(json.dumps({"answer": "It takes 2.4 s."})), FaultServer.answers('{"answer": "9.9"}'))
    page.goto(f"{served.base}/runs/judged/review/r1-2/result")
    page.get_by_label("A question to the run's model").fill("How long does it take?")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("It takes 2.4 s.")).to_be_visible(timeout=PATIENCE_MS)
    page.locator("#asked a.cited", has_text="2.4 s").first.click()
    expect(page).to_have_url(re.compile("/ideas/r1-2#from-attempt-r1-2-a1"))
    page.goto(f"{served.base}/runs/judged/review/r1-2/result")
    page.get_by_label("A question to the run's model").fill("How good is it?")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("no such number among the facts")).to_be_visible(timeout=PATIENCE_MS)
    assert [one.question for one in questions(judged, "r1-2/result")] == ["How long does it take?"]


def test_a_rerun_needs_seeds_and_is_kept_with_them(served: Served, page: Page, judged: Run) -> None:
    page.goto(f"{served.base}/runs/judged/ideas/r1-3")
    page.get_by_role("link", name="Rerun, ask").click()
    for seeds in ("7", "7, 8, 9"):
        page.get_by_label("Seeds", exact=True).fill(seeds)
        page.get_by_label("Seconds that one run may take").fill("30")
        page.get_by_role("button", name="Measure it and the baseline").click()
        if seeds == "7":
            expect(page.get_by_text("a rerun needs at least two seeds")).to_be_visible()
            page.go_back()
    expect(page.get_by_text("asked for a rerun").first).to_be_visible()
    assert [one.verdict for one in reviews(judged, "r1-3/result")] == [Rerun(seeds=(7, 8, 9), wall_s=30)]


def test_many_are_judged_at_once_without_a_pointer(served: Served, page: Page, judged: Run) -> None:
    page.goto(f"{served.base}/runs/judged/review")
    page.get_by_label("Kind").select_option("idea")
    page.get_by_label("State").select_option("waiting")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("8 of them")).to_be_visible()
    expect(page.locator(".queue li")).to_have_count(8)
    page.wait_for_load_state()  # the keys are heard once the page's script has run
    for key in ("j", "x", "j", "j", "x"):
        page.keyboard.press(key)
    page.get_by_label("Reason, for all ticked").fill("Known since 1967.")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review?state=waiting")
    expect(page.locator(".queue li")).to_have_count(len(pending(judged)))
    said = [reviews(judged, id_)[-1].verdict for id_ in ("r1-1/idea", "r1-3/idea")]
    assert said == [Reject(reason="Known since 1967.")] * 2
    page.get_by_label("Kind").select_option("idea")
    page.get_by_label("State").select_option("decided")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".queue li")).to_have_count(2)


def test_four_ideas_stand_side_by_side_and_no_fifth(served: Served, page: Page) -> None:
    page.goto(f"{served.base}/runs/judged?by=difference")
    boxes = page.get_by_label("Compare r")
    for place in range(5):
        boxes.nth(place).click()
    assert page.locator(".compare input:checked").count() == 4
    page.get_by_role("button", name="Compare the ticked ones").click()
    columns = page.locator(".side-by-side article")
    expect(columns).to_have_count(4)
    page.get_by_label("r1-1", exact=True).uncheck()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(columns).to_have_count(3)


def test_a_search_leads_to_what_it_found(served: Served, page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("deskewing before")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="r2-2").first.click()
    expect(page.get_by_role("heading", name="Deskewing before features")).to_be_visible()


def test_hypotheses_are_judged_and_who_comes_second_is_told(tmp_path: Path, browser: Browser) -> None:
    with discovery(tmp_path, "MAPT is found higher.") as run:
        (row,) = run.all(HypothesisRecord)
        for number in (2, 3):
            facts = {name: getattr(row, name) for name in ("round", "objective_id", "draft", "evidence", "status")}
            run.save(HypothesisRecord(id=f"h1-{number}", **facts))
        for one in run.all(HypothesisRecord, HypothesisRecord.id):
            offer(run, "hypothesis", one.id, 1, "MAPT is found higher.")
        with serving(tmp_path) as served, visiting(browser, served) as ours, visiting(browser, served) as theirs:
            for window in (ours, theirs):
                window.goto(f"{served.base}/runs/found/hypotheses/h1-1")
            ours.get_by_label("Reason").fill("A known contaminant.")
            ours.get_by_role("button", name="Reject").click()
            expect(ours.get_by_text("A known contaminant.")).to_be_visible()
            theirs.get_by_role("button", name="Accept").click()
            expect(theirs.get_by_text("your verdict is kept but does not count")).to_be_visible()
            ours.get_by_role("link", name="All that is known of it").click()
            expect(ours.get_by_role("heading", name="MAPT is found higher.")).to_be_visible()
            ours.goto(f"{served.base}/runs/found/review?kind=hypothesis")
            for name in ("h1-2", "h1-3"):
                ours.get_by_label(f"Tick {name}/hypothesis").check()
            ours.get_by_role("button", name="Accept the ticked").click()
            expect(ours.get_by_text("Nothing waits for a verdict")).to_be_visible()
        assert [one.verdict for one in reviews(run)] == [
            Reject(reason="A known contaminant."), Accept(), Accept(), Accept(),
        ]  # fmt: skip
        assert item(run, "h1-1/hypothesis").verdict == "reject"


def test_a_run_at_rest_goes_on_from_its_page(tmp_path: Path, browser: Browser) -> None:
    """A process of its own takes the run up, and the page that started it follows."""
    with make_run(
        tmp_path, sandbox="process", budget={"rounds": 1, "ideas": 3}, review=ReviewSettings(gates=("results",))
    ) as run:
        command = [sys.executable, str(SUPPORT / "reviewed_run.py"), str(run.folder), str(tmp_path / "asked.jsonl")]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "resting"
        with serving(tmp_path) as served, visiting(browser, served) as page:
            page.goto(f"{served.base}/runs/quick/review?state=waiting")
            page.get_by_label("all of this page").check()
            with page.expect_navigation():
                page.get_by_role("button", name="Accept the ticked").click()
            page.goto(f"{served.base}/runs/quick")
            expect(page.get_by_text("3 verdicts to go on with")).to_be_visible()
            page.get_by_role("button", name="Go on").click()
            expect(page.locator(".state", has_text="finished")).to_be_visible(timeout=PATIENCE_MS)
            page.get_by_role("link", name="Report").click()
            expect(page.get_by_role("heading", name="How verdicts are made")).to_be_visible()
