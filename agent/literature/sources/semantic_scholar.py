"""Semantic Scholar: papers of all fields (api.semanticscholar.org/api-docs/graph)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from pydantic import BaseModel, Field

from agent.literature.pace import Limits
from agent.literature.sources.online import OnlineSource, Page, Record, as_paper, keywords, read_records
from agent.literature.web import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.literature.papers import Paper


class SemanticScholar(OnlineSource):
    """Without a key, all the world shares one allowance, and most answers are 429. A key allows one request a second.

    It knows nothing of retractions.
    """

    service = Service(
        name="Semantic Scholar",
        url="https://api.semanticscholar.org",
        limits=Limits(interval_s=1.0),
        coverage="papers of all fields",
        key_header="x-api-key",
        key_variable="S2_API_KEY",
    )
    path = "/graph/v1/paper/search"

    def _searching(self, wanted: list[str], k: int) -> Mapping[str, str]:
        return {"query": " ".join(wanted), "limit": str(k), "fields": _FIELDS}

    def _identifying(self, paper: Paper) -> Mapping[str, str] | None:
        return {"query": " ".join(keywords(paper.title)), "limit": "10", "fields": _FIELDS}

    def _neighbouring(self, paper: Paper, k: int) -> list[tuple[str, Mapping[str, str]]]:
        named = (("DOI", paper.doi), ("ARXIV", paper.arxiv), ("PMID", paper.pmid))
        known = next((f"{kind}:{quote(value, safe='/')}" for kind, value in named if value), "")
        asked = {"fields": _FIELDS, "limit": str(k)}
        return [(f"/graph/v1/paper/{known}/{way}", asked) for way in ("references", "citations")] if known else []

    def _parse_neighbours(self, body: bytes) -> Page:
        links = _Links.model_validate_json(body).data
        return Page(read_records(_Paper, [link.cited or link.citing for link in links]))

    def _parse(self, body: bytes) -> Page:
        answer = _Answer.model_validate_json(body)
        return Page(read_records(_Paper, answer.data), answer.total)


_FIELDS = "title,abstract,year,venue,externalIds,url,authors"


class _Author(BaseModel):
    name: str | None = None


class _Paper(Record):
    title: str | None = None
    abstract: str | None = None
    year: int | None = None
    venue: str | None = None
    url: str | None = None
    externalIds: dict[str, object] | None = None  # noqa: N815  (the service's spelling)
    authors: tuple[_Author, ...] = ()

    def paper(self) -> Paper | None:
        ids = {name: str(value) for name, value in (self.externalIds or {}).items()}
        return as_paper(
            "Semantic Scholar",
            self.title,
            authors=tuple(author.name for author in self.authors if author.name),
            year=self.year,
            venue=self.venue,
            doi=ids.get("DOI"),
            arxiv=ids.get("ArXiv"),
            pmid=ids.get("PubMed"),
            url=self.url,
            abstract=self.abstract,
        )


class _Link(BaseModel):
    cited: dict[str, object] | None = Field(default=None, alias="citedPaper")
    citing: dict[str, object] | None = Field(default=None, alias="citingPaper")


class _Links(BaseModel):
    data: tuple[_Link, ...]


class _Answer(BaseModel):
    total: int
    data: tuple[object, ...] = ()
    """Left out when the total is 0."""
