"""Answers of online sources, kept on disk with the day on which they were given.

An HTTP cache (hishel) was considered. It keeps what the servers' headers allow, and these forbid it; it files answers
under the whole request, and so next to keys; and it knows no "offline, however old". A table does all three.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from agent.errors import BadConfiguration

if TYPE_CHECKING:
    from pathlib import Path


class KeptAnswer(NamedTuple):
    """What a source answered, and when (UTC)."""

    body: bytes
    asked: date


class AnswerCache:
    """One SQLite file for all sources. Threads and processes may share it.

    Raises:
        BadConfiguration: the file cannot be made or is none of ours.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open()) as database, database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS answers"
                    " (source TEXT, question TEXT, body BLOB, asked TEXT, PRIMARY KEY (source, question))"
                )
        except (OSError, sqlite3.Error) as error:
            raise BadConfiguration(f"{path}: answers of online sources cannot be kept here: {error}") from error

    def find(self, source: str, question: str) -> KeptAnswer | None:
        """The last answer to this question."""
        with closing(self._open()) as database:
            row = database.execute(
                "SELECT body, asked FROM answers WHERE source = ? AND question = ?", (source, question)
            ).fetchone()
        return row and KeptAnswer(row[0], date.fromisoformat(row[1]))

    def keep(self, source: str, question: str, body: bytes) -> None:
        """Keep an answer in the place of an earlier one, under today's date."""
        today = datetime.now(UTC).date().isoformat()
        with closing(self._open()) as database, database:
            database.execute("REPLACE INTO answers VALUES (?, ?, ?, ?)", (source, question, body, today))

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=10)
