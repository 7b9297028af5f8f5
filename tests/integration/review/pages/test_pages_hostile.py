"""Hostile words in every field that a page shows: nothing runs, nothing breaks the page, nothing is without bound.

The browser is told to forget the pages' policy, so that escaping alone has to hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hostile_words import BREAKING, ENDLESS, fill
from playwright.sync_api import Browser, Error, Page
from served_pages import DESK, PHONE, Served, paths, serving, unfolded, visiting

from agent.records import AttemptRecord, IdeaRecord, QuestionRecord
from agent.review import queue
from agent.review.verdicts import Reject
from agent.run import Run

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
LARGEST_PAGE = 250_000
INTRUDERS = "img, iframe, base, object, embed, script:not([src='/static/pages.js']), [onerror], [onload], [style]"


def attack(filler: object, words: str) -> Run:
    """A run with the words in every field; besides what a report shows also the journal, the queue and the logs."""
    run = fill(filler, words)
    first = run.get(IdeaRecord, "r1-1")
    assert first is not None
    facts = {name: getattr(first, name) for name in ("draft", "decision", "decision_reason", "nearest")}
    run.save(IdeaRecord(id="r1-4", round=1, **facts), IdeaRecord(id="r2-1", round=2, **facts))
    attempt = run.get(AttemptRecord, "r1-1-a1")
    assert attempt is not None
    attempt.status, attempt.log = words[:2000], run.artefacts.keep_text(words)
    run.save(attempt)
    run.tell(words, words, words, verdict=words)
    item = queue.offer(run, "idea", "r1-1", 1, words)
    queue.submit(run, item.id, item.version, Reject(reason=words[:2000]), words)
    answer = {"answer": words, "cited": []}
    asked = {"question": words, "answer": answer, "model": words, "who": words, "at": datetime.now(UTC)}
    run.save(QuestionRecord(item_id=item.id, **asked))
    return run


@pytest.fixture(scope="module")
def attacked(new_run: Callable[..., object]) -> Iterator[Served]:
    run = attack(new_run(id="attacked", model={"name": BREAKING, "base_url": "http://127.0.0.1:1/v1"}), BREAKING)
    with serving(run.folder.parent) as pages:
        yield pages


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_nothing_runs_and_nothing_breaks_the_page(attacked: Served, browser: Browser, width: int) -> None:
    with visiting(browser, attacked, width, without_policy=True) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for name, path in paths("attacked", "esrever").items():
            page.goto(f"{attacked.base}{path}")
            unfolded(page)
            _is_whole(page, name, width)
        assert not [url for url in asked if not url.startswith(f"{attacked.base}/")]


def _is_whole(page: Page, name: str, width: int) -> None:
    assert "OWNED" not in page.title(), name
    assert page.locator(INTRUDERS).count() == 0, name
    links = page.eval_on_selector_all("[href]", "all => all.map((one) => one.getAttribute('href'))")
    assert not [link for link in links if not re.match(r"/|#|\?|https?://|r\d", link)], name
    assert not INVISIBLE.search(page.locator("main").inner_text()), name
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert page.locator("main").count() == page.locator("footer").count() == 1, name


def test_endless_lines_leave_pages_that_can_be_opened(new_run: Callable[..., object]) -> None:
    run = attack(new_run(id="endless-pages"), ENDLESS)
    with (
        serving(run.folder.parent) as pages,
        httpx.Client(base_url=pages.base, follow_redirects=True, timeout=60) as client,
    ):
        client.get(pages.entrance)
        for name, path in paths("endless-pages", "AAAA").items():
            answer = client.get(path)
            assert answer.status_code in ({404} if name == "nothing" else {200}), name
            assert len(answer.content) < LARGEST_PAGE, name


def test_a_search_for_markup_is_text(attacked: Served, browser: Browser) -> None:
    with visiting(browser, attacked, without_policy=True) as page:
        page.get_by_label("Search").fill("\"><script>document.title='OWNED'</script>")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?**")
        _is_whole(page, "search", DESK)


def test_the_policy_lets_no_script_in(served: Served, browser: Browser) -> None:
    """Were escaping to fail, this is what would be left."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(served.entrance)
    for attack in (
        "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
        "document.createElement('img').setAttribute('onerror', '1')",
        "document.createElement('script').text = '1'",
        "document.body.append(Object.assign(document.createElement('script'), { src: 'data:text/javascript,1' }))",
    ):
        with pytest.raises(Error, match="Trusted"):
            page.evaluate(f"() => {{ {attack} }}")
    style = "Object.assign(document.createElement('style'), { textContent: 'main { display: none }' })"
    page.evaluate(f"document.head.append({style})")
    assert page.locator("main").is_visible()
    context.close()


def test_no_file_outside_the_run_can_be_asked_for(served: Served, reviewed: Run, tmp_path: Path) -> None:
    secret = reviewed.folder.parent / "secret.txt"
    secret.write_text("SECRET")
    asked = [
        "/runs/reviewed/files/..%2f..%2fsecret.txt",
        "/runs/reviewed/files/run.db",
        "/runs/reviewed/files/..%2frun.toml",
        "/runs/reviewed/artefacts/..%2f..%2frun.toml",
        f"/runs/reviewed/artefacts/{'0' * 64}",
        "/runs/..%2fsecret.txt",
        "/runs/.%2e/secret.txt/events",
        "/static/..%2fguard.py",
        "/static/%2e%2e/guard.py",
        "/openapi.json",
        "/docs",
    ]
    with httpx.Client(base_url=served.base, follow_redirects=True) as client:
        client.get(served.entrance)
        for path in asked:
            answer = client.get(path)
            assert answer.status_code == 404, path
            assert "SECRET" not in answer.text
        assert client.get("/runs/reviewed/files/report.html").status_code == 200
        assert "sandbox" in client.get("/runs/reviewed/files/report.html").headers["content-security-policy"]
    secret.unlink()
