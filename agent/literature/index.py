"""A full-text index of papers in one SQLite file: incremental, read by any number of runs at once.

The FTS5 table keeps no text of its own: it holds the stems that `agent.literature.words` makes, so that the index and
everything that explains a match agree on what a word is. Ranking is BM25 as FTS5 computes it (k1 = 1.2, b = 0.75), the
title counting twice.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from agent.literature.papers import Paper
from agent.literature.words import terms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FORMAT = 1
"""Changes with the tables or with what counts as a word."""

_TABLES = """
CREATE TABLE IF NOT EXISTS papers
(number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, year INTEGER, record TEXT NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS stems USING fts5(title, body, content='', tokenize='unicode61');
"""
_SEARCH = """
SELECT papers.record, -bm25(stems, 2.0, 1.0) AS score FROM stems JOIN papers ON papers.number = stems.rowid
WHERE stems MATCH ? ORDER BY score DESC, papers.id LIMIT ?
"""


class Stats(NamedTuple):
    """Size of an index."""

    papers: int
    first_year: int | None
    last_year: int | None


def add_papers(path: Path, papers: Iterable[Paper]) -> int:
    """Add papers to the index at `path`, made if missing, in one transaction; return how many were new or changed.

    A paper whose id is there already is replaced where its record differs.

    Raises:
        sqlite3.Error: the file cannot be written, or is no index. It is then as it was before.
    """
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        connection.executescript(_TABLES)
        with connection:
            return sum(_put(connection, paper) for paper in papers)


def _put(connection: sqlite3.Connection, paper: Paper) -> bool:
    record = paper.model_dump_json(exclude_defaults=True)
    old = connection.execute("SELECT number, record FROM papers WHERE id = ?", (paper.id,)).fetchone()
    if old is not None:
        number, old_record = old
        if old_record == record:
            return False
        # A table without text of its own must be told what it forgets.
        title, body = _columns(Paper.model_validate_json(old_record))
        forget = "INSERT INTO stems(stems, rowid, title, body) VALUES ('delete', ?, ?, ?)"
        connection.execute(forget, (number, title, body))
        connection.execute("DELETE FROM papers WHERE number = ?", (number,))
    insert = "INSERT INTO papers(id, year, record) VALUES (?, ?, ?)"
    number = connection.execute(insert, (paper.id, paper.year, record)).lastrowid
    connection.execute("INSERT INTO stems(rowid, title, body) VALUES (?, ?, ?)", (number, *_columns(paper)))
    return True


def _columns(paper: Paper) -> tuple[str, str]:
    body = f"{paper.abstract}\n{paper.notes}\n{' '.join(paper.tags)}"
    return " ".join(terms(paper.title)), " ".join(terms(body))


def search_index(path: Path, query: str, k: int) -> list[tuple[Paper, float]]:
    """Return the at most `k` papers that share a term with the query, best first, with their BM25 scores.

    Raises:
        sqlite3.Error: there is no index at `path`, or it cannot be read.
    """
    wanted = dict.fromkeys(terms(query))
    if not wanted:
        return []
    # Terms hold word characters only, so that quoted they are plain strings to FTS5, never its query language.
    match = " OR ".join(f'"{term}"' for term in wanted)
    with closing(_open_to_read(path)) as connection:
        rows = connection.execute(_SEARCH, (match, k)).fetchall()
    return [(Paper.model_validate_json(record), score) for record, score in rows]


def index_stats(path: Path) -> Stats:
    """Return how many papers the index holds, and from when to when.

    Raises:
        sqlite3.Error: there is no index at `path`, or it cannot be read.
    """
    with closing(_open_to_read(path)) as connection:
        row = connection.execute("SELECT count(*), min(year), max(year) FROM papers").fetchone()
    return Stats(*row)


def _open_to_read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=60)
