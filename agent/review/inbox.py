"""Verdicts as files: whoever cannot use the command or the pages drops a JSON file into the run's folder `inbox/`.

    {"item": "r1-2/idea", "version": 1, "who": "ada", "verdict": {"action": "reject", "reason": "known since 1967"}}

Write the file elsewhere and move it in, so that it is never read half. A file that was read lies in `inbox/read/`; one
that cannot be a verdict, or came too late, keeps its place under the name `….refused`, and `….why` says why.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.errors import UserMustAct
from agent.review.queue import submit
from agent.review.verdicts import Verdict
from agent.run import Run

_LARGEST = 4_000_000
"""Bytes of a file that is read: edited code, not more."""


class Letter(BaseModel):
    """What such a file holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str
    version: int
    who: str = Field(min_length=1, max_length=200)
    verdict: Verdict


def read_inbox(run: Run) -> None:
    """Submit what lies in the run's inbox, in the order of the names."""
    for path in sorted((run.folder / "inbox").glob("*.json")):
        why = _deliver(run, path)
        if why:
            path.with_suffix(".why").write_text(f"{why}\n", encoding="utf-8")
            path.replace(path.with_suffix(".refused"))
        else:
            read = path.parent / "read"
            read.mkdir(exist_ok=True)
            path.replace(read / path.name)


def _deliver(run: Run, path: Path) -> str:
    """Submit one file's verdict; why that cannot be, or an empty text."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        return f"should be a plain file of at most {_LARGEST:,} bytes"
    try:
        letter = Letter.model_validate_json(path.read_bytes())
        submit(run, letter.item, letter.version, letter.verdict, letter.who)
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}"
    except UserMustAct as error:
        return str(error)
    return ""
