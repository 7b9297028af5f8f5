"""The pages of a discovery: each number leads to the step that computed it, and hostile words stay words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from hostile_words import BREAKING
from playwright.sync_api import Browser
from served_pages import DESK, PHONE, Served, serving, unfolded, visiting

from agent.config import RunConfig
from agent.discover.records import HypothesisRecord, JudgementRecord, ObjectiveRecord, StepRecord, WorkflowRecord
from agent.discover.settings import DiscoverSettings
from agent.run import Run

PICTURES = Path(__file__).parents[3] / "output" / "pages"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
STEP = "o1-1-w1-s1"
PAGES = {
    "discovery": "/runs/found",
    "hypothesis": "/runs/found/hypotheses/h1-1",
    "step": f"/runs/found/steps/{STEP}",
    "search-discovery": "/search?q=found",
}


def discovery(home: Path, words: str) -> Run:
    """A discovery with one step, one hypothesis and two judges, and the words wherever words of others go."""
    settings = DiscoverSettings(files={"table": "table.csv"})
    run = Run.create(
        home, RunConfig(id="found", created=datetime(2026, 1, 2, tzinfo=UTC), task="table.csv", discover=settings)
    )
    table = run.artefacts.keep_text("protein,log2_fc,p,q\nMAPT,1.5,0.0001,0.001\n")
    picture, program = run.artefacts.keep(PNG), run.artefacts.keep_text("<svg onload='document.title=1'>")
    plan = {"title": words[:160], "question": words[:600], "aim": "two_groups"}
    fact = {
        "at": {"step": STEP, "table": "test", "row": "MAPT"}, "entity": words, "names": ["MAPT"], "what": words,
        "direction": "higher", "called": True, "numbers": {"q": 0.001}, "q_run": 0.002,
    }  # fmt: skip
    paper = {"paper": "p1", "title": words, "year": 2020, "says": "agrees", "passage": words}
    evidence = {"claims": [fact], "against": [fact], "tests": 1, "literature": [paper]}
    draft = {"statement": words[:900], "entities": [words], "conditions": words[:400], "experiment": words[:900]}
    draft |= {"claims": [{"finding": "MAPT", "direction": "higher"}]}
    run.save(ObjectiveRecord(id="o1-1", round=1, draft=plan, status="answered", reason=words))
    run.save(WorkflowRecord(id="o1-1-w1", objective_id="o1-1", number=1, steps={"steps": []}, reason=words))
    run.save(
        StepRecord(
            id=STEP, workflow_id="o1-1-w1", number=1, tool="test_groups", origin="echolocate 0.1.0", status="ok",
            parameters={words[:80]: words}, purpose=words, summary=words, warnings=[words], job="el-1", data="el-0",
            tables={"test": table}, tests=["test"], figures={"volcano.png": picture, "evil.png": program},
            versions={"scipy": "1.15"}, wall_s=1.5, log=run.artefacts.keep_text(words),
        )
    )  # fmt: skip
    run.save(
        HypothesisRecord(
            id="h1-1", round=1, objective_id="o1-1", draft=draft, evidence=evidence, status="accepted", reason=words
        )
    )
    for judge, score in (("a", 5), ("b", 2)):
        facts = {"criterion": "data support", "score": score, "quote": words, "reason": words}
        run.save(JudgementRecord(id=f"h1-1/{judge}", hypothesis_id="h1-1", judge=judge, **facts))
    run.tell("finished", "", words)
    return run


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("discoveries")
    with discovery(home, "MAPT is found higher in disease (q 0.001)."), serving(home) as pages:
        yield pages


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(found: Served, browser: Browser, scheme: Literal["light", "dark"]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with visiting(browser, found, scheme=scheme) as page:
        for name, path in PAGES.items():
            page.goto(f"{found.base}{path}")
            page.screenshot(path=PICTURES / f"{name}-{scheme}.png", full_page=True)
            unfolded(page)
            violations = Axe().run(page).response["violations"]
            assert not [(name, one["id"]) for one in violations if one["impact"] in {"serious", "critical"}]


def test_a_statistic_leads_to_its_step_with_tool_version_and_data(found: Served, browser: Browser) -> None:
    with visiting(browser, found) as page:
        page.goto(f"{found.base}/runs/found")
        page.get_by_role("link", name="h1-1").click()
        assert page.get_by_text("scipy 1.15").first.is_visible()
        assert page.get_by_text("2 to 5").is_visible()  # how far the judges differ
        page.get_by_role("link", name=STEP).first.click()
        for text in ("test_groups", "scipy 1.15", "el-1", "el-0"):
            assert page.get_by_text(text).first.is_visible()


def test_only_pictures_are_shown_as_pictures(found: Served, browser: Browser) -> None:
    with visiting(browser, found) as page:
        page.goto(f"{found.base}{PAGES['step']}")
        page.wait_for_load_state("networkidle")
        widths = page.eval_on_selector_all("img", "all => all.map((one) => one.naturalWidth)")
        assert widths == [1, 0]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_hostile_words_stay_words(tmp_path: Path, browser: Browser, width: int) -> None:
    with (
        discovery(tmp_path, BREAKING),
        serving(tmp_path) as pages,
        visiting(browser, pages, width, without_policy=True) as page,
    ):
        for name, path in PAGES.items():
            page.goto(f"{pages.base}{path}")
            unfolded(page)
            assert "OWNED" not in page.title(), name
            assert page.locator("script:not([src='/static/pages.js']), iframe, base, [onerror]").count() == 0, name
            assert page.locator("img:not([src^='/runs/found/pictures/'])").count() == 0, name
            links = page.eval_on_selector_all("[href]", "all => all.map((one) => one.getAttribute('href'))")
            assert not [link for link in links if not re.match(r"/|#|\?|https?://", link)], name
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
