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

from agent.debugging.failure import Failure
from agent.models.requests import IdeaDraft
from agent.records import AttemptRecord, IdeaRecord, PaperRecord, SearchRecord, VerdictRecord
from agent.review.report import write_report
from agent.run import Run

BREAKING = (
    "\"'></q></pre></td></table></style></title><script>document.title='OWNED'</script>"
    "<img src=x onerror=\"document.title='OWNED'\"><svg onload=\"document.title='OWNED'\">"
    "<a href=\"javascript:document.title='OWNED'\">x</a><base href=//evil.example/><iframe srcdoc='<b>'></iframe>"
    "{{ 7 * 7 }} {% raw %} ${7} \x1b[31mred\x1b[0m \x1b]0;title\x07 \u202eesrever\u2066 \u200b\ufeff "
    "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301"
    " ```\n``` |pipe| [link](javascript:alert(1)) ![i](http://evil.example/i.png) <!-- $x$ =cmd|' /C calc'!A1"
)
ENDLESS = "A" * 10_000_000
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def fill(filler: object, words: str) -> Run:
    """A run with the words wherever words of others go."""
    run: Run = filler.run  # type: ignore[attr-defined]
    filler.isolation = {"backend": "process", "summary": words[:2000], "lacks": [words[:2000]]}  # type: ignore[attr-defined]
    filler.baseline()  # type: ignore[attr-defined]
    filler.papers()  # type: ignore[attr-defined]
    title = words[:160]
    paper = {"id": f"title:{words}", "title": words, "authors": [words, words], "venue": words, "source": words}
    paper |= {"abstract": words, "url": "https://example.org/\"'><script>x</script>"}
    run.save(
        PaperRecord(id=f"r1/{words}", round=1, rank=0, paper=paper, ranking={"score": 9.5}),
        SearchRecord(id="r1/bad", round=1, source=words, status="error", coverage=words, detail=words),
    )
    filler.idea("r1-1", title, words[:2000], motivation=words[:2000])  # type: ignore[attr-defined]
    row = run.get(IdeaRecord, "r1-1")
    assert row is not None
    row.draft = {**row.draft, "components": [words], "cites": [{"paper": paper["id"], "passage": words}]}
    row.decision_reason = words
    near = {"paper": paper, "similarity": 0.5, "matched": [words]}
    row.nearest = {**row.nearest, "papers": {"papers": [near], "searched": []}}
    run.save(row)
    assert IdeaDraft.model_validate(row.draft)
    filler.attempt("r1-1", 1, "error", note=words)  # type: ignore[attr-defined]
    failed = run.get(AttemptRecord, "r1-1-a1")
    assert failed is not None
    failure = Failure(
        kind="traceback", summary=words, traceback=words, structure=words, notes=(words,), signature="s", code="c"
    )
    failed.summary, failed.failure = words, run.artefacts.keep_text(failure.model_dump_json())
    run.save(failed)
    filler.measurement("r1-1", "validation", 0, failed.commit, None)  # type: ignore[attr-defined]
    measured = VerdictRecord(id="r1-1/validation", idea_id="r1-1", split="validation", verdict="failed", reason=words)
    run.save(measured)
    run.tell("finished", "", words)
    return run


@pytest.fixture(scope="module")
def attacked(new_run: Callable[..., object]) -> Path:
    """The folder of a reported run that is full of markup."""
    model = {"name": BREAKING, "base_url": "http://127.0.0.1:1/v1"}
    return write_report(fill(new_run(id="attacked", model=model), BREAKING)).parent


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
    assert "<title>attacked · Echolocate</title>" in shown
    assert len(re.findall("<script", shown)) == 1
    width = re.search(r'data-width="(\d+)"', shown)
    assert width is not None
    assert int(width[1]) <= 500
