"""What a repair rule sees: the failure's text and the candidate's files."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, TypeAlias

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Changes: TypeAlias = "Mapping[str, str]"
"""Path → new text of the files that a rule changes; empty when the rule does not apply."""
Rule: TypeAlias = "Callable[[Failure], Changes]"
"""A repair rule. The first line of its docstring says what it does, and goes into the commit message."""


class Failure(BaseModel):
    """One failure of a candidate."""

    model_config = ConfigDict(frozen=True)

    text: str
    """Its summary and its traceback. Matched against patterns, never run."""
    files: dict[str, str]

    def says(self, pattern: str) -> re.Match[str] | None:
        """The first place of the text that a pattern fits."""
        return re.search(pattern, self.text)

    def each_file(self, change: Callable[[str], str]) -> Changes:
        """What changes when `change` is applied to every file that is Python."""
        broken = self.broken_files()
        python = {path: text for path, text in self.files.items() if path.endswith(".py") and path not in broken}
        changed = {path: change(text) for path, text in python.items()}
        return {path: text for path, text in changed.items() if text != self.files[path]}

    def broken_files(self) -> dict[str, SyntaxError]:
        """Path → error of the files that are no Python."""
        errors = {path: syntax_error(text) for path, text in self.files.items() if path.endswith(".py")}
        return {path: error for path, error in errors.items() if error is not None}


def syntax_error(text: str) -> SyntaxError | None:
    """Why a text is no Python; None when it is."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        return error
    return None
