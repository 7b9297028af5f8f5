"""OpenReview: submissions to machine learning venues, accepted or not (docs.openreview.net, API 2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field

from agent.errors import SourceFailed
from agent.literature.pace import Limits
from agent.literature.sources.online import OnlineSource, Page, Record, as_paper, read_records
from agent.literature.web import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.literature.papers import Paper


class OpenReview(OnlineSource):
    """Answers without a key as a rule, and wants a login at times."""

    service = Service(
        name="OpenReview",
        url="https://api2.openreview.net",
        limits=Limits(interval_s=1.0),
        coverage="submissions to machine learning venues",
        key_header="Authorization",
        key_variable="OPENREVIEW_TOKEN",
    )
    path = "/notes/search"

    def _searching(self, wanted: list[str], k: int) -> Mapping[str, str]:
        return {
            "term": " ".join(wanted),
            "type": "terms",
            "content": "all",
            "group": "all",
            "source": "forum",
            "limit": str(k),
        }

    def _identifying(self, paper: Paper) -> Mapping[str, str] | None:  # noqa: ARG002  (it is no catalogue of papers)
        return None

    def _parse(self, body: bytes) -> Page:
        answer = _Answer.model_validate_json(body)
        if answer.searchUnavailable:
            raise SourceFailed("says that its search is not available")
        # It counts 10,000 whatever there is, so that its count promises nothing.
        return Page(read_records(_Note, answer.notes))


_Milliseconds = Annotated[int, Field(ge=0, lt=4_000_000_000_000)]
"""Since 1970."""


class _Note(Record):
    forum: str = ""
    pdate: _Milliseconds | None = None
    cdate: _Milliseconds | None = None
    content: dict[str, object]

    def paper(self) -> Paper | None:
        names = self._of("authors")
        milliseconds = self.pdate or self.cdate
        return as_paper(
            "OpenReview",
            self._text("title"),
            authors=tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else (),
            year=datetime.fromtimestamp(milliseconds / 1000, UTC).year if milliseconds else None,
            venue=self._text("venue"),
            url=f"https://openreview.net/forum?id={self.forum}" if self.forum.isascii() and self.forum else None,
            abstract=self._text("abstract"),
        )

    def _of(self, field: str) -> object:
        entry = self.content.get(field)
        return entry.get("value") if isinstance(entry, dict) else entry

    def _text(self, field: str) -> str:
        value = self._of(field)
        return value if isinstance(value, str) else ""


class _Answer(BaseModel):
    notes: list[object]
    searchUnavailable: bool = False  # noqa: N815  (the service's spelling)
