"""Multiple testing over all tests of a run: everything that was tried counts, whatever came of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from agent.discover.evidence import Row
from agent.discover.records import StepRecord
from agent.discover.tables import table_of
from agent.run import Run


class RunWideTests:
    """The p values of all tests of a run so far, adjusted together (Benjamini and Hochberg, J R Stat Soc B 1995).

    A call that two workflows share is one test. Controls are none: they repeat tests to doubt them.
    """

    def __init__(self, run: Run) -> None:
        found = dict(_tests(run))
        self._place = {place: n for n, place in enumerate(found)}
        self._q = adjusted(np.array(list(found.values()), dtype=float))
        self._job = {row.id: row.job for row in _analysis(run)}

    def __len__(self) -> int:
        return len(self._place)

    def q(self, at: Row) -> float | None:
        """The adjusted p value of a row; None when it is no test."""
        place = self._place.get((self._job.get(at.step, ""), at.table, at.row))
        return None if place is None else float(self._q[place])


def adjusted(p: np.ndarray) -> np.ndarray:
    """Benjamini and Hochberg's q values, in the order given."""
    if not p.size:
        return p
    from scipy.stats import false_discovery_control  # here, since what only shows a run has no use for it

    return np.asarray(false_discovery_control(p))


def _analysis(run: Run) -> list[StepRecord]:
    return list(run.all(StepRecord, StepRecord.id, variant="", status="ok"))


def _tests(run: Run) -> Iterator[tuple[tuple[str, str, str], float]]:
    for step in _analysis(run):
        for name in step.tests:
            table = table_of(run, step.tables[name])
            for row in table.rows:
                p = table.number(row, "p")
                if p is not None:
                    yield (step.job, name, row), p
