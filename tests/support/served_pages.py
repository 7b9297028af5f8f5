"""The review pages of a folder of runs on a real server, and a real browser in front of them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Literal
from urllib.parse import quote

from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from agent.review.pages.guard import Keys
from agent.review.pages.serve import listening, server

CHROMIUM = shutil.which("chromium")
PHONE, DESK = 390, 1200
"""Widths of windows, in pixels."""
expect.set_options(timeout=60_000)
"""A busy machine is slow, which is no property of a page."""


@dataclass(frozen=True)
class Served:
    """Where the pages are."""

    base: str
    keys: Keys

    @property
    def entrance(self) -> str:
        """The address with the token."""
        return f"{self.base}/?token={self.keys.address}"


@contextmanager
def serving(home: Path) -> Iterator[Served]:
    """Serve the runs below a folder for as long as the block lasts."""
    with listening(0) as listener:
        port, keys = listener.getsockname()[1], Keys()
        running = server(home, keys, port)
        thread = Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        while not running.started:
            time.sleep(0.02)
        try:
            yield Served(f"http://127.0.0.1:{port}", keys)
        finally:
            running.should_exit = True
            thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def visiting(
    browser: Browser,
    served: Served,
    width: int = DESK,
    scheme: Literal["light", "dark"] = "light",
    *,
    without_policy: bool = False,
) -> Iterator[Page]:
    """A window that was let in. What scripts or the policy complain about ends the test."""
    size: ViewportSize = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=without_policy)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: _hear(message, complaints))
    page.goto(served.entrance)
    yield page
    context.close()
    assert not complaints


def _hear(message: ConsoleMessage, complaints: list[str]) -> None:
    """An answer that is an error is what a page shows; everything else is not meant."""
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        complaints.append(message.text)


def paths(run: str, words: str = "digit") -> dict[str, str]:
    """Every kind of page, by name, of a run with the ideas r1-1, r1-4 and r2-1 and the attempt r1-1-a1."""
    at = f"/runs/{run}"
    return {
        "runs": "/",
        "run": at,
        "run-by-difference": f"{at}?by=difference&show=improved",
        "idea": f"{at}/ideas/r1-1",
        "idea-failed": f"{at}/ideas/r2-1",
        "attempt": f"{at}/attempts/r1-1-a1",
        "compare": f"{at}/compare?idea=r1-1&idea=r1-4&idea=r2-1",
        "queue": f"{at}/review",
        "item": f"{at}/review/r1-1/idea",
        "papers": f"{at}/papers",
        "journal": f"{at}/events",
        "search": f"/search?q={quote(words)}",
        "nothing": f"{at}/ideas/r9-9",
    }


def unfolded(page: Page) -> None:
    """Open everything that can be opened, and wait until it has come."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for_load_state("networkidle")
