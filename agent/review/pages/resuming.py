"""Letting a run go on from a page: in a process of its own, which stays when the pages are closed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Thread

from agent.errors import RunBusy
from agent.run import Run

LOG = "resume.log"
"""In the run's folder: what the process said."""


def resume(run: Run) -> None:
    """Go on with a run, as `echolocate resume` does.

    Raises:
        RunBusy: a process works on it already.
    """
    if (holder := run.holder()) is not None:
        raise RunBusy(f"{run.config.id}: process {holder} works on it already")
    # A thread waits for the process, so that it is not left a zombie; the process does not wait for the thread.
    Thread(target=_work, args=(run.folder,), daemon=True).start()


def _work(folder: Path) -> None:
    command = [sys.executable, "-m", "agent.cli", "resume", str(folder)]
    with (folder / LOG).open("ab") as log:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, check=False)
