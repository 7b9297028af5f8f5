"""Search and replace edits in a code answer: read here, applied by `workspaces.edits`.

<<<<<<< SEARCH
lines that stand in the file exactly once
=======
lines to put in their place
>>>>>>> REPLACE
"""

from __future__ import annotations

import re

from workspaces.edits import FileEdit, Replace
from workspaces.errors import EditRefused

_OPENING = re.compile(r"\s*<{5,9} SEARCH\n")
_EDIT = re.compile(
    r"^<{5,9} SEARCH\n(?P<search>.*?)^={5,9}\n(?P<replace>.*?)^>{5,9} REPLACE$", re.DOTALL | re.MULTILINE
)


def edits_of(path: str, block: str) -> list[FileEdit | Replace]:
    """What a fenced block does to a file: replace pieces of it, or write it whole.

    Raises:
        EditRefused: it begins as an edit and is none.
    """
    if not _OPENING.match(block):
        return [FileEdit(path=path, content=block)]
    edits = [Replace(path=path, search=edit["search"], replace=edit["replace"]) for edit in _EDIT.finditer(block)]
    if not edits:
        raise EditRefused(f"{path}: an edit has the lines `<<<<<<< SEARCH`, `=======` and `>>>>>>> REPLACE`")
    return list(edits)
