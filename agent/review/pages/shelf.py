"""The runs below a folder, opened once and kept open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from agent.errors import UserMustAct
from agent.run import Run, run_folders


class NoSuchThing(UserMustAct):
    """Nothing of this name is there to be shown."""


class Shelf:
    """Finds runs by the names of their folders. A name that is not of a folder with a run leads nowhere."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._opened: dict[str, tuple[int, Run]] = {}
        self._lock = Lock()

    def names(self) -> tuple[str, ...]:
        """Names of all runs, newest first."""
        return tuple(folder.name for folder in run_folders(self.home))

    def run(self, name: str) -> Run:
        """The run of this name.

        Raises:
            NoSuchThing: there is none.
            BadConfiguration: it cannot be read.
        """
        if name not in self.names():
            raise NoSuchThing(f"There is no run {name} here.")
        folder = self.home / name
        written = (folder / "run.toml").stat().st_mtime_ns  # `resume` may change how a run is attended
        with self._lock:
            at, run = self._opened.get(name, (0, None))
            if run is not None and at != written:
                run.close()
                run = None
            if run is None:
                run = Run.open(folder)
                self._opened[name] = (written, run)
            return run

    def readable(self) -> Iterator[tuple[str, Run | UserMustAct]]:
        """Every run by its name, newest first, or why it cannot be read."""
        for name in self.names():
            try:
                yield name, self.run(name)
            except UserMustAct as error:
                yield name, error

    def close(self) -> None:
        """Close all runs."""
        for _, run in self._opened.values():
            run.close()
