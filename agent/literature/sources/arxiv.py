"""arXiv: preprints of physics, mathematics, computer science and more (info.arxiv.org/help/api/user-manual.html)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from agent.errors import SourceFailed
from agent.literature.fulltext import read_pdf
from agent.literature.pace import Limits
from agent.literature.sources.online import OnlineSource, Page, as_paper
from agent.literature.web import Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

    from agent.literature.fulltext import Passage
    from agent.literature.papers import Paper

_NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "search": "http://a9.com/-/spec/opensearch/1.1/",
}


class Arxiv(OnlineSource):
    """Asks for one request every three seconds on one connection, and answers 429 below that at times."""

    service = Service(
        name="arXiv",
        url="https://export.arxiv.org",
        limits=Limits(interval_s=3.0, first_wait_s=5.0, patience_s=45.0),
        coverage="preprints of physics, mathematics, computer science, quantitative biology and statistics",
    )
    path = "/api/query"

    def full_text(self, paper: Paper) -> tuple[Passage, ...]:
        """The passages of a preprint, from its PDF; none when it cannot be had or read."""
        if not paper.arxiv:
            return ()
        try:
            pdf = self._web.get(f"/pdf/{paper.arxiv}", {}, _pdf).value
        except SourceFailed:
            return ()
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(pdf)
            file.flush()
            return read_pdf(Path(file.name)).passages

    def _searching(self, wanted: list[str], k: int) -> Mapping[str, str]:
        anywhere = " OR ".join(f"all:{word}" for word in wanted)
        return {"search_query": anywhere, "max_results": str(k), "sortBy": "relevance", "sortOrder": "descending"}

    def _identifying(self, paper: Paper) -> Mapping[str, str] | None:
        return {"id_list": paper.arxiv, "max_results": "1"} if paper.arxiv else None

    def _parse(self, body: bytes) -> Page:
        # A feed declares no document type; what does is a web page, or an attempt on the parser by entities.
        if b"<!DOCTYPE" in body.upper():
            raise ValueError("not a feed")
        try:
            feed = ElementTree.fromstring(body)
        except ElementTree.ParseError as error:
            raise ValueError(str(error)) from error
        total = feed.findtext("search:totalResults", namespaces=_NAMES)
        if total is None:
            raise ValueError("not a feed of search results")
        return Page([_paper(entry) for entry in feed.iterfind("atom:entry", _NAMES)], int(total))


def _paper(entry: Element) -> Paper | None:
    def text(name: str) -> str:
        return " ".join(entry.findtext(name, "", _NAMES).split())

    address = text("atom:id")
    if "/api/errors" in address:
        raise SourceFailed("refused the query")
    names = (name.text for name in entry.iterfind("atom:author/atom:name", _NAMES))
    year = text("atom:published")[:4]
    return as_paper(
        "arXiv",
        text("atom:title"),
        authors=tuple(name for name in names if name),
        year=int(year) if year.isdecimal() else None,
        venue=text("arxiv:journal_ref"),
        doi=text("arxiv:doi"),
        arxiv=address.partition("/abs/")[2],
        url=address,
        abstract=text("atom:summary"),
    )


def _pdf(body: bytes) -> bytes:
    if not body.startswith(b"%PDF-"):
        raise ValueError("no PDF")
    return body
