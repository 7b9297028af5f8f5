"""What a format of tables is, and what a reader makes of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from tools.data import Scale
from tools.proteomics.readers.columns import key

Level = Literal["protein", "precursor", "site"]
REST = re.compile(r"(?P<sample>.+)")
"""All columns of numbers that tell nothing of features are samples, named by their title."""


@dataclass(frozen=True)
class Quantities:
    """What a reader makes of a table, before the sample sheet is joined."""

    format: str
    values: pd.DataFrame
    """Samples × features, float64; indexed by the table's own names."""
    features: pd.DataFrame
    """One row a feature, under the names of `columns.ALIASES`."""
    samples: pd.DataFrame
    """What the table itself says of its samples; the same rows as `values`."""
    removed: dict[str, int]
    """Reason → rows of the table that were left out."""
    scale: Scale | None = None
    """None where only the numbers can tell."""
    notes: tuple[str, ...] = ()
    """What else a reader of the result should know."""


@dataclass(frozen=True)
class Format:
    """What wide and long tables have in common."""

    name: str
    level: Level
    marks: tuple[str, ...]
    """Columns by which the format is known."""
    identity: tuple[str, ...]
    """Columns that name a feature together."""
    at_most: dict[str, float] = field(default_factory=dict)
    """Column → highest value of rows that count, such as a q value."""
    at_least: dict[str, float] = field(default_factory=dict)
    scale: Scale | None = "raw"


@dataclass(frozen=True)
class Wide(Format):
    """One row a feature, one column a sample."""

    quantities: tuple[re.Pattern[str], ...] = (REST,)
    """Titles of columns of samples, the best quantity first; the first that any column has is read."""

    def fits(self, columns: Iterable[object]) -> bool:
        """Whether a table with these columns has the format."""
        titles = [str(column) for column in columns]
        return set(self.marks) <= set(map(key, titles)) and any(
            pattern.fullmatch(title) for pattern in self.quantities for title in titles
        )


@dataclass(frozen=True)
class Long(Format):
    """One row a feature in a sample."""

    samples: tuple[tuple[str, ...], ...] = ()
    """Columns that name a sample together; of several such sets, the one that the sample sheet knows is used."""
    quantities: tuple[str, ...] = ()
    """Columns of quantities, the best first."""
    once: bool = False
    """The quantity is repeated on each row of a feature in a sample, and not a part of it."""
    about_samples: tuple[str, ...] = ()

    def fits(self, columns: Iterable[object]) -> bool:
        """Whether a table with these columns has the format."""
        return set(self.marks) <= set(map(key, columns))
