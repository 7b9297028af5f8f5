"""Crossref: what publishers register with their DOIs, and what was retracted (api.crossref.org)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from agent.literature.pace import Limits
from agent.literature.sources.online import OnlineSource, Page, Record, as_paper, keywords, read_records
from agent.literature.web import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.literature.papers import Paper

_WITHDRAWN = frozenset({"retraction", "removal", "withdrawal"})
"""Kinds of update after which a work must not be cited unmarked (Crossmark and Retraction Watch)."""


class Crossref(OnlineSource):
    """Few abstracts, but the record of a DOI is the publisher's own. A contact address makes it faster."""

    service = Service(
        name="Crossref",
        url="https://api.crossref.org",
        limits=Limits(interval_s=1.0),
        coverage="works with a publisher's DOI",
    )
    path = "/works"
    most = 50

    def _searching(self, wanted: list[str], k: int) -> Mapping[str, str]:
        return {"query.bibliographic": " ".join(wanted), "rows": str(k)}

    def _identifying(self, paper: Paper) -> Mapping[str, str] | None:
        if paper.doi:
            # arXiv registers its DOIs elsewhere.
            return None if paper.doi.startswith("10.48550/") else {"filter": f"doi:{paper.doi}", "rows": "1"}
        if paper.arxiv or paper.pmid:
            return None
        return {"query.bibliographic": " ".join([*keywords(paper.title), *paper.authors[:1]]), "rows": "10"}

    def _parse(self, body: bytes) -> Page:
        found = _Answer.model_validate_json(body).message
        return Page(read_records(_Work, found.items), found.total)


class _Author(BaseModel):
    given: str = ""
    family: str = ""
    name: str = ""

    @property
    def printed(self) -> str:
        return f"{self.given} {self.family}".strip() or self.name


class _Issued(BaseModel):
    parts: tuple[tuple[int | None, ...], ...] = Field(default=(), alias="date-parts")


class _Update(BaseModel):
    type: str = ""


class _Work(Record):
    title: tuple[str, ...] = ()
    author: tuple[_Author, ...] = ()
    issued: _Issued = _Issued()
    venue: tuple[str, ...] = Field(default=(), alias="container-title")
    doi: str | None = Field(default=None, alias="DOI")
    url: str | None = Field(default=None, alias="URL")
    abstract: str | None = None
    updates: tuple[_Update, ...] = Field(default=(), alias="updated-by")

    def paper(self) -> Paper | None:
        return as_paper(
            "Crossref",
            next(iter(self.title), None),
            authors=tuple(author.printed for author in self.author if author.printed),
            year=next((part for parts in self.issued.parts for part in parts[:1]), None),
            venue=next(iter(self.venue), None),
            doi=self.doi,
            url=self.url,
            abstract=self.abstract,
            retracted=any(update.type in _WITHDRAWN for update in self.updates),
        )


class _Message(BaseModel):
    total: int = Field(alias="total-results")
    items: list[object]


class _Answer(BaseModel):
    message: _Message
