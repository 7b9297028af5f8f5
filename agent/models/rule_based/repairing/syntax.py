"""Rules for files that are no Python. Each is taken only where the file is Python afterwards: no guess is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.models.rule_based.repairing.failure import syntax_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.models.rule_based.repairing.failure import Changes, Failure

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'"})


def code_fence(failure: Failure) -> Changes:
    """Take away the Markdown fence around a file."""
    return _mended(failure, lambda text, _: re.sub(r"(?m)^```\w*[ \t]*\n?", "", text))


def typographic_quotes(failure: Failure) -> Changes:
    """Write straight quotes for typographic ones."""
    return _mended(failure, lambda text, _: text.translate(_QUOTES))


def mixed_tabs(failure: Failure) -> Changes:
    """Indent by spaces where tabs and spaces are mixed."""
    return _mended(failure, lambda text, _: text.expandtabs(4)) or _mended(failure, lambda text, _: text.expandtabs(8))


def missing_colon(failure: Failure) -> Changes:
    """Add the colon at the end of lines that open a block."""
    return _mended(failure, _with_colons)


def _with_colons(text: str, error: SyntaxError | None) -> str:
    while error and error.msg == "expected ':'" and error.lineno:
        lines = text.split("\n")
        code, comment, rest = lines[error.lineno - 1].partition("  #")
        if code.rstrip().endswith(":"):
            break
        lines[error.lineno - 1] = f"{code.rstrip()}:{comment}{rest}"
        text = "\n".join(lines)
        error = syntax_error(text)
    return text


def _mended(failure: Failure, mend: Callable[[str, SyntaxError], str]) -> Changes:
    mended = {path: mend(failure.files[path], error) for path, error in failure.broken_files().items()}
    return {path: text for path, text in mended.items() if syntax_error(text) is None}
