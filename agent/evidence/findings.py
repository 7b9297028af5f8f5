"""The ledger of a discovery: every statistic that may be printed, as the cell of a result table that it is."""

from __future__ import annotations

from collections.abc import Iterable

from agent.discover.evidence import Evidence, Fact, Row
from agent.discover.records import StepRecord
from agent.discover.tables import table_of
from agent.errors import RecordBroken
from agent.evidence.ledger import Cited, Ledger, Source, Stated, duration
from agent.run import Run

_SIGNED = ("log2_fc", "log2_difference", "slope", "nes", "correlation", "difference", "z")


class FindingsLedger(Ledger):
    """The numbers of one discovery."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._steps = {row.id: row for row in run.all(StepRecord)}

    def statistic(self, at: Row, column: str) -> Cited | None:
        """A cell of a step's table; None when it is no number."""
        step = self.step(at.step)
        digest = step.tables.get(at.table)
        value = None if digest is None else table_of(self._run, digest).number(at.row, column)
        if value is None:
            return None
        sign = "+" if column in _SIGNED else ""
        text = format(value, f"{sign}.3g").replace("-", "−")
        return self._enter(value, column, text, self._of_row(at, step))

    def q_run(self, hypothesis: str, fact: Fact) -> Cited | None:
        """A statistic's p value, adjusted over all tests of the run."""
        if fact.q_run is None:
            return None
        source = self._of_row(fact.at, self.step(fact.at.step)).model_copy(update={"kind": "hypothesis"})
        source = source.model_copy(update={"row": f"{hypothesis}: {fact.at}"})
        return self._enter(fact.q_run, "q over the run", f"{fact.q_run:.3g}".replace("-", "−"), source)

    def of_hypothesis(self, hypothesis: str, name: str, value: float, text: str = "") -> Cited:
        """A number that the harness counted or averaged for a hypothesis from what its record holds."""
        return self._enter(value, name, text or f"{value:,g}", Source(kind="hypothesis", row=hypothesis))

    def seconds(self, row: StepRecord) -> Cited:
        """How long a step's tool ran."""
        return self._enter(row.wall_s, "wall time", f"{row.wall_s:.1f} s", self._of_step(row))

    def seconds_on(self, objective: str) -> Cited:
        """How long the jobs of an objective's workflows ran, those of its controls among them."""
        rows = (row for row in self._steps.values() if row.workflow_id.rpartition("-w")[0] == objective)
        seconds = sum({row.job: row.wall_s for row in rows}.values())
        return self._enter(seconds, "time run", duration(seconds), Source(kind="step", row=f"all of {objective}"))

    def tests(self, evidence: Iterable[Evidence]) -> Cited:
        """Tests of the whole run, over which every q is adjusted once more."""
        return self._count("tests of the run", max((one.tests for one in evidence), default=0))

    def said(self, text: str, kind: str, row: str) -> Stated:
        """A sentence of the harness, from the record of this id."""
        source = Source.model_validate({"kind": kind, "row": row})
        return self._state(text, source)

    def step(self, id_: str) -> StepRecord:
        """The record of a step that must be there."""
        if id_ not in self._steps:
            raise RecordBroken(f"{self._run.folder}: evidence names step {id_}, run.db does not")
        return self._steps[id_]

    def _of_row(self, at: Row, step: StepRecord) -> Source:
        found = self._of_step(step)
        return found.model_copy(update={"kind": "statistic", "row": str(at)})

    @staticmethod
    def _of_step(step: StepRecord) -> Source:
        tool = f"{step.tool} ({step.origin})" if step.origin else step.tool
        return Source(kind="step", row=step.id, step=step.id, tool=tool, job=step.job, data_hash=step.data)
