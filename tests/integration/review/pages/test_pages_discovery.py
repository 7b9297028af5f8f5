"""The pages of a discovery: each number leads to the step that computed it, and hostile words stay words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from discovered_run import STEP, discovery
from hostile_words import BREAKING
from playwright.sync_api import Browser, expect
from served_pages import DESK, PHONE, Served, serving, unfolded, visiting

PICTURES = Path(__file__).parents[3] / "output" / "pages"
PAGES = {
    "discovery": "/runs/found",
    "hypothesis": "/runs/found/hypotheses/h1-1",
    "step": f"/runs/found/steps/{STEP}",
    "search-discovery": "/search?q=found",
}


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
        expect(page.get_by_text("scipy 1.15").first).to_be_visible()
        expect(page.get_by_text("2 to 5")).to_be_visible()  # how far the judges differ
        page.get_by_role("link", name=STEP).first.click()
        for text in ("test_groups", "scipy 1.15", "el-1", "el-0"):
            expect(page.get_by_text(text).first).to_be_visible()


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
