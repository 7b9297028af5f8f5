"""Who is let in, and what is believed: the one browser that was shown the token, and its own forms."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from served_pages import Served

from agent.review.queue import item, reviews
from agent.run import Run

ITEM = "/runs/reviewed/review/r2-2/idea"


@pytest.fixture
def stranger(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.base) as client:
        yield client


@pytest.fixture
def friend(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.base, headers={"origin": served.base}) as client:
        client.get(served.entrance)
        yield client


def test_without_the_token_nothing_is_shown(stranger: httpx.Client) -> None:
    for path in ("/", "/runs/reviewed", "/static/pages.css", "/?token=guess", "/?token=%ff"):
        answer = stranger.get(path)
        assert answer.status_code == 403, path
        assert "set-cookie" not in answer.headers
        assert "echolocate review" in answer.text


def test_the_token_becomes_a_cookie_that_no_script_and_no_other_site_can_use(
    stranger: httpx.Client, served: Served
) -> None:
    answer = stranger.get(served.entrance)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert served.keys.address not in answer.headers["set-cookie"]
    assert stranger.get("/").status_code == 200


def test_a_name_that_leads_here_is_not_this_server(friend: httpx.Client) -> None:
    for host in ("evil.example", "127.0.0.1", "127.0.0.1:1", "", f"{friend.base_url.host}:{friend.base_url.port}.evil"):
        assert friend.get("/", headers={"host": host}).status_code in {400, 421}, host


def test_every_answer_has_the_strict_headers(friend: httpx.Client, stranger: httpx.Client) -> None:
    for answer in (
        friend.get("/runs/reviewed"),
        friend.get("/nothing"),
        friend.get("/static/pages.js"),
        stranger.get("/"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        ({}, None, 400),
        ({}, "guess", 400),
        ({"origin": "https://evil.example"}, "right", 403),
        ({"origin": "null"}, "right", 403),
        ({"sec-fetch-site": "cross-site"}, "right", 403),
    ],
)
def test_a_form_of_another_site_changes_nothing(
    friend: httpx.Client, served: Served, reviewed: Run, headers: dict[str, str], token: str | None, status: int
) -> None:
    form = {"action": "accept", "version": "1"}
    form |= {} if token is None else {"token": served.keys.form if token == "right" else token}
    before = item(reviewed, "r2-2/idea")
    assert friend.post(ITEM, data=form, headers=headers).status_code == status
    assert friend.get(ITEM, params={"action": "accept", "version": "1"}).status_code == 200  # shown, and nothing more
    assert item(reviewed, "r2-2/idea") == before


def test_forms_are_bounded(friend: httpx.Client, served: Served) -> None:
    form = {"token": served.keys.form, "action": "reject", "version": "1", "reason": "x" * 1_100_000}
    assert friend.post(ITEM, data=form).status_code == 413
    assert friend.post(ITEM, content=iter([b"token=", b"x"])).status_code == 411


def test_a_verdict_on_what_was_judged_meanwhile_is_kept_and_its_author_told(
    friend: httpx.Client, served: Served, reviewed: Run
) -> None:
    path, form = "/runs/reviewed/review/r2-3/idea", {"token": served.keys.form, "version": "1"}
    assert friend.post(path, data={**form, "action": "accept"}).status_code == 303
    late = friend.post(path, data={**form, "action": "reject", "reason": "I was slower."})
    assert late.status_code == 409
    assert "your verdict is kept but does not count" in late.text
    assert [one.counts for one in reviews(reviewed, "r2-3/idea")] == [True, False]
    assert "I was slower." in friend.get(path).text


def test_of_many_verdicts_those_that_can_be_given_are(friend: httpx.Client, served: Served, reviewed: Run) -> None:
    form = {"token": served.keys.form, "action": "accept", "item": ["r2-4/idea 1", "r2-1/idea 7", "r9-9/idea 1"]}
    answer = friend.post("/runs/reviewed/review", data=form)
    assert answer.status_code == 409
    assert "r2-4" not in answer.text
    assert answer.text.count("<li>r") == 2
    assert item(reviewed, "r2-4/idea").verdict == "accept"


def test_a_rejection_needs_a_reason(friend: httpx.Client, served: Served) -> None:
    form = {"token": served.keys.form, "version": "1", "action": "reject"}
    answer = friend.post("/runs/reviewed/review/r1-2/idea", data=form)
    assert answer.status_code == 400
    assert "a rejection needs a reason" in answer.text


def test_a_run_that_has_not_changed_is_not_sent_again(friend: httpx.Client) -> None:
    tag = friend.get("/runs/reviewed").headers["etag"]
    again = friend.get("/runs/reviewed", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
