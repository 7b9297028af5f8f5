"""The text of a paper's PDF as passages with page numbers. A hostile file costs that paper only."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from agent.errors import BadConfiguration
from agent.literature.words import sentences

MAX_FILE_BYTES = 64_000_000
MAX_PAGES = 300
MAX_CHARACTERS = 2_000_000
MAX_SECONDS = 60
MAX_MEMORY_BYTES = 2**30
PASSAGE = 800
"""Characters of a passage, about: enough to be judged alone, short enough to be quoted."""

_READER = Path(__file__).with_name("pdf_text.py")
_HYPHENATED = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Passage(BaseModel):
    """Consecutive sentences of one page. Somebody else's text: data, whatever it says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: int
    """From 1, as a reader of the file counts."""
    text: str


class FullText(BaseModel):
    """What a PDF holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["ok", "empty", "error"]
    """`empty` says that it was read and holds no text, as scanned pages do; `error` that it could not be read."""
    title: str = ""
    """As the file's maker gave it; often empty or of no use."""
    passages: tuple[Passage, ...] = ()
    detail: str = ""
    """What went wrong or was left out, one line."""


def read_pdf(path: Path, *, seconds: int = MAX_SECONDS, memory_bytes: int = MAX_MEMORY_BYTES) -> FullText:
    """Read the text of a PDF, in a process with limits of time and memory.

    Raises:
        BadConfiguration: pypdf is not installed.
    """
    if importlib.util.find_spec("pypdf") is None:
        raise BadConfiguration("reading PDFs needs pypdf: pip install 'echolocate[pdf]'")
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return _failed(path, f"larger than {MAX_FILE_BYTES // 1_000_000} MB")
        limits = (seconds, memory_bytes, MAX_PAGES, MAX_CHARACTERS)
        done = subprocess.run(
            [sys.executable, "-I", str(_READER), str(path.resolve()), *map(str, limits)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds + 5,  # a process that sleeps spends no processor time
            env={},
            check=False,
        )
    except OSError as error:
        return _failed(path, error.strerror or "cannot be opened")
    except subprocess.TimeoutExpired:
        return _failed(path, f"not read within {seconds} s")
    if done.returncode:
        return _failed(path, _reason(done, seconds))
    title, *pages = [json.loads(line) for line in done.stdout.splitlines()]
    passages = tuple(passage for number, text in enumerate(pages, start=1) for passage in _passages(number, text))
    if not passages:
        return FullText(status="empty", detail=f"{path.name}: no text, as in scanned pages")
    return FullText(status="ok", title=_running(title), passages=passages, detail=_left_out(pages))


def _failed(path: Path, what: str) -> FullText:
    return FullText(status="error", detail=f"{path.name}: {what}")


def _reason(done: subprocess.CompletedProcess[bytes], seconds: int) -> str:
    """Why the reader ended. Its last line is `Type: message`; the message may quote the file and is not told."""
    if done.returncode < 0:
        return f"not read within {seconds} s of processor time"
    last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    kind = last.partition(":")[0].rpartition(".")[2]
    known = {
        "MemoryError": "needs too much memory",
        "FileNotDecryptedError": "encrypted",
        "DependencyError": "encrypted",
    }
    return known.get(kind, f"cannot be read as a PDF ({kind})" if kind.isidentifier() else "cannot be read as a PDF")


def _left_out(pages: list[str]) -> str:
    if len(pages) >= MAX_PAGES or sum(map(len, pages)) >= MAX_CHARACTERS:
        return f"read up to page {len(pages)}, {MAX_CHARACTERS:,} characters at most"
    return ""


def _running(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _passages(page: int, text: str) -> list[Passage]:
    """Whole sentences gathered up to about `PASSAGE` characters; a longer sentence (a table, say) is cut."""
    running = _running(_HYPHENATED.sub("", text))
    gathered: list[str] = []
    for sentence in sentences(running):
        pieces = (sentence[start : start + PASSAGE] for start in range(0, len(sentence), PASSAGE))
        for piece in pieces:
            if gathered and len(gathered[-1]) + len(piece) < PASSAGE:
                gathered[-1] += f" {piece}"
            else:
                gathered.append(piece)
    return [Passage(page=page, text=one) for one in gathered]
