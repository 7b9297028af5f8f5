"""The contract of every source of papers: a query goes in, a `SearchResult` comes out, whatever happened."""

from __future__ import annotations

from typing import Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, model_validator

from agent.literature.papers import Paper


class Hit(BaseModel):
    """A paper that a source returned for a query."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: Paper
    score: float
    """The source's own, higher is better; comparable within one answer only."""
    matched: tuple[str, ...] = ()
    """Words of the query that were found in the paper."""


class SearchResult(BaseModel):
    """A source's answer.

    `empty` says that the source looked and has nothing; `error` says that it could not look. Reading the second as the
    first would call known ideas novel, so the two cannot be built in each other's shape.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    status: Literal["ok", "empty", "error"]
    hits: tuple[Hit, ...] = ()
    detail: str = ""
    """What went wrong, one line; required of an error."""
    coverage: str = ""
    """What was searched, for people: `starter library, 212 papers, 1936–2026`."""
    papers: int | None = None
    """How many papers were searched; None: a service that holds millions."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.status == "ok") != bool(self.hits):
            raise ValueError("status is `ok` exactly when there are hits")
        if self.status == "error" and not self.detail:
            raise ValueError("an error says what went wrong")
        return self


class Searched(BaseModel):
    """What one source was asked, and what came of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    queries: tuple[str, ...]
    status: Literal["ok", "empty", "error"]
    """`error` as soon as one query failed: what the others found is used, but nothing may be called absent."""
    found: int
    """Hits of all queries together, before merging."""
    detail: str = ""
    coverage: str = ""
    papers: int | None = None
    """How many papers the source holds; None: millions."""


class Source(Protocol):
    """A place to look for papers. `search` may be called from several threads at once."""

    @property
    def name(self) -> str:
        """Short name, as printed in reports."""
        ...

    def search(self, query: str, k: int) -> SearchResult:
        """Return the at most `k` papers nearest to the query, best first. Never raises: failures are results."""
        ...
