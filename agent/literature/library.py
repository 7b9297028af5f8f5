"""The user's own library: one index that every run searches, filled from files and folders."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from platformdirs import user_data_path
from pydantic import ValidationError

from agent.errors import BadConfiguration
from agent.literature.files import READABLE, read_papers
from agent.literature.fulltext import FullText, read_pdf
from agent.literature.index import add_papers, keep_passages
from agent.literature.papers import Paper
from agent.literature.storage import open_to_write
from agent.literature.vectors import embed_lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from agent.literature.embedding import Embedder

_ABSTRACT = 1500
"""Characters of a PDF's beginning that stand in for its abstract."""
_ARXIV = re.compile(r"\barXiv:(\d{4}\.\d{4,5})(?:v\d+)?\b", re.IGNORECASE)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+[^\s\"<>.,;)\]]")


class Added(NamedTuple):
    """What became of the files."""

    read: int
    """Papers that were understood."""
    new: int
    """Of these, those that the library did not have, or had otherwise."""
    problems: tuple[str, ...]
    """One line a file or record that was left out."""


def library_path() -> Path:
    """Where the library lies. It need not exist."""
    return user_data_path("echolocate") / "papers.db"


def add_to_library(
    library: Path,
    paths: Sequence[Path],
    embedder: Embedder | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Added:
    """Add the papers of files (BibTeX, JSON lines, CSV, PDF) and of all such files in folders.

    A file that cannot be read costs that file only.

    Args:
        library: the index, made if missing.
        paths: files and folders.
        embedder: gives each new paper a vector.
        told: what is being done, for a person.

    Raises:
        BadConfiguration: a path that is neither, a PDF without pypdf, or a library that cannot be written.
    """
    read = new = 0
    problems: list[str] = []
    try:
        library.parent.mkdir(parents=True, exist_ok=True)
        for path in (file for one in paths for file in _files(one)):
            told(path.name)
            papers, flaws, text = _understood(path)
            read += len(papers)
            new += add_papers(library, papers)
            problems += flaws
            if text:
                keep_passages(library, papers[0].id, text.passages)
        if embedder:
            with closing(open_to_write(library)) as connection:
                embed_lacking(
                    connection,
                    embedder,
                    lambda done: told(f"{done} papers embedded; Ctrl-C stops, and the next `papers add` goes on"),
                )
    except (OSError, sqlite3.Error) as error:
        raise BadConfiguration(f"{library}: the library cannot be written: {error}") from error
    return Added(read, new, tuple(problems))


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = sorted(file for file in path.rglob("*") if file.suffix.lower() in (*READABLE, ".pdf") and file.is_file())
    if not found:
        raise BadConfiguration(f"{path}: no {', '.join((*READABLE, '.pdf'))} files in this folder")
    yield from found


def _understood(path: Path) -> tuple[list[Paper], list[str], FullText | None]:
    """The papers of a file, a line for each that is none, and a PDF's text."""
    if path.suffix.lower() != ".pdf":
        papers, problems = read_papers(path)
        return papers, problems, None
    text = read_pdf(path)
    if text.status != "ok":
        return [], [text.detail], None
    return [_paper(path, text)], [text.detail] if text.detail else [], text


def _paper(path: Path, text: FullText) -> Paper:
    """A record of what a PDF says of itself: its title where its maker gave one, else the file's name."""
    beginning = " ".join(one.text for one in text.passages if one.page == 1)
    name = path.stem.replace("_", " ").replace("-", " ")
    title = text.title if len(text.title.split()) > 2 and not text.title.endswith((".dvi", ".tex", ".doc")) else name
    arxiv, doi = _ARXIV.search(beginning), _DOI.search(beginning)
    fields = {"title": title, "abstract": beginning[:_ABSTRACT], "source": path.name}
    found = {"arxiv": arxiv.group(1) if arxiv else "", "doi": doi.group() if doi else ""}
    try:
        return Paper.model_validate(fields | found)
    except ValidationError:
        return Paper.model_validate(fields)  # what looked like an identifier is none
