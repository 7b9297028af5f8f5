"""A spike-in experiment whose truth is known. For your own data: name your files in task.toml and delete this file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tools.proteomics.generate import SpikeIn, write_spike_in


def make(out: Path, settings: dict[str, Any]) -> None:
    """Write the table, the sample sheet, gene sets and, beside them, the truth."""
    write_spike_in(out, SpikeIn(**settings))
