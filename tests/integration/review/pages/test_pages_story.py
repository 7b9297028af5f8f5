"""A person reviews a run while it goes on: follows it, reads, accepts, rejects, edits; the next round is told why."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from quick_runs import make_run
from served_pages import serving, visiting

from agent.records import IdeaRecord
from agent.review.queue import reviews
from agent.review.settings import ReviewSettings
from agent.run import Run

REASON = "Broken ideas <b>never</b> help; we tried in 2019."
SUPPORT = Path(__file__).parents[3] / "support"
PATIENCE_MS = 90_000


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    settings = ReviewSettings(gates=("ideas",), timeout_s=300)
    with make_run(tmp_path, budget={"rounds": 2, "ideas": 3}, replicates=1000, review=settings) as made:
        yield made


@pytest.fixture
def asked(run: Run, tmp_path: Path) -> Path:
    return tmp_path / "requests.jsonl"


@pytest.fixture
def worker(run: Run, asked: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Put a process into the list to have it ended with the test."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def test_a_run_is_reviewed_while_it_goes_on(
    run: Run, asked: Path, worker: list[subprocess.Popen[bytes]], browser: Browser
) -> None:
    with serving(run.folder.parent) as served, visiting(browser, served) as page:
        page.get_by_role("link", name="quick").click()
        expect(page.get_by_text("No idea has been proposed yet")).to_be_visible()
        page.evaluate("window.neverLoadedAgain = true")
        command = [sys.executable, str(SUPPORT / "reviewed_run.py"), str(run.folder), str(asked)]
        worker.append(subprocess.Popen(command))
        expect(page.get_by_role("link", name="3 waiting for your verdict")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_role("row").filter(has_text="r1-2")).to_be_visible()
        assert page.evaluate("window.neverLoadedAgain")

        _accept_by_keys(page)
        _reject(page)
        _edit(page)

        page.goto(f"{served.base}/runs/quick")
        page.evaluate("window.neverLoadedAgain = true")
        improved = page.get_by_role("row").filter(has_text="r1-1").get_by_text("improved", exact=True)
        expect(improved).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_role("link", name="3 waiting for your verdict")).to_be_visible(timeout=PATIENCE_MS)
        assert page.evaluate("window.neverLoadedAgain")

        proposals = [json.loads(line) for line in asked.read_text().splitlines() if '"history"' in line]
        assert [one["reason"] for one in proposals[-1]["reviews"] if one["idea"] == "r1-2"] == [REASON]
        edited = run.get(IdeaRecord, "r1-3")
        assert edited is not None
        assert edited.draft["summary"] == "Leave all as it is.\nEdited."

        _accept_the_rest(page)
        page.goto(f"{served.base}/runs/quick")
        expect(page.locator(".state", has_text="finished")).to_be_visible(timeout=PATIENCE_MS)
    assert worker[0].wait(timeout=60) == 0
    assert [one.verdict.action for one in reviews(run)] == ["accept", "reject", "edit", "accept", "accept", "accept"]


def _accept_by_keys(page: Page) -> None:
    """From the run to its first idea and to the button, without a pointer."""
    page.locator("body").press("j")
    expect(page.get_by_role("link", name="r1-1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="mean")).to_be_visible()
    expect(page.get_by_text("meanr1w0").first).to_be_visible()
    page.wait_for_load_state()  # the keys work once the page's script has run
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Accept")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("accepted it")).to_be_visible()


def _reject(page: Page) -> None:
    page.goto(f"{page.url.split('/runs/')[0]}/runs/quick/ideas/r1-2")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("a rejection needs a reason")).to_be_visible()
    page.go_back()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text(REASON)).to_be_visible()


def _edit(page: Page) -> None:
    page.goto(f"{page.url.split('/runs/')[0]}/runs/quick/review/r1-3/idea")
    page.get_by_label("summary").fill("Leave all as it is.\nEdited.")
    page.get_by_role("button", name="Go on with it as edited").click()
    expect(page.get_by_text("edited it")).to_be_visible()


def _accept_the_rest(page: Page) -> None:
    page.goto(f"{page.url.split('/runs/')[0]}/runs/quick/review?state=waiting")
    page.get_by_label("all of this page").check()
    page.get_by_role("button", name="Accept the ticked").click()
    expect(page.get_by_text("Nothing waits for a verdict")).to_be_visible()
