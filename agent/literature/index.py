"""Searching papers by words, by meaning, or both: incremental, read by any number of runs at once.

By words, papers are scored by BM25 as FTS5 computes it (k1 = 1.2, b = 0.75), the title counting twice. By meaning, they
are scored by the cosine of their vector with the query's. Both together are a convex combination of the scores, each
scaled by its theoretical least and its greatest value (Bruch, Gai and Ingber, 2023, "An analysis of fusion functions
for hybrid retrieval": TM2C2).
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from agent.literature.fulltext import Passage
from agent.literature.papers import Paper
from agent.literature.storage import open_to_read, open_to_write
from agent.literature.vectors import nearest
from agent.literature.words import terms

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from agent.literature.embedding import Embedder

MEANING = 0.8
"""Weight of the cosines against the words' scores. The published default: it was not chosen on our benchmarks."""
SCORED = 3_000
"""Papers that one search scores, about: those with one of the query's rarest words. FTS5 scores every paper that has
any word of a query, most of them for a common one. Loses nothing among 95,842 papers (docs/literature.md)."""
POSTINGS = 40_000
"""Entries of the index that one search reads, about. The commonest words beyond, which tell least, are left out, so
that the time of a search has a bound however large the index grows."""
_DEPTH = 100
"""Papers of each kind, at least, that are combined."""

_BY_WORDS = """
SELECT rowid, -bm25(stems, 2.0, 1.0) AS score FROM stems WHERE stems MATCH ? ORDER BY score DESC, rowid LIMIT ?
"""


class Stats(NamedTuple):
    """Size of an index."""

    papers: int
    first_year: int | None
    last_year: int | None
    embedded: int
    """Papers that have a vector."""
    with_text: int
    """Papers that are there with their full text."""


def add_papers(path: Path, papers: Iterable[Paper]) -> int:
    """Add papers to the index at `path`, made if missing, in one transaction; return how many were new or changed.

    A paper whose id is there already is replaced where its record differs. Vectors are added by `embed_lacking`.

    Raises:
        sqlite3.Error: the file cannot be written, or is no index. It is then as it was before.
    """
    with closing(open_to_write(path)) as connection, connection:
        return sum(_put(connection, paper) for paper in papers)


def _put(connection: sqlite3.Connection, paper: Paper) -> bool:
    record = paper.model_dump_json(exclude_defaults=True)
    old = connection.execute("SELECT number, record FROM papers WHERE id = ?", (paper.id,)).fetchone()
    if old is not None:
        number, old_record = old
        if old_record == record:
            return False
        _forget(connection, number, Paper.model_validate_json(old_record))
    insert = "INSERT INTO papers(id, year, record) VALUES (?, ?, ?)"
    number = connection.execute(insert, (paper.id, paper.year, record)).lastrowid
    connection.execute("INSERT INTO stems(rowid, title, body) VALUES (?, ?, ?)", (number, *_columns(paper)))
    return True


def _forget(connection: sqlite3.Connection, number: int, paper: Paper) -> None:
    """Take a paper out. Its number may be given again, so nothing filed under it may stay."""
    # A table without text of its own must be told what it forgets.
    forget = "INSERT INTO stems(stems, rowid, title, body) VALUES ('delete', ?, ?, ?)"
    connection.execute(forget, (number, *_columns(paper)))
    for table in ("papers", "vectors", "passages"):
        connection.execute(f"DELETE FROM {table} WHERE number = ?", (number,))


def _columns(paper: Paper) -> tuple[str, str]:
    body = f"{paper.abstract}\n{paper.notes}\n{' '.join(paper.tags)}"
    return " ".join(terms(paper.title)), " ".join(terms(body))


def search_index(path: Path, query: str, k: int, embedder: Embedder | None = None) -> list[tuple[Paper, float]]:
    """Return the at most `k` papers that fit the query best, best first, with their scores.

    Args:
        path: of the index.
        query: any text; no word of it is an operator.
        k: how many papers at most.
        embedder: for searching by meaning as well, among the papers that have a vector of this model. Without it a
            paper must share a term with the query, and scores are BM25's.

    Raises:
        sqlite3.Error: there is no index at `path`, or it cannot be read.
    """
    with closing(open_to_read(path)) as connection:
        scores = _by_words(connection, query, max(k, _DEPTH))
        if embedder and query.strip():
            by_meaning = nearest(path, embedder.embed([query])[0], embedder.name, max(k, _DEPTH), also=scores)
            scores = _combined(scores, by_meaning) if by_meaning else scores
        best = sorted(scores, key=lambda number: (-scores[number], number))[:k]
        wanted = ", ".join(map(str, best))
        records = dict(connection.execute(f"SELECT number, record FROM papers WHERE number IN ({wanted})"))
    return [(Paper.model_validate_json(records[number]), scores[number]) for number in best if number in records]


def _by_words(connection: sqlite3.Connection, query: str, k: int) -> dict[int, float]:
    look_up = "SELECT doc FROM vocabulary WHERE term = ?"
    wanted = dict.fromkeys(terms(query))
    counts = {term: row[0] for term in wanted if (row := connection.execute(look_up, (term,)).fetchone())}
    if not counts:
        return {}
    rare = _rarest(counts, SCORED)
    scores: dict[int, float] = dict(connection.execute(_BY_WORDS, (_any_of(rare), k)))
    if common := _rarest(counts, POSTINGS)[len(rare) :]:
        # A paper with a common word as well gets its whole score here, which is the greater one.
        scores.update(connection.execute(_BY_WORDS, (f"({_any_of(rare)}) AND ({_any_of(common)})", k)))
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:k])


def _rarest(counts: Mapping[str, int], most: int) -> list[str]:
    """The rarest terms, rarest first, up to `most` papers together, and the rarest one in any case."""
    chosen: list[str] = []
    total = 0
    for term in sorted(counts, key=lambda term: (counts[term], term)):
        total += counts[term]
        if chosen and total > most:
            break
        chosen.append(term)
    return chosen


def _any_of(wanted: Iterable[str]) -> str:
    # Terms hold word characters only, so that quoted they are plain strings to FTS5, never its query language.
    return " OR ".join(f'"{term}"' for term in wanted)


def _combined(by_words: Mapping[int, float], by_meaning: Mapping[int, float]) -> dict[int, float]:
    """Scores of both kinds as one, 0 to 1. A paper without a vector counts like the farthest of those found."""
    most_words = max(by_words.values(), default=1.0)
    least_meaning, most_meaning = min(by_meaning.values()), max(by_meaning.values())
    return {
        number: (1 - MEANING) * by_words.get(number, 0.0) / most_words
        + MEANING * (1 + by_meaning.get(number, least_meaning)) / (1 + most_meaning)
        for number in by_words.keys() | by_meaning.keys()
    }


def find_paper(path: Path, paper_id: str) -> Paper | None:
    """Return the paper of this id.

    Raises:
        sqlite3.Error: there is no index at `path`, or it cannot be read.
    """
    with closing(open_to_read(path)) as connection:
        row = connection.execute("SELECT record FROM papers WHERE id = ?", (paper_id,)).fetchone()
    return Paper.model_validate_json(row[0]) if row else None


def keep_passages(path: Path, paper_id: str, passages: Iterable[Passage]) -> None:
    """File a paper's full text with it, in the place of an earlier one. The paper must be in the index.

    Raises:
        sqlite3.Error: the file cannot be written.
    """
    with closing(open_to_write(path)) as connection, connection:
        (number,) = connection.execute("SELECT number FROM papers WHERE id = ?", (paper_id,)).fetchone()
        connection.execute("DELETE FROM passages WHERE number = ?", (number,))
        rows = [(number, one.page, one.text) for one in passages]
        connection.executemany("INSERT INTO passages VALUES (?, ?, ?)", rows)


def passages_of(path: Path, paper_id: str) -> tuple[Passage, ...]:
    """Return a paper's full text in order, empty where there is none.

    Raises:
        sqlite3.Error: there is no index at `path`, or it cannot be read.
    """
    wanted = "SELECT page, text FROM passages JOIN papers USING (number) WHERE id = ? ORDER BY passages.rowid"
    with closing(open_to_read(path)) as connection:
        return tuple(Passage(page=page, text=text) for page, text in connection.execute(wanted, (paper_id,)))


def index_stats(path: Path) -> Stats:
    """Return how many papers the index holds, from when to when, and how many with what.

    Raises:
        sqlite3.Error: there is no index at `path`, or it cannot be read.
    """
    with closing(open_to_read(path)) as connection:
        row = connection.execute("SELECT count(*), min(year), max(year) FROM papers").fetchone()
        (embedded,) = connection.execute("SELECT count(*) FROM vectors").fetchone()
        (with_text,) = connection.execute("SELECT count(DISTINCT number) FROM passages").fetchone()
    papers, first_year, last_year = row
    return Stats(papers, first_year, last_year, embedded, with_text)
