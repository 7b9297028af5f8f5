"""What every node of a discovery works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agent.context import Workplace
from agent.discover.settings import DiscoverSettings
from tools.registry import Toolbox

DATA_FOLDER = "data"
"""Below a run's folder: copies of the files that the user handed in."""


@dataclass(frozen=True, kw_only=True)
class DiscoverContext(Workplace):
    """One discovery's world."""

    settings: DiscoverSettings
    toolbox: Toolbox

    @property
    def files(self) -> dict[str, Path]:
        """Name → the run's copy of a file that the user handed in."""
        folder = self.run.folder / DATA_FOLDER
        return {name: folder / file for name, file in self.settings.files.items()}

    def refines(self, level: str) -> bool:
        """Whether results may change plans at this level."""
        return level in self.settings.refine
