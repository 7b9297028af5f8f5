"""The tables of a discovery in a run's database, beside those of every run (`agent.records`).

Ids follow from what they name: objective `o1-2` (round 1, second), its first workflow `o1-2-w1`, a step of it
`o1-2-w1-s3`, the same step in a control `o1-2-w1-s3@shuffled-1`, a hypothesis `h1-2`.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from agent.records import JsonDict, Record


class ObjectiveRecord(Record):
    """A research objective and what became of it."""

    __tablename__ = "objectives"
    id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int]
    draft: Mapped[JsonDict]
    status: Mapped[str] = mapped_column(default="open")
    """`open`, `answered`, `dead` (no workflow can answer it) or `stopped` (its design cannot answer it)."""
    reason: Mapped[str] = mapped_column(default="")


class WorkflowRecord(Record):
    """A workflow as planned, with what was changed on the way, and how it ended."""

    __tablename__ = "workflows"
    id: Mapped[str] = mapped_column(primary_key=True)
    objective_id: Mapped[str] = mapped_column(ForeignKey("objectives.id"))
    number: Mapped[int]
    steps: Mapped[JsonDict]
    """`{"steps": [...]}`: the plan as it stands."""
    status: Mapped[str] = mapped_column(default="running")
    """`running`, `done` or `unplanned` (no usable plan)."""
    reason: Mapped[str] = mapped_column(default="")


class StepRecord(Record):
    """One call of a tool: with what, in which sandbox, and what came out."""

    __tablename__ = "steps"
    id: Mapped[str] = mapped_column(primary_key=True)
    workflow_id: Mapped[str]
    """Of a workflow, or `profile`."""
    number: Mapped[int]
    variant: Mapped[str] = mapped_column(default="")
    """Empty for the analysis itself; else the control that it belongs to, such as `shuffled-1`."""
    tool: Mapped[str]
    origin: Mapped[str] = mapped_column(default="")
    """Where the tool comes from, with its version."""
    parameters: Mapped[JsonDict]
    purpose: Mapped[str] = mapped_column(default="")
    status: Mapped[str]
    """`ok`, `not applicable` (a precondition is not met), `failed` (the tool), or the sandbox's status."""
    reason: Mapped[str] = mapped_column(default="")
    job: Mapped[str] = mapped_column(default="")
    """Of the sandbox. Made of code, parameters and inputs: equal jobs are one job. A control's steps are one job."""
    summary: Mapped[str] = mapped_column(default="")
    facts: Mapped[JsonDict] = mapped_column(default=dict)
    warnings: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[JsonDict | None]
    """The `DataState` after the step; None while there is no data."""
    data: Mapped[str] = mapped_column(default="")
    """The job that left the data as it is after the step (in a control, after its last step); empty while there is
    none."""
    tables: Mapped[JsonDict] = mapped_column(default=dict)
    """Name → artefact (CSV)."""
    tests: Mapped[list[str]] = mapped_column(default=list)
    """Names of the tables whose rows are statistical tests."""
    figures: Mapped[JsonDict] = mapped_column(default=dict)
    """File name → artefact."""
    versions: Mapped[JsonDict] = mapped_column(default=dict)
    wall_s: Mapped[float] = mapped_column(default=0.0)
    """Of the whole job."""
    isolation: Mapped[JsonDict | None]
    log: Mapped[str] = mapped_column(default="")
    """Artefact with what a step that failed printed."""


class RefinementRecord(Record):
    """That a result changed the plan, or that it was looked at and did not."""

    __tablename__ = "refinements"
    id: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str]
    """`steps`, `workflows` or `objectives`."""
    subject: Mapped[str]
    """The step, workflow or objective after which the plan was looked at."""
    action: Mapped[str]
    """`keep`, `change`, `stop`; `answered`, `another`, `dead`; `builds on`."""
    reason: Mapped[str]
    before: Mapped[JsonDict] = mapped_column(default=dict)
    after: Mapped[JsonDict] = mapped_column(default=dict)


class HypothesisRecord(Record):
    """A hypothesis with everything that was computed for and against it."""

    __tablename__ = "hypotheses"
    id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int]
    objective_id: Mapped[str] = mapped_column(ForeignKey("objectives.id"))
    draft: Mapped[JsonDict]
    evidence: Mapped[JsonDict]
    """An `Evidence`."""
    status: Mapped[str] = mapped_column(default="proposed")
    """`proposed`, `refused` (before any scoring), `accepted`, `not shown` or `rejected` (by a person)."""
    reason: Mapped[str] = mapped_column(default="")


class JudgementRecord(Record):
    """What one judge says of one hypothesis on one criterion."""

    __tablename__ = "judgements"
    id: Mapped[str] = mapped_column(primary_key=True)
    hypothesis_id: Mapped[str] = mapped_column(ForeignKey("hypotheses.id"))
    judge: Mapped[str]
    criterion: Mapped[str]
    score: Mapped[int]
    quote: Mapped[str]
    """The evidence that the judge points at, in its words."""
    reason: Mapped[str]
