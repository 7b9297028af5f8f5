"""What all online sources have in common; each file beside this one holds what is its own.

The services' own clients were tried and are not used: they retry by rules of their own, hang without a timeout or keep
the rate limit by instance, so that one polite door for all of them could not be had.
"""

from __future__ import annotations

import html
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from pydantic import BaseModel, ValidationError

from agent.errors import SourceFailed
from agent.literature.papers import Paper, merge_records
from agent.literature.sources.source import Hit, SearchResult
from agent.literature.words import function_words, matched_words, terms, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agent.literature.web import Service, Web

LONGEST_QUERY = 16
"""Words of a query that are sent. Services refuse addresses of a few thousand characters."""

_INLINE = re.compile(r"</?(jats:)?(i|b|u|em|strong|sub|sup|italic|bold|inf|scp|sc|span)(\s[^<>]*)?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][\w:.-]*(\s[^<>]*)?/?>")
_WITHDRAWN = re.compile(r"(retracted|withdrawn|removed)( (article|paper))?\s*:\s*", re.IGNORECASE)
"""Publishers put it before the title of a paper that no longer stands."""
_ARXIV_DOI = "10.48550/arxiv."


class Page(NamedTuple):
    """One answer, parsed."""

    papers: list[Paper | None]
    """None for a record that is none: without a title, or not of the documented form."""
    total: int = 0
    """How many papers the service says that it has for this question; 0 when it does not say."""


class Record(BaseModel, ABC):
    """What is read of a service's record of a paper. Everything else that it sends is ignored."""

    @abstractmethod
    def paper(self) -> Paper | None:
        """The record as ours; None when it is of no paper."""


class OnlineSource(ABC):
    """A service on the internet as a source of papers."""

    service: ClassVar[Service]
    path: ClassVar[str]
    most: ClassVar[int] = 100
    """Most papers that one request may ask for."""

    def __init__(self, web: Web) -> None:
        self._web = web

    @property
    def name(self) -> str:
        """The service's name."""
        return self.service.name

    def search(self, query: str, k: int) -> SearchResult:
        """Return the at most `k` papers that the service thinks nearest, best first. Never raises."""
        wanted = keywords(query)
        if not wanted:
            return self._failed("the query holds no word to search for")
        return self._ask(self._searching(wanted, min(k, self.most)), query, k)

    def lookup(self, paper: Paper) -> SearchResult | None:
        """Ask for this very paper, by identifier or else by title. Never raises.

        None when the service does not hold such papers for certain, so that its silence would mean nothing.
        """
        params = self._identifying(paper)
        return None if params is None else self._ask(params, paper.title, self.most)

    @abstractmethod
    def _searching(self, wanted: list[str], k: int) -> Mapping[str, str]:
        """Parameters of a request for papers with any of these words, and the more the better."""

    @abstractmethod
    def _identifying(self, paper: Paper) -> Mapping[str, str] | None:
        """Parameters of the request behind `lookup`."""

    @abstractmethod
    def _parse(self, body: bytes) -> Page:
        """Read an answer.

        Raises:
            ValueError: it is not of the documented form.
        """

    def neighbours(self, paper: Paper, k: int) -> SearchResult | None:
        """Papers that this one cites or that cite it, at most `k` of each; None when the source cannot tell.

        Never raises: failures are results.
        """
        try:
            questions = self._neighbouring(paper, min(k, self.most))
            if not questions:
                return None
            answers = [self._web.get(path, params, self._neighbours) for path, params in questions]
        except SourceFailed as error:
            return self._failed(str(error))
        papers = merge_records([one for answer in answers for one in answer.value])
        hits = tuple(Hit(paper=one, score=1.0) for one in papers)
        coverage = f"{self.name}, references and citations, as answered on {answers[0].asked}"
        return SearchResult(source=self.name, status="ok" if hits else "empty", hits=hits, coverage=coverage)

    def _neighbouring(self, paper: Paper, k: int) -> list[tuple[str, Mapping[str, str]]]:  # noqa: ARG002
        """Path and parameters of the requests behind `neighbours`; none where the service knows no citations.

        Raises:
            SourceFailed: one that had to be asked beforehand did not answer.
        """
        return []

    def _parse_neighbours(self, body: bytes) -> Page:
        """Read an answer to one of them; as a search is read unless said otherwise."""
        return self._parse(body)

    def _neighbours(self, body: bytes) -> list[Paper]:
        return merge_records([paper for paper in self._parse_neighbours(body).papers if paper])

    def _ask(self, params: Mapping[str, str], query: str, k: int) -> SearchResult:
        try:
            found, asked = self._web.get(self.path, params, self._papers)
        except SourceFailed as error:
            return self._failed(str(error))
        hits = tuple(
            Hit(paper=paper, score=1 / rank, matched=matched_words(query, terms(paper.text)))
            for rank, paper in enumerate(found[:k], start=1)
        )
        coverage = f"{self.name}, {self.service.coverage}, as answered on {asked}"
        return SearchResult(source=self.name, status="ok" if hits else "empty", hits=hits, coverage=coverage)

    def _papers(self, body: bytes) -> list[Paper]:
        """The papers of an answer, each once. Promised papers that are not there are a fault, not an empty answer."""
        page = self._parse(body)
        papers = merge_records([paper for paper in page.papers if paper])
        if not papers and (page.papers or page.total):
            raise ValueError(f"{page.total or len(page.papers)} papers announced, and none that can be read")
        return papers

    def _failed(self, detail: str) -> SearchResult:
        return SearchResult(source=self.name, status="error", detail=detail)


def keywords(text: str) -> list[str]:
    """The telling words of a text, each once, in order: bare words, so that none is an operator of a query language."""
    telling = [word for word in words(text) if len(word) > 1 and word not in function_words()]
    return list(dict.fromkeys(telling or words(text)))[:LONGEST_QUERY]


def read_records(model: type[Record], items: Iterable[object]) -> list[Paper | None]:
    """The papers of a service's records; None for one that does not fit, so that it does not cost the others."""
    papers: list[Paper | None] = []
    for item in items:
        try:
            papers.append(model.model_validate(item).paper())
        except ValidationError:
            papers.append(None)
    return papers


def as_paper(source: str, title: str | None, **fields: object) -> Paper | None:
    """A paper from a service's record, or None without a title.

    Markup is taken out of the texts, and `RETRACTED:` out of the title and into `retracted`. What cannot be right (a
    malformed DOI, the year 0) is left out. The arXiv id is read from arXiv's own DOIs, so that the records of several
    services find each other.
    """
    fields = {name: value for name, value in fields.items() if value not in (None, "")}
    title = plain(title or "")
    if standing := _WITHDRAWN.match(title):
        title, fields["retracted"] = title[standing.end() :], True
    fields |= {"source": source, "title": title, "abstract": plain(str(fields.get("abstract", "")))}
    doi = str(fields.get("doi", "")).lower()
    if _ARXIV_DOI in doi:
        fields.setdefault("arxiv", doi.partition(_ARXIV_DOI)[2])
    try:
        paper = Paper.model_validate(fields)
    except ValidationError as error:
        wrong = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
        if "title" in wrong:
            return None
        paper = Paper.model_validate({name: value for name, value in fields.items() if name not in wrong})
    return paper if paper.id else None


def plain(text: str) -> str:
    """Text without the HTML or JATS markup that services leave in titles and abstracts."""
    return html.unescape(_TAG.sub(" ", _INLINE.sub("", text))).strip()
