"""Every page in light and dark: a picture of it is kept, axe-core finds nothing serious, and a phone can show it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from served_pages import DESK, PHONE, Served, paths, unfolded, visiting

PICTURES = Path(__file__).parents[3] / "output" / "pages"
SERIOUS = {"serious", "critical"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(served: Served, browser: Browser, scheme: Literal["light", "dark"]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with visiting(browser, served, scheme=scheme) as page:
        for name, path in paths("reviewed").items():
            page.goto(f"{served.base}{path}")
            page.screenshot(path=PICTURES / f"{name}-{scheme}.png", full_page=True)
            unfolded(page)
            found = Axe().run(page).response["violations"]
            assert not [(name, one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_nothing_sticks_out(served: Served, browser: Browser, width: int) -> None:
    with visiting(browser, served, width) as page:
        for name, path in paths("reviewed").items():
            page.goto(f"{served.base}{path}")
            page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
            unfolded(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_every_number_leads_to_its_evidence(served: Served, browser: Browser) -> None:
    with visiting(browser, served) as page:
        for path in paths("reviewed").values():
            page.goto(f"{served.base}{path}")
            links = page.eval_on_selector_all("a.cited, a.stated", "all => all.map((one) => one.href)")
            for link in sorted(set(links)):
                page.goto(link)
                assert page.evaluate("document.getElementById(location.hash.slice(1)) !== null"), (path, link)


def test_a_number_opens_the_table_that_holds_its_evidence(served: Served, browser: Browser) -> None:
    with visiting(browser, served) as page:
        page.goto(f"{served.base}/runs/reviewed")
        page.locator("td.figures a.cited").first.click()
        expect(page.locator("tr:target")).to_be_visible()


def test_an_attempt_opens_in_its_idea(served: Served, browser: Browser) -> None:
    with visiting(browser, served) as page:
        page.goto(f"{served.base}/runs/reviewed/ideas/r1-1")
        page.locator("summary", has_text="r1-1-a1").click()
        page.get_by_text("Traceback (most recent call last)").first.wait_for()
        assert page.url.endswith("/ideas/r1-1")


def test_without_scripts_all_is_there(served: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served.entrance)
    page.get_by_role("link", name="reviewed").click()
    page.get_by_role("link", name="r1-1", exact=False).last.click()
    page.locator("summary", has_text="r1-1-a1").click()
    page.get_by_role("link", name="Traceback, code around it").first.click()
    assert "TypeError" in page.content()
    context.close()
