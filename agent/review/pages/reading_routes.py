"""Addresses that show something and change nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse
from starlette.responses import Response

from agent.evidence.ledger import Ledger
from agent.review.pages.discoveries import discovery_page
from agent.review.pages.ideas import MOST_COMPARED, attempt_page, compare_page, idea_page
from agent.review.pages.journal import EVENTS_A_PAGE, events
from agent.review.pages.overview import head_of, run_line, run_page, version_of
from agent.review.pages.papers import papers_page
from agent.review.pages.queues import item_page, queue_page
from agent.review.pages.rendering import NoNumbers
from agent.review.pages.searching import search
from agent.review.pages.services import Digest, Id, Served
from agent.review.pages.shelf import NoSuchThing
from agent.review.quoting import quote
from agent.review.reading import task_of
from agent.run import Run

router = APIRouter()

FileName = Annotated[str, InPath(pattern=r"^[a-z][a-z_]{0,40}\.[a-z]{1,6}$")]
Number = Annotated[int, Query(ge=1, le=1_000_000)]

_REPORTS = {
    ".html": "text/html",
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".bib": "application/x-bibtex",
    ".json": "application/json",
    ".ipynb": "application/x-ipynb+json",
}
"""Endings of the files in a run's folder that can be asked for, with their types."""
_REPORT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)
"""The report names its one style sheet in a policy of its own; here it is kept from everything else."""


@router.get("/")
def runs(pages: Served) -> HTMLResponse:
    """All runs."""
    lines, broken = [], []
    for name, run in pages.shelf.readable():
        if isinstance(run, Run):
            lines.append(run_line(run, name))
        else:
            broken.append(quote(str(run), "harness"))
    return HTMLResponse(pages.render.page("runs", NoNumbers(), lines=lines, broken=broken))


@router.get("/runs/{name}")
def run(
    request: Request,
    name: Id,
    pages: Served,
    show: Annotated[str, Query(max_length=20)] = "",
    by: Literal["round", "difference"] = "round",
    page: Number = 1,
) -> Response:
    """A run as it stands. A browser that has this very version is told so, and nothing else is done."""
    opened = pages.shelf.run(name)
    version = f'"{version_of(opened)}"'
    if request.headers.get("if-none-match") == version:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"etag": version})
    if opened.config.discover is not None:
        found = discovery_page(opened, name)
        text = pages.render.page("discover_run", found.ledger, run=name, page=found)
        return HTMLResponse(text, headers={"etag": version})
    shown = run_page(opened, name, show=show, by=by, page=page)
    text = pages.render.page(
        "run", shown.ledger, run=name, page=shown, show=show, by=by, query=_query(show=show, by=by)
    )
    return HTMLResponse(text, headers={"etag": version})


@router.get("/runs/{name}/ideas/{idea}")
def idea(name: Id, idea: Id, pages: Served) -> HTMLResponse:
    """An idea."""
    shown = idea_page(pages.shelf.run(name), name, idea)
    return HTMLResponse(pages.render.page("idea", shown.ledger, run=name, idea=idea, page=shown))


@router.get("/runs/{name}/attempts/{attempt}")
def attempt(name: Id, attempt: Id, pages: Served) -> HTMLResponse:
    """An attempt: traceback, structure, log, diff."""
    shown = attempt_page(pages.shelf.run(name), name, attempt)
    return HTMLResponse(pages.render.page("attempt", shown.ledger, run=name, page=shown))


@router.get("/runs/{name}/compare")
def compare(name: Id, pages: Served, idea: Annotated[list[str] | None, Query(max_length=50)] = None) -> HTMLResponse:
    """Ideas side by side."""
    shown = compare_page(pages.shelf.run(name), name, idea or ())
    text = pages.render.page("compare", shown.ledger, run=name, page=shown, most=str(MOST_COMPARED))
    return HTMLResponse(text)


@router.get("/runs/{name}/events")
def journal(name: Id, pages: Served, before: Number | None = None) -> HTMLResponse:
    """The journal, newest first."""
    opened = pages.shelf.run(name)
    ledger = Ledger(opened, None, [])
    head = head_of(opened, name, ledger, task_of(opened))
    lines, older = events(opened, EVENTS_A_PAGE, before)
    text = pages.render.page("events", ledger, run=name, head=head, lines=lines, older=str(older or ""))
    return HTMLResponse(text)


@router.get("/runs/{name}/papers")
def papers(name: Id, pages: Served, page: Number = 1) -> HTMLResponse:
    """The papers of a round, with what each source answered; a page is a round."""
    shown = papers_page(pages.shelf.run(name), name, page)
    return HTMLResponse(pages.render.page("papers", shown.ledger, run=name, page=shown))


@router.get("/runs/{name}/review")
def review(
    name: Id,
    pages: Served,
    kind: Annotated[str, Query(max_length=20)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    page: Number = 1,
) -> HTMLResponse:
    """The queue."""
    shown = queue_page(pages.shelf.run(name), name, kind=kind, state=state, page=page)
    text = pages.render.page(
        "queue", shown.ledger, run=name, page=shown, kind=kind, state=state, query=_query(kind=kind, state=state)
    )
    return HTMLResponse(text)


@router.get("/runs/{name}/review/{subject}/{kind}")
def item(name: Id, subject: Id, kind: Id, pages: Served) -> HTMLResponse:
    """An item of the queue, with every form."""
    shown = item_page(pages.shelf.run(name), name, f"{subject}/{kind}")
    return HTMLResponse(pages.render.page("item", shown.ledger, run=name, page=shown))


@router.get("/search")
def searched(
    pages: Served,
    q: Annotated[str, Query(max_length=1_000)] = "",
    run: Annotated[str, Query(max_length=100)] = "",
) -> HTMLResponse:
    """Search over all runs, or one."""
    asked = [(run, pages.shelf.run(run))] if run else pages.shelf.readable()
    found = search([(name, opened) for name, opened in asked if isinstance(opened, Run)], q)
    text = pages.render.page("search", NoNumbers(), found=found, asked=q, within=run)
    return HTMLResponse(text)


@router.get("/runs/{name}/files/{file}")
def report(name: Id, file: FileName, pages: Served) -> FileResponse:
    """The report, or a table beside it."""
    path = pages.shelf.run(name).folder / file
    if path.suffix not in _REPORTS or path.is_symlink() or not path.is_file():
        raise NoSuchThing(f"The run {name} has no file {file}; `echolocate report {name}` writes its report.")
    shown = "inline" if file == "report.html" else "attachment"
    headers = {"content-security-policy": _REPORT_POLICY}
    return FileResponse(
        path, media_type=_REPORTS[path.suffix], filename=file, content_disposition_type=shown, headers=headers
    )


@router.get("/runs/{name}/artefacts/{digest}")
def artefact(name: Id, digest: Digest, pages: Served) -> FileResponse:
    """A file that a number comes from, to be kept and not shown: it is a program's."""
    path = pages.shelf.run(name).artefacts.path(digest)
    if not path.is_file():
        raise NoSuchThing(f"The run {name} has no artefact {digest}.")
    return FileResponse(path, media_type="application/octet-stream", filename=digest)


def _query(**values: str) -> str:
    """What a link to another page of the same list keeps."""
    return f"&{urlencode(values)}"
