"""Telling a full disk, whoever met it first."""

from __future__ import annotations

import errno
import sqlite3

_CODES = {errno.ENOSPC, errno.EDQUOT}
_WORDS = "No space left on device"
"""What a program that was called, such as git, says of it."""


def is_full_disk(error: BaseException) -> bool:
    """Whether an error, or one that it arose from, is that a disk or a quota is full."""
    if isinstance(error, OSError) and error.errno in _CODES:
        return True
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return True
    earlier = error.__cause__ or error.__context__
    return _WORDS in str(error) or (earlier is not None and is_full_disk(earlier))
