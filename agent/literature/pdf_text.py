"""Runs in a process of its own: prints a PDF's title as its maker gave it, then its text, one JSON string a line.

Imports nothing of ours.

Whatever a hostile file makes the parser do, it does within these limits and without our environment.
"""

from __future__ import annotations

import json
import resource
import sys
from itertools import islice


def main() -> None:
    """Arguments: the file, then the most seconds, bytes of memory, pages and characters."""
    seconds, memory_bytes, pages, left = (int(value) for value in sys.argv[2:6])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from pypdf import PdfReader  # under the limits

    reader = PdfReader(sys.argv[1])
    _say(str((reader.metadata and reader.metadata.title) or "")[:1000])
    for page in islice(reader.pages, pages):
        if not left:
            break
        text = page.extract_text()[:left]
        left -= len(text)
        _say(text)


def _say(text: str) -> None:
    # Fonts without a proper table give half characters, which no other program takes.
    sys.stdout.write(json.dumps(text.encode("utf-8", "replace").decode()) + "\n")


if __name__ == "__main__":
    main()
