"""Addresses that change something: verdicts on items of the queue. All are forms, and all forms hold the token."""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from agent.errors import UserMustAct, VerdictRefused
from agent.review import queue
from agent.review.asking import ask
from agent.review.pages.guard import FORM_FIELD
from agent.review.pages.rendering import NoNumbers
from agent.review.pages.resuming import resume
from agent.review.pages.services import Id, Served, pages_of
from agent.review.quoting import quote
from agent.review.verdicts import VERDICT, Verdict
from agent.run import Run
from agent.session import session_model

_MOST_FIELDS = 500
_LONGEST_QUESTION = 2_000
_EDITED = "field:"
"""Before the name of an edited text."""


class NotOurForm(UserMustAct):
    """A form without this server's token."""


async def form_of(request: Request) -> FormData:
    """The form that a request sent.

    Raises:
        NotOurForm: its token is not that of this server, which may have been started anew.
    """
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    if not pages_of(request).keys.admits_form(form.get(FORM_FIELD)):
        raise NotOurForm("This form is not of this server, so nothing was done: load the page again.")
    return form


router = APIRouter()
Sent = Annotated[FormData, Depends(form_of)]


@router.post("/runs/{name}/review/{subject}/{kind}")
def judge(name: Id, subject: Id, kind: Id, form: Sent, pages: Served) -> Response:
    """Give a verdict on an item, and show the item."""
    run, id_ = pages.shelf.run(name), f"{subject}/{kind}"
    queue.submit(run, id_, _version(form.get("version")), _verdict(run, id_, form), _who())
    return RedirectResponse(f"/runs/{name}/review/{id_}", HTTPStatus.SEE_OTHER)


@router.post("/runs/{name}/review")
def judge_many(name: Id, form: Sent, pages: Served) -> Response:
    """Accept or reject items together; those that cannot be are named, and the others are done."""
    run, troubles = pages.shelf.run(name), []
    for ticked in form.getlist("item"):
        id_, _, version = str(ticked).rpartition(" ")
        try:
            queue.submit(run, id_, _version(version), _verdict(run, id_, form), _who())
        except UserMustAct as error:
            troubles.append(quote(str(error), "harness"))
    if troubles:
        text = pages.render.page("troubles", NoNumbers(), run=name, troubles=troubles)
        return HTMLResponse(text, HTTPStatus.CONFLICT)
    return RedirectResponse(f"/runs/{name}/review?state=waiting", HTTPStatus.SEE_OTHER)


@router.post("/runs/{name}/review/{subject}/{kind}/questions")
def put_question(name: Id, subject: Id, kind: Id, form: Sent, pages: Served) -> Response:
    """Ask the run's model about an item, and show the item with its answer."""
    run, id_ = pages.shelf.run(name), f"{subject}/{kind}"
    question = _text(form, "question").strip()[:_LONGEST_QUESTION]
    if not question:
        raise VerdictRefused(f"{id_}: there is no question in the form")
    model, _ = session_model(run)
    asyncio.run(ask(run, id_, question, _who(), model))
    return RedirectResponse(f"/runs/{name}/review/{id_}#asked", HTTPStatus.SEE_OTHER)


@router.post("/runs/{name}/resume")
def go_on(name: Id, form: Sent, pages: Served) -> Response:  # noqa: ARG001  (the form's token was looked at)
    """Let a run go on, and show it."""
    resume(pages.shelf.run(name))
    return RedirectResponse(f"/runs/{name}", HTTPStatus.SEE_OTHER)


def _who() -> str:
    """Who sits in front of the pages: the name that the commands take as well."""
    return os.environ.get("ECHOLOCATE_WHO") or getpass.getuser()


def _verdict(run: Run, id_: str, form: FormData) -> Verdict:
    """The verdict that a form holds.

    Raises:
        VerdictRefused: it holds none.
    """
    sent: dict[str, object] = {"action": _text(form, "action")}
    if reason := _text(form, "reason"):
        sent["reason"] = reason
    if sent["action"] == "edit":
        sent["changes"] = _changes(run, id_, form)
    if sent["action"] == "rerun":
        sent["seeds"] = _text(form, "seeds").replace(",", " ").split()
        sent["wall_s"] = _text(form, "wall_s") or None
    try:
        return VERDICT.validate_python(sent)
    except ValidationError as error:
        raise VerdictRefused(f"{id_}: {_in_words(error)}") from None


def _changes(run: Run, id_: str, form: FormData) -> dict[str, str]:
    """The texts that differ from what is there. Browsers send lines with a carriage return."""
    item = queue.item(run, id_)
    now = item.is_of.fields(run, item.subject)
    sent = {key.removeprefix(_EDITED): _text(form, key) for key in form if key.startswith(_EDITED)}
    return {key: text for key, text in sent.items() if text.rstrip("\n") != now.get(key, "").rstrip("\n")}


def _text(form: FormData, key: str) -> str:
    value = form.get(key, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _version(sent: object) -> int:
    if not isinstance(sent, str) or not sent.isascii() or not sent.isdigit():
        raise VerdictRefused("The form does not say which version of the item was shown.")
    return int(sent)


_MISSING = {
    "reason": "a rejection needs a reason: the next round is told it",
    "changes": "nothing was changed",
    "wall_s": "a time is a number of seconds",
    "seeds": "a rerun needs at least two seeds, such as 10, 11, 12",
}


def _in_words(error: ValidationError) -> str:
    first = error.errors()[0]
    names: Iterable[str] = (str(one) for one in first["loc"])
    return next((_MISSING[name] for name in names if name in _MISSING), first["msg"])
