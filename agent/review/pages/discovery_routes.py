"""Addresses of what only a discovery has."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from agent.review.pages.discoveries import LARGEST_PICTURE, PNG, hypothesis_page, step_page
from agent.review.pages.services import Digest, Id, Served
from agent.review.pages.shelf import NoSuchThing

router = APIRouter()


@router.get("/runs/{name}/hypotheses/{hypothesis}")
def hypothesis(name: Id, hypothesis: Id, pages: Served) -> HTMLResponse:
    """A hypothesis."""
    shown = hypothesis_page(pages.shelf.run(name), name, hypothesis)
    return HTMLResponse(pages.render.page("hypothesis", shown.ledger, run=name, page=shown))


@router.get("/runs/{name}/steps/{step}")
def step(name: Id, step: Id, pages: Served) -> HTMLResponse:
    """A step of a workflow."""
    shown = step_page(pages.shelf.run(name), name, step)
    return HTMLResponse(pages.render.page("step", shown.ledger, run=name, page=shown))


@router.get("/runs/{name}/pictures/{digest}")
def picture(name: Id, digest: Digest, pages: Served) -> Response:
    """A picture that a tool drew, when it is one."""
    path = pages.shelf.run(name).artefacts.path(digest)
    content = path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST_PICTURE else b""
    if not content.startswith(PNG):
        raise NoSuchThing(f"The run {name} has no picture {digest}.")
    return Response(content, media_type="image/png")
