"""The tables of an index, in one SQLite file: records, an FTS5 table of their stems, and their vectors.

The FTS5 table keeps no text of its own: it holds the stems that `agent.literature.words` makes, so that the index and
everything that explains a match agree on what a word is.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 2
"""Changes with the tables or with what counts as a word."""

_TABLES = """
CREATE TABLE IF NOT EXISTS papers
(number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, year INTEGER, record TEXT NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS stems USING fts5(title, body, content='', tokenize='unicode61');
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab(stems, row);
CREATE TABLE IF NOT EXISTS vectors (number INTEGER PRIMARY KEY, model TEXT NOT NULL, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS passages (number INTEGER NOT NULL, page INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS passages_of ON passages (number);
"""


def open_to_write(path: Path) -> sqlite3.Connection:
    """A connection to the index at `path`, which is made if missing.

    Raises:
        sqlite3.Error: the file cannot be written, or is no database.
    """
    connection = sqlite3.connect(path, timeout=60)
    try:
        connection.executescript(_TABLES)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot change the index.

    Raises:
        sqlite3.Error: there is none at `path`.
    """
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=60)
