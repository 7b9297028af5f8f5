"""Edits that a model proposes to a candidate's files: applied exactly, or refused with what would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from workspaces.errors import EditRefused
from workspaces.files import check_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class FileEdit(BaseModel):
    """A whole file, new or written over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """Relative to the candidate's folder, such as `features.py`."""
    content: str


class Replace(BaseModel):
    """A piece of a file's text, found exactly once, and what to put in its place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    search: str
    replace: str


def apply(files: Mapping[str, str], edits: Iterable[FileEdit | Replace]) -> dict[str, str]:
    """The files after all edits, one after the other.

    Raises:
        EditRefused: one of them cannot be applied; none is then.
    """
    after = dict(files)
    for edit in edits:
        after[edit.path] = edit.content if isinstance(edit, FileEdit) else _replaced(after, edit)
    check_files(after)
    return after


def _replaced(files: Mapping[str, str], edit: Replace) -> str:
    if edit.path not in files:
        raise EditRefused(f"{edit.path}: no such file to search in; there are {', '.join(sorted(files))}")
    count = files[edit.path].count(edit.search) if edit.search else 0
    if count != 1:
        said = "search text is empty" if not edit.search else "search text not found"
        if count > 1:
            said = f"search text found {count} times"
        raise EditRefused(f"{edit.path}: {said}; copy lines that stand in the file exactly once")
    return files[edit.path].replace(edit.search, edit.replace)
