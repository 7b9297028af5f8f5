"""Rows of a discovery, looked up by what they belong to."""

from __future__ import annotations

from agent.discover.records import ObjectiveRecord, StepRecord, WorkflowRecord
from agent.errors import RecordBroken
from agent.models.discover_answers import ObjectiveDraft
from agent.run import Run

PROFILE = "profile"
"""The workflow of the steps that every objective begins with: reading, design, quality."""
DISCOVERY, CONFIRMATION = "discovery", "confirmation"
"""Variants of the profile's last step, where samples are held back: what is analysed, and what confirms."""


def objective_row(run: Run, id_: str) -> ObjectiveRecord:
    """The record of an objective that must be there."""
    row = run.get(ObjectiveRecord, id_)
    if row is None:
        raise RecordBroken(f"{run.folder}: the graph knows objective {id_}, run.db does not")
    return row


def draft_of(row: ObjectiveRecord) -> ObjectiveDraft:
    """The objective itself."""
    return ObjectiveDraft.model_validate(row.draft)


def workflow_id(objective: str, number: int) -> str:
    """The id of an objective's workflow."""
    return f"{objective}-w{number}"


def workflow_row(run: Run, id_: str) -> WorkflowRecord:
    """The record of a workflow that must be there."""
    row = run.get(WorkflowRecord, id_)
    if row is None:
        raise RecordBroken(f"{run.folder}: the graph knows workflow {id_}, run.db does not")
    return row


def workflows(run: Run, objective: str) -> list[WorkflowRecord]:
    """An objective's workflows, oldest first."""
    return list(run.all(WorkflowRecord, WorkflowRecord.number, objective_id=objective))


def steps_of(run: Run, workflow: str, variant: str = "") -> list[StepRecord]:
    """Steps that were run, in order."""
    return list(run.all(StepRecord, StepRecord.number, workflow_id=workflow, variant=variant))
