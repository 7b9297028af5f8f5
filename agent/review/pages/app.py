"""The server of the pages: which address gives what. All that is shown is made elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response

from agent.errors import EcholocateError, StaleItem, UserMustAct
from agent.review.pages.discovery_routes import router as discoveries
from agent.review.pages.guard import Guard, Keys
from agent.review.pages.reading_routes import router as reading
from agent.review.pages.rendering import STATIC, NoNumbers, Renderer
from agent.review.pages.services import Pages, pages_of
from agent.review.pages.shelf import NoSuchThing, Shelf
from agent.review.pages.verdict_routes import router as verdicts
from agent.review.rendering import TEMPLATES
from workspaces.errors import WorkspaceError


def create_app(shelf: Shelf, keys: Keys, port: int) -> FastAPI:
    """The pages of the runs on a shelf, for one browser.

    Args:
        shelf: the runs; closed when the server ends.
        keys: the secrets of this server.
        port: where it listens on 127.0.0.1.
    """

    @asynccontextmanager
    async def closing(_: FastAPI) -> AsyncIterator[None]:
        yield
        shelf.close()

    app = FastAPI(title="Echolocate", openapi_url=None, docs_url=None, redoc_url=None, lifespan=closing)
    app.state.pages = Pages(shelf, Renderer(keys.form), keys)
    app.include_router(reading)
    app.include_router(discoveries)
    app.include_router(verdicts)
    app.add_api_route("/static/report.css", lambda: FileResponse(TEMPLATES / "report.css"), response_class=FileResponse)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for error, status in _STATUS:
        app.add_exception_handler(error, _telling(status))
    app.add_middleware(Guard, keys=keys, port=port)
    return app


_STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (NoSuchThing, HTTPStatus.NOT_FOUND),
    (StaleItem, HTTPStatus.CONFLICT),
    (UserMustAct, HTTPStatus.BAD_REQUEST),
    (EcholocateError, HTTPStatus.INTERNAL_SERVER_ERROR),
    (WorkspaceError, HTTPStatus.INTERNAL_SERVER_ERROR),
    (RequestValidationError, HTTPStatus.NOT_FOUND),
    (HTTPException, HTTPStatus.NOT_FOUND),
)


def _telling(status: HTTPStatus) -> Callable[[Request, Exception], Response]:
    """An answer that says in one line what is wrong."""

    def tell(request: Request, error: Exception) -> Response:
        pages = pages_of(request)
        known = isinstance(error, EcholocateError | WorkspaceError)
        line = str(error) if known else f"There is nothing at {request.url.path}."
        text = pages.render.page("trouble", NoNumbers(), what=status.phrase, line=line)
        return HTMLResponse(text, status)

    return tell
