"""Hostile words in every field that a report shows: nothing runs, nothing breaks the page, nothing is without bound."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from hostile_words import BREAKING, ENDLESS, fill

from agent.review.report import write_report

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@pytest.fixture(scope="module")
def attacked(new_run: Callable[..., object]) -> Path:
    """The folder of a reported run that is full of markup."""
    model = {"name": BREAKING, "base_url": "http://127.0.0.1:1/v1"}
    return write_report(fill(new_run(id="attacked-report", model=model), BREAKING)).parent


def test_words_stay_words_in_the_page(attacked: Path) -> None:
    page = (attacked / "report.html").read_text()
    assert "<script" not in page
    assert "<img" not in page
    assert "<iframe" not in page
    assert not re.search(r"<[^>]*\son\w+=", page)
    hrefs = [html.unescape(one) for one in re.findall(r'href="([^"]*)"', page)]
    assert all(one.startswith(("#", "https://", "http://")) for one in hrefs)
    assert not any("<" in one or "javascript" in unquote(one) for one in hrefs)
    assert page.count("&lt;script&gt;") > 10
    assert not INVISIBLE.search(page)


def test_words_stay_words_in_markdown(attacked: Path) -> None:
    markdown = (attacked / "report.md").read_text()
    assert not INVISIBLE.search(markdown)
    outside = re.sub(r"(?ms)^(`{3,})[^\n]*\n.*?^\1$", "", markdown)
    assert "<script" not in outside
    assert "<img" not in outside
    assert not re.search(r"(?<!\\)\]\(javascript", outside)
    assert not re.search(r"(?<!\\)\]\(http", outside)


def test_cells_are_no_formulas(new_run: Callable[..., object]) -> None:
    filler = new_run(id="formula")
    filler.baseline()
    for number, title in enumerate(("=HYPERLINK(1)", "+1+cmd", "-2+3", "@SUM(A1)", "\t=1+1"), start=1):
        filler.idea(f"r1-{number}", title, 'a summary\nof "two" lines, with a comma')
    write_report(filler.run)
    rows = list(csv.DictReader(io.StringIO((filler.run.folder / "ideas.csv").read_text())))
    assert [row["title"] for row in rows] == ["'=HYPERLINK(1)", "'+1+cmd", "'-2+3", "'@SUM(A1)", "'=1+1"]


def test_endless_lines_leave_a_report_that_can_be_opened(new_run: Callable[..., object]) -> None:
    run = fill(new_run(id="endless"), ENDLESS)
    path = write_report(run)
    assert path.stat().st_size < 500_000
    assert (run.folder / "report.md").stat().st_size < 500_000
    assert (run.folder / "ideas.csv").stat().st_size < 50_000


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Debian's chromium")
def test_nothing_runs_and_nothing_sticks_out_in_a_browser(attacked: Path, tmp_path: Path) -> None:
    """The page without its policy, so that escaping alone has to hold; all sections opened; as wide as a phone."""
    page = (attacked / "report.html").read_text()
    probe = "<script>document.body.dataset.width = document.documentElement.scrollWidth</script></body>"
    bare = re.sub(r"<meta http-equiv[^>]*>", "", page).replace("<details>", "<details open>").replace("</body>", probe)
    (tmp_path / "page.html").write_text(bare)
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}"]
    command = ["chromium", *flags, "--window-size=500,900", "--dump-dom", f"file://{tmp_path / 'page.html'}"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "<title>attacked-report · Echolocate</title>" in shown
    assert len(re.findall("<script", shown)) == 1
    width = re.search(r'data-width="(\d+)"', shown)
    assert width is not None
    assert int(width[1]) <= 500
