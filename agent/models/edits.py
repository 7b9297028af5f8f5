"""Search and replace edits, as a code answer may hold them: applied exactly or refused with the reason.

<<<<<<< SEARCH
lines that stand in the file exactly once
=======
lines to put in their place
>>>>>>> REPLACE
"""

from __future__ import annotations

import re

_EDIT = re.compile(r"^<{5,9} SEARCH\n(?P<old>.*?)^={5,9}\n(?P<new>.*?)^>{5,9} REPLACE\n?", re.DOTALL | re.MULTILINE)


class EditRefused(ValueError):
    """An edit that does not fit its file. The message is written for the model."""


def is_edit(content: str) -> bool:
    """Whether a block holds edits instead of a whole file."""
    return content.lstrip().startswith("<<<<<") and "SEARCH" in content.lstrip().split("\n", 1)[0]


def apply_edits(before: str | None, content: str) -> str:
    """The file after the edits.

    Raises:
        EditRefused: no such file, no complete edit, or lines to search for that are not there exactly once.
    """
    if before is None:
        raise EditRefused("there is no such file to edit; give a new file whole")
    edits = list(_EDIT.finditer(content))
    if not edits:
        raise EditRefused("an edit needs the lines `<<<<<<< SEARCH`, `=======` and `>>>>>>> REPLACE`")
    text = before
    for number, edit in enumerate(edits, start=1):
        found = text.count(edit["old"]) if edit["old"].strip() else 0
        if found != 1:
            raise EditRefused(f"the lines that edit {number} searches for stand in the file {found} times, not once")
        text = text.replace(edit["old"], edit["new"])
    return text
