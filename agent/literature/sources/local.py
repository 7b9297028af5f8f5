"""Papers in local indexes: the starter library that comes with the program, and the user's own."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from platformdirs import user_cache_path
from pydantic import ValidationError

from agent.errors import BadConfiguration
from agent.literature.index import Stats, add_papers, find_paper, index_stats, passages_of, search_index
from agent.literature.papers import Paper
from agent.literature.sources.source import Hit, SearchResult
from agent.literature.starter import STARTER, starter_papers
from agent.literature.storage import FORMAT, open_to_write
from agent.literature.vectors import embed_lacking
from agent.literature.words import matched_words, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agent.literature.embedding import Embedder
    from agent.literature.fulltext import Passage

T = TypeVar("T")


class LocalSource:
    """An index on this machine, opened read-only. It is searched by meaning too where there is an embedding model."""

    def __init__(self, name: str, path: Path, embedder: Embedder | None = None) -> None:
        self.name = name
        self.path = path
        self._embedder = embedder

    def search(self, query: str, k: int) -> SearchResult:
        """Return the at most `k` papers nearest to the query, best first."""
        try:
            found = search_index(self.path, query, k, self._embedder)
            stats = index_stats(self.path)
        except (sqlite3.Error, ValidationError) as error:
            return SearchResult(source=self.name, status="error", detail=f"{self.path}: {_first_line(error)}")
        hits = tuple(
            Hit(paper=paper, score=score, matched=matched_words(query, terms(paper.text))) for paper, score in found
        )
        return SearchResult(
            source=self.name,
            status="ok" if hits else "empty",
            hits=hits,
            papers=stats.papers,
            coverage=self._coverage(stats),
        )

    def find(self, paper_id: str) -> Paper | None:
        """The paper of this id.

        Raises:
            BadConfiguration: the index cannot be read; so the two below.
        """
        return self._read(lambda: find_paper(self.path, paper_id))

    def full_text(self, paper: Paper) -> tuple[Passage, ...]:
        """A paper's text, where the library has it."""
        return self._read(lambda: passages_of(self.path, paper.id))

    def stats(self) -> Stats:
        """How much there is."""
        return self._read(lambda: index_stats(self.path))

    def _read(self, reading: Callable[[], T]) -> T:
        try:
            return reading()
        except (sqlite3.Error, ValidationError) as error:
            raise BadConfiguration(f"{self.path}: not a library that can be read: {_first_line(error)}") from error

    def _coverage(self, stats: Stats) -> str:
        years = f", {stats.first_year}–{stats.last_year}" if stats.first_year else ""
        how = "by words and meaning" if self._embedder and stats.embedded else "by words"
        return f"{self.name}, {stats.papers:,} paper{'' if stats.papers == 1 else 's'}{years}, {how}"


def starter_library(cache: Path | None = None, embedder: Embedder | None = None) -> LocalSource:
    """The starter library as a source. Its index is built on first use, in the user's cache folder unless given.

    Raises:
        BadConfiguration: the cache folder cannot be written.
    """
    content = hashlib.sha256(STARTER.read_bytes()).hexdigest()[:16]
    folder = cache or user_cache_path("echolocate") / "literature"
    path = folder / f"starter-{content}-{FORMAT}{'-dense' if embedder else ''}.db"
    try:
        if not path.exists():
            _build(path, starter_papers(), embedder)
    except (OSError, sqlite3.Error) as error:
        raise BadConfiguration(
            f"the index of the starter library cannot be built in {folder}: {error}; set XDG_CACHE_HOME to a folder "
            "that can be written"
        ) from error
    return LocalSource("starter library", path, embedder)


def papers_source(name: str, papers: Iterable[Paper], path: Path, embedder: Embedder | None = None) -> LocalSource:
    """A source of its own for the given papers (the user's files, say), its index built at `path`."""
    _build(path, papers, embedder)
    return LocalSource(name, path, embedder)


def _build(path: Path, papers: Iterable[Paper], embedder: Embedder | None = None) -> None:
    """Build an index elsewhere and move it into place: processes that race build it twice and lose nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".building-", suffix=".db")
    os.close(handle)
    try:
        add_papers(Path(name), papers)
        if embedder:
            with closing(open_to_write(Path(name))) as connection:
                embed_lacking(connection, embedder)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
