"""Where a person's question about papers goes: the libraries on this machine, and the online sources that are named."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agent.literature.embedding import find_embedder
from agent.literature.library import library_path
from agent.literature.retrieval import ask_all
from agent.literature.sources.choose import answer_cache, choose_sources, names_of
from agent.literature.sources.local import LocalSource, starter_library
from agent.literature.sources.source import Searched

if TYPE_CHECKING:
    from pathlib import Path

    from agent.literature.papers import Paper


class Found(NamedTuple):
    """The best papers, and what was searched for them."""

    papers: tuple[Paper, ...]
    searched: tuple[Searched, ...]


def local_sources(library: Path | None = None) -> tuple[LocalSource, ...]:
    """The user's library, where there is one, and the starter library.

    Args:
        library: file of the user's library; the one for each user when left out.

    Raises:
        BadConfiguration: the starter library's index cannot be built.
    """
    embedder, path = find_embedder(), library or library_path()
    own = (LocalSource("your library", path, embedder),) if path.exists() else ()
    return (*own, starter_library(embedder=embedder))


def search_everywhere(query: str, count: int, sources: str, *, offline: bool, library: Path | None = None) -> Found:
    """Return the `count` papers that fit a query best, over all sources: the first of each, then the second of each.

    Raises:
        BadConfiguration: an unknown source, or a file that cannot be used.
    """
    online = choose_sources(names_of(sources), offline=offline, cache=answer_cache())
    papers, searched = ask_all((*local_sources(library), *online), [query], count)
    return Found(tuple(papers[:count]), searched)
