"""Result tables as the harness reads them: untrusted CSV, a row an entity. A statistic is a cell of one."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from agent.models.discover_answers import Direction
from agent.run import Run


class Effect(NamedTuple):
    """A column that says how strong something is, and the value that means nothing at all."""

    column: str
    neutral: float


EFFECTS = (
    Effect("z", 0.0),
    Effect("log2_fc", 0.0),
    Effect("log2_difference", 0.0),
    Effect("hazard_ratio", 1.0),
    Effect("log_hazard_ratio", 0.0),
    Effect("nes", 0.0),
    Effect("odds_ratio", 1.0),
    Effect("slope", 0.0),
    Effect("correlation", 0.0),
    Effect("largest_change", 0.0),
    Effect("log2_fc_difference", 0.0),
    Effect("difference", 0.0),
    Effect("score", 0.0),
)
"""The first of these that a table has is its effect."""
ALPHA = 0.05
_MOST_ROWS = 500_000
_NAMES = ("gene", "name", "symbol")
"""Columns that name the row's entity for people."""


@dataclass(frozen=True)
class ResultTable:
    """A table of a step."""

    columns: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]

    def text(self, row: str, column: str) -> str:
        """A cell as it stands; empty when it is not there."""
        if column not in self.columns or row not in self.rows:
            return ""
        return self.rows[row][self.columns.index(column)]

    def number(self, row: str, column: str) -> float | None:
        """A cell as a number; None when it is none."""
        text = self.text(row, column).strip().lower()
        if text in {"true", "false"}:
            return float(text == "true")
        try:
            value = float(text)
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    @property
    def effect(self) -> Effect | None:
        """The column that says how strong, and in which direction."""
        return next((one for one in EFFECTS if one.column in self.columns), None)

    def direction(self, row: str) -> Direction:
        """Which way a row points."""
        value = None if self.effect is None else self.number(row, self.effect.column)
        if value is None or self.effect is None or value == self.effect.neutral:
            return "different"
        return "higher" if value > self.effect.neutral else "lower"

    def called(self, row: str) -> bool:
        """Whether a row passes the test's own cut: what the tool says, or q below 5 %."""
        if "called" in self.columns:
            return self.number(row, "called") == 1.0
        q = self.number(row, "q")
        return q is not None and q < ALPHA

    @property
    def called_rows(self) -> int:
        """How many rows pass it."""
        return sum(map(self.called, self.rows))

    def names(self, row: str) -> tuple[str, ...]:
        """What a row's entity may be called: people's name first, then the row's own."""
        found = [self.text(row, column) for column in _NAMES]
        parts = [part for name in (*found, row) for part in (name, *name.split(";"))]
        return tuple(dict.fromkeys(part.strip() for part in parts if part.strip() and part.strip() != "nan"))

    def best(self) -> Iterator[str]:
        """Rows with a p value, the smallest first; of equal ones the strongest effect."""
        keyed = []
        for row in self.rows:
            p = self.number(row, "p")
            if p is not None:
                keyed.append((p, -self._strength(row), row))
        return (row for *_, row in sorted(keyed))

    def strongest(self, most: int) -> list[str]:
        """So many of the best rows, those that are called first. What points the other way than the first of all has
        up to a third of the places, where a thousand rows that rise would hide those that fall."""
        ranked = list(self.best())
        called = [row for row in ranked if self.called(row)]
        other = [row for row in called if self.direction(row) != self.direction(called[0])][: most // 3]
        return list(dict.fromkeys((*called[: most - len(other)], *other, *called, *ranked)))[:most]

    def named_in(self, text: str) -> list[str]:
        """The tested rows whose entity a text names, the best first: in any case, but `was` is no gene."""
        words = {word.strip("?.,;:()`“”") for word in text.replace("_", " ").split()}
        named = words | {word.upper() for word in words if not (word.isalpha() and word.islower())}
        return [
            row
            for row in self.best()
            if any(len(name) > 2 and {name, name.upper()} & named for name in self.names(row))
        ]

    def _strength(self, row: str) -> float:
        effect = self.effect
        value = None if effect is None else self.number(row, effect.column)
        return 0.0 if effect is None or value is None else abs(value - effect.neutral)


def table_of(run: Run, digest: str) -> ResultTable:
    """A table of the run, by its artefact."""
    return _read(run.artefacts.path(digest))


@lru_cache(maxsize=64)
def _read(path: Path) -> ResultTable:
    """Artefacts never change, so what was read once holds."""
    with path.open(newline="", encoding="utf-8", errors="replace") as opened:
        reader = csv.reader(opened)
        header = next(reader, [])
        rows = {}
        for number, cells in enumerate(reader):
            if number >= _MOST_ROWS:
                break
            if len(cells) == len(header) and cells:
                rows[cells[0]] = tuple(cells[1:])
    return ResultTable(columns=tuple(header[1:]), rows=rows)
