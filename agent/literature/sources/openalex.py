"""OpenAlex: works of all fields, with abstracts and retractions (developers.openalex.org)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import BaseModel

from agent.literature.pace import Limits
from agent.literature.sources.online import OnlineSource, Page, Record, as_paper, keywords, read_records
from agent.literature.web import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.literature.papers import Paper


class OpenAlex(OnlineSource):
    """A key is free and allows 1,000 searches a day; without one there are about ten."""

    service = Service(
        name="OpenAlex",
        url="https://api.openalex.org",
        limits=Limits(interval_s=0.1),
        coverage="works of all fields",
        key_header="Authorization",
        key_variable="OPENALEX_API_KEY",
    )
    path = "/works"

    def _searching(self, wanted: list[str], k: int) -> Mapping[str, str]:
        # Words without an operator between them would all have to be there.
        return {"search": " OR ".join(wanted), "per_page": str(k), "select": _FIELDS}

    def _identifying(self, paper: Paper) -> Mapping[str, str] | None:
        doi = paper.doi or (f"10.48550/arxiv.{paper.arxiv}" if paper.arxiv else "")
        which = f"doi:{doi}" if doi else f"title.search:{' '.join(keywords(paper.title))}"
        return {"filter": which, "per_page": "10", "select": _FIELDS}

    def _neighbouring(self, paper: Paper, k: int) -> list[tuple[str, Mapping[str, str]]]:
        if not (paper.doi or paper.arxiv):
            return []
        # It links works by its own ids alone.
        named = self._web.get(self.path, {**(self._identifying(paper) or {}), "select": "id"}, _work_id).value
        asked = {"per_page": str(k), "select": _FIELDS}
        return [(self.path, {"filter": f"{way}:{named}", **asked}) for way in ("cited_by", "cites")] if named else []

    def _parse(self, body: bytes) -> Page:
        answer = _Answer.model_validate_json(body)
        return Page(read_records(_Work, answer.results), answer.meta.count)


_WORK = re.compile(r"W\d+$")
_FIELDS = "doi,title,publication_year,ids,authorships,primary_location,abstract_inverted_index,is_retracted"


class _Named(BaseModel):
    display_name: str | None = None


class _Authorship(BaseModel):
    author: _Named


class _Location(BaseModel):
    source: _Named | None = None
    landing_page_url: str | None = None


class _Work(Record):
    title: str | None = None
    doi: str | None = None
    ids: dict[str, object] | None = None
    publication_year: int | None = None
    authorships: tuple[_Authorship, ...] = ()
    primary_location: _Location | None = None
    abstract_inverted_index: dict[str, list[int]] | None = None
    is_retracted: bool | None = None

    def paper(self) -> Paper | None:
        where = self.primary_location or _Location()
        return as_paper(
            "OpenAlex",
            self.title,
            authors=tuple(one.author.display_name for one in self.authorships if one.author.display_name),
            year=self.publication_year,
            venue=where.source and where.source.display_name,
            doi=self.doi,
            pmid=str((self.ids or {}).get("pmid", "")).rstrip("/").rpartition("/")[2],
            url=where.landing_page_url,
            abstract=_in_order(self.abstract_inverted_index or {}),
            retracted=self.is_retracted,
        )


class _Meta(BaseModel):
    count: int


class _Answer(BaseModel):
    meta: _Meta
    results: list[object]


def _in_order(places: Mapping[str, list[int]]) -> str:
    """The text of an inverted index, word → places."""
    return " ".join(word for _, word in sorted((place, word) for word, each in places.items() for place in each))


def _work_id(body: bytes) -> str:
    """The service's own id of the first work in an answer, such as `W2741809807`; empty when there is none."""
    for item in _Answer.model_validate_json(body).results:
        found = _WORK.search(str(item.get("id", ""))) if isinstance(item, dict) else None
        return found.group() if found else ""
    return ""
