"""The six online services as one real HTTP server each, on the loopback interface, that misbehaves on demand.

The shapes of the answers are written from the services' documentation. No sentence of theirs is in here.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from pydantic import SecretStr

from agent.literature.cache import AnswerCache
from agent.literature.pace import Limits
from agent.literature.sources.choose import ONLINE
from agent.literature.sources.online import OnlineSource
from agent.literature.web import Web

Behaviour = Callable[["Handler"], None]
QUICK = Limits(interval_s=0.03, first_wait_s=0.02, patience_s=5.0, rest_s=0.5)
KEY = "planted-key-4711"


@dataclass(frozen=True)
class Record:
    """A paper as it would lie in the services' databases."""

    title: str = "Boosting trees for handwritten digits"
    authors: Sequence[str] = ("Ada Byron", "Émile Noël")
    year: int | None = 2019
    venue: str = "Journal of Examples"
    abstract: str = "Takes small images. Gives a class."
    doi: str = "10.1000/boosting"
    arxiv: str = "1901.00001"
    pmid: str = "31000001"
    retracted: bool = False


@dataclass
class Request:
    """What a service was asked."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    begun: float
    ended: float = field(default=0.0)


def openalex(papers: Sequence[Record], total: int) -> bytes:
    return _json({"meta": {"count": total, "per_page": 25}, "results": [_openalex(one) for one in papers]})


def _openalex(one: Record) -> dict[str, Any]:
    places: dict[str, list[int]] = {}
    for place, word in enumerate(one.abstract.split()):
        places.setdefault(word, []).append(place)
    return {
        "id": "https://openalex.org/W1",
        "title": one.title or None,
        "doi": f"https://doi.org/{one.doi}" if one.doi else None,
        "publication_year": one.year,
        "ids": {"pmid": f"https://pubmed.ncbi.nlm.nih.gov/{one.pmid}"} if one.pmid else {},
        "authorships": [{"author": {"id": "A1", "display_name": name}, "position": "first"} for name in one.authors],
        "primary_location": {"source": {"display_name": one.venue} if one.venue else None, "is_oa": True},
        "abstract_inverted_index": places or None,
        "is_retracted": one.retracted,
    }


def semantic_scholar(papers: Sequence[Record], total: int) -> bytes:
    data = [_semantic_scholar(one) for one in papers]
    return _json({"total": total, "offset": 0} | ({"data": data} if total else {}))


def semantic_scholar_links(papers: Sequence[Record]) -> bytes:
    """An answer to a question for a paper's references."""
    return _json({"offset": 0, "data": [{"citedPaper": _semantic_scholar(one)} for one in papers]})


def _semantic_scholar(one: Record) -> dict[str, Any]:
    return {
        "paperId": "649def",
        "title": one.title or None,
        "abstract": one.abstract or None,
        "year": one.year,
        "venue": one.venue,
        "url": "https://www.semanticscholar.org/paper/649def",
        "externalIds": {"DOI": one.doi, "ArXiv": one.arxiv, "PubMed": one.pmid, "CorpusId": 215416146},
        "authors": [{"authorId": "1", "name": name} for name in one.authors],
    }


def arxiv(papers: Sequence[Record], total: int) -> bytes:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{one.arxiv}v2</id><published>{one.year or ''}-01-02T00:00:00Z</published>"
        f"<title>{escape(one.title)}</title><summary>\n  {escape(one.abstract)}\n</summary>"
        + "".join(f"<author><name>{escape(name)}</name></author>" for name in one.authors)
        + f'<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">{one.doi}</arxiv:doi>'
        f'<arxiv:journal_ref xmlns:arxiv="http://arxiv.org/schemas/atom">{escape(one.venue)}</arxiv:journal_ref></entry>'
        for one in papers
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        "<title>ArXiv Query</title><id>http://arxiv.org/api/x</id>"
        '<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"{total}</opensearch:totalResults>{entries}</feed>"
    ).encode()


def europe_pmc(papers: Sequence[Record], total: int) -> bytes:
    result = [
        {
            "id": one.pmid,
            "source": "MED",
            "pmid": one.pmid,
            "doi": one.doi,
            "title": one.title,
            "authorList": {
                "author": [
                    {"firstName": name.rpartition(" ")[0], "lastName": name.rpartition(" ")[2]} for name in one.authors
                ]
            },
            "journalInfo": {"volume": "1", "journal": {"title": one.venue}},
            "pubYear": str(one.year or ""),
            "abstractText": one.abstract,
            "pubTypeList": {"pubType": ["Journal Article", *(["Retracted Publication"] if one.retracted else [])]},
        }
        for one in papers
    ]
    return _json({"version": "6.9", "hitCount": total, "resultList": {"result": result}})


def crossref(papers: Sequence[Record], total: int) -> bytes:
    items = [
        {
            "DOI": one.doi.upper(),
            "URL": f"https://doi.org/{one.doi}",
            "title": [one.title] if one.title else [],
            "author": [
                {"given": name.rpartition(" ")[0], "family": name.rpartition(" ")[2], "sequence": "first"}
                for name in one.authors
            ],
            "issued": {"date-parts": [[one.year]]},
            "container-title": [one.venue],
            "abstract": f"<jats:p>{one.abstract}</jats:p>",
            "type": "journal-article",
        }
        | ({"updated-by": [{"DOI": "10.1000/x", "type": "retraction", "source": "publisher"}]} if one.retracted else {})
        for one in papers
    ]
    return _json({"status": "ok", "message-type": "work-list", "message": {"total-results": total, "items": items}})


def openreview(papers: Sequence[Record], total: int) -> bytes:
    notes = [
        {
            "id": "n1",
            "forum": "aVh9",
            "pdate": int((one.year - 1970 + 0.5) * 31_556_952_000) if one.year else None,
            "content": {
                "title": {"value": one.title},
                "authors": {"value": list(one.authors)},
                "venue": {"value": one.venue},
                "abstract": {"value": one.abstract},
            },
        }
        for one in papers
    ]
    return _json({"notes": notes, "count": 10_000})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


ANSWERS: dict[str, Callable[[Sequence[Record], int], bytes]] = {
    "openalex": openalex,
    "semantic-scholar": semantic_scholar,
    "arxiv": arxiv,
    "europe-pmc": europe_pmc,
    "crossref": crossref,
    "openreview": openreview,
}


class Handler(BaseHTTPRequestHandler):
    """Answers each request with the next behaviour of the script, and the last one for ever."""

    server: FakeService

    def do_GET(self) -> None:
        self.server.serve(self)

    def send(self, status: int, payload: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(payload)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: object) -> None:
        pass


class FakeService(ThreadingHTTPServer):
    """One service. `requests` holds what it was asked, `together` the most requests that were under way at once."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.name = name
        self.script: deque[Behaviour] = deque([self.gives([Record()])])
        self.requests: list[Request] = []
        self.together = 0
        self.closing = threading.Event()
        self._under_way = 0
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what some of the tests are about."""

    def serve(self, handler: Handler) -> None:
        address = urlsplit(handler.path)
        params = {name: values[0] for name, values in parse_qs(address.query).items()}
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(address.path, params, headers, time.monotonic())
        with self._lock:
            self.requests.append(request)
            self._under_way += 1
            self.together = max(self.together, self._under_way)
            behaviour = self.script.popleft() if len(self.script) > 1 else self.script[0]
        try:
            behaviour(handler)
        finally:
            with self._lock:
                self._under_way -= 1
                request.ended = time.monotonic()

    def will(self, *behaviours: Behaviour) -> None:
        """Script the next requests; the last behaviour stays."""
        self.script = deque(behaviours)

    def source(
        self,
        cache: AnswerCache,
        *,
        limits: Limits = QUICK,
        offline: bool = False,
        key: str = KEY,
        contact: str = "ada@example.org",
    ) -> OnlineSource:
        """The project's source for this service, pointed here."""
        kind = ONLINE[self.name]
        service = replace(kind.service, url=f"http://127.0.0.1:{self.server_port}", limits=limits)
        has_key = bool(kind.service.key_variable)
        return kind(Web(service, cache, offline=offline, key=SecretStr(key) if has_key else None, contact=contact))

    def gaps(self) -> list[float]:
        """Seconds from the arrival of one request to the arrival of the next."""
        begun = [request.begun for request in self.requests]
        return [later - earlier for earlier, later in pairwise(begun)]

    def gives(self, papers: Iterable[Record], total: int | None = None) -> Behaviour:
        """A proper answer with these papers; `total` is what it announces, if that differs."""
        papers = list(papers)
        body = ANSWERS[self.name](papers, len(papers) if total is None else total)
        return self.replies(200, body)

    def cuts_short(self) -> Behaviour:
        """A proper answer without its end, which says that it is whole."""
        body = ANSWERS[self.name]([Record()], 1)
        return self.replies(200, body[: len(body) * 2 // 3])

    def in_latin_1(self) -> Behaviour:
        """A proper answer in another encoding than it says."""
        return self.replies(200, ANSWERS[self.name]([Record()], 1).decode().encode("latin-1"))

    @staticmethod
    def replies(status: int, payload: bytes, **headers: str) -> Behaviour:
        return lambda handler: handler.send(status, payload, **headers)

    @staticmethod
    def hangs(handler: Handler) -> None:
        """No reply until the server is closed."""
        handler.server.closing.wait(30)

    @staticmethod
    def drips(handler: Handler) -> None:
        """A reply that never stops coming, a little at a time."""
        handler.send_response(200)
        handler.end_headers()
        while not handler.server.closing.wait(0.02):
            handler.wfile.write(b" ")

    @staticmethod
    def hangs_up(handler: Handler) -> None:
        handler.connection.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def breaks_off(handler: Handler) -> None:
        """A reply that ends before its announced length."""
        handler.send_response(200)
        handler.send_header("content-length", "5000")
        handler.end_headers()
        handler.wfile.write(b'{"meta": {"count": 1')
