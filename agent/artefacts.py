"""Content-addressed files of a run: named by the SHA-256 of what they hold, never changed, never overwritten."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


class Artefacts:
    """A folder of files named by their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Where the artefact of this SHA-256 lies (or would lie)."""
        return self.folder / digest[:2] / digest

    def keep(self, content: bytes | Path) -> str:
        """Keep bytes or a copy of a file; return its SHA-256.

        The file appears under its name only when it is whole, so a killed process leaves no half artefact.
        """
        data = content.read_bytes() if isinstance(content, Path) else content
        digest = hashlib.sha256(data).hexdigest()
        target = self.path(digest)
        if target.exists():
            return digest
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        # A sandbox that an administrator starts reads its inputs as another user.
        os.fchmod(handle, 0o644)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
        return digest

    def keep_text(self, text: str) -> str:
        """Keep text as UTF-8; return its SHA-256. Lone surrogates become question marks."""
        return self.keep(text.encode("utf-8", errors="replace"))

    def read(self, digest: str) -> bytes:
        """The bytes of an artefact."""
        return self.path(digest).read_bytes()

    def read_text(self, digest: str) -> str:
        """The text of an artefact."""
        return self.read(digest).decode("utf-8")
