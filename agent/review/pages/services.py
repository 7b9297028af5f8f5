"""What every route works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as InPath

from agent.review.pages.guard import Keys
from agent.review.pages.rendering import Renderer
from agent.review.pages.shelf import Shelf


@dataclass(frozen=True)
class Pages:
    """The services of one server."""

    shelf: Shelf
    render: Renderer
    keys: Keys


def pages_of(request: Request) -> Pages:
    """The services of the server that got a request."""
    pages: Pages = request.app.state.pages
    return pages


Served = Annotated[Pages, Depends(pages_of)]
Id = Annotated[str, InPath(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,120}$")]
Digest = Annotated[str, InPath(pattern=r"^[0-9a-f]{64}$")]
