"""Verdicts as files: whoever cannot use the command or the pages drops a JSON file into the run's folder `inbox/`.

    {"item": "r1-2/idea", "version": 1, "who": "ada", "verdict": {"action": "reject", "reason": "known since 1967"}}

Write the file elsewhere and move it in, so that it is never read half. A file that was read lies in `inbox/read/`. One
on an item, or a version of it, that is not there yet stays until it is. One that cannot be a verdict, or comes too
late, keeps its place under the name `….refused`. Of a file that was not read, `….why` says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.errors import UserMustAct, VerdictRefused
from agent.records import ReviewItemRecord
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


def post(run: Run, letters: Iterable[Letter]) -> None:
    """Put letters into the run's inbox, in this order."""
    folder = run.folder / "inbox"
    folder.mkdir(exist_ok=True)
    for number, letter in enumerate(letters, start=1):
        (folder / f"{number:06}.json").write_text(letter.model_dump_json(), encoding="utf-8")


def read_inbox(run: Run) -> None:
    """Submit what lies in the run's inbox, in the order of the names."""
    for path in sorted((run.folder / "inbox").glob("*.json")):
        why = path.with_suffix(".why")
        try:
            _deliver(run, path)
        except _NotYet as later:
            why.write_text(f"{later}\n", encoding="utf-8")
        except UserMustAct as refused:
            why.write_text(f"{refused}\n", encoding="utf-8")
            path.replace(path.with_suffix(".refused"))
        else:
            why.unlink(missing_ok=True)
            read = path.parent / "read"
            read.mkdir(exist_ok=True)
            path.replace(read / path.name)


class _NotYet(Exception):
    """The letter is on something that is still to come."""


def _deliver(run: Run, path: Path) -> None:
    """Submit one file's verdict.

    Raises:
        _NotYet: what it is about is not there.
        UserMustAct: it cannot be a verdict, or comes too late.
    """
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        raise VerdictRefused(f"should be a plain file of at most {_LARGEST:,} bytes")
    try:
        letter = Letter.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise VerdictRefused(f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg']}") from None
    row = run.get(ReviewItemRecord, letter.item)
    if row is None or row.version < letter.version:
        raise _NotYet(f"there is no {letter.item} of version {letter.version} yet")
    submit(run, letter.item, letter.version, letter.verdict, letter.who)
