"""A full disk is told from other trouble, whoever met it."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from agent.full_disk import is_full_disk


def test_a_database_that_may_not_grow_is_told(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'one.db'}")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
        connection.execute(text("PRAGMA max_page_count = 2"))
        with pytest.raises(DBAPIError) as raised:
            connection.execute(text("INSERT INTO t VALUES (zeroblob(100000))"))
    assert is_full_disk(raised.value)


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OSError(errno.ENOENT, "No such file"), False),
        (sqlite3.OperationalError("no such table: t"), False),
        (RuntimeError("git: fatal: write error: No space left on device"), True),
        (KeyError("x"), False),
    ],
)
def test_other_trouble_is_not_taken_for_it(error: Exception, full: bool) -> None:
    assert is_full_disk(error) is full


def test_the_cause_counts() -> None:
    error = RuntimeError("a report could not be written")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert is_full_disk(error)
