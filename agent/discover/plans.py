"""A workflow's plan and steps as the records hold them."""

from __future__ import annotations

from collections.abc import Sequence

from agent.discover.context import DiscoverContext
from agent.discover.records import ObjectiveRecord, RefinementRecord, StepRecord, WorkflowRecord
from agent.discover.settings import Refinement
from agent.discover.steps import PlannedStep, Standing, label_of, standing_after, state_of
from agent.errors import RecordBroken
from agent.models.discover_answers import DoneStep, ObjectiveDraft, ParameterBrief, StepDraft, ToolBrief, as_text
from agent.records import Record
from agent.run import Run
from tools.tool import ToolSpec

_CONTROLS = frozenset({"hold_back", "leave_out", "shuffle_labels", "turn_ratios"})
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


def plan_of(row: WorkflowRecord) -> tuple[PlannedStep, ...]:
    """The plan as it stands."""
    return tuple(PlannedStep.model_validate(step) for step in row.steps["steps"])


def set_plan(row: WorkflowRecord, steps: Sequence[PlannedStep]) -> None:
    """Let the plan be this one."""
    row.steps = {"steps": [step.model_dump(mode="json") for step in steps]}


def labelled(drafts: Sequence[StepDraft], after: int = 0) -> tuple[PlannedStep, ...]:
    """Steps named by their place: the third is `s3`, and so a plan can name its tables before it is run."""
    return tuple(PlannedStep(label=f"s{n}", draft=draft) for n, draft in enumerate(drafts, start=after + 1))


def steps_of(run: Run, workflow: str, variant: str = "") -> list[StepRecord]:
    """Steps that were run, in order."""
    return list(run.all(StepRecord, StepRecord.number, workflow_id=workflow, variant=variant))


def start_of(run: Run, variant: str = "") -> Standing:
    """What a workflow begins with: the data as the profile left it, without what is held back.

    Args:
        run: the run.
        variant: `CONFIRMATION` for the samples that were held back.
    """
    rows = steps_of(run, PROFILE)
    start = standing_after([row for row in rows if row.status == "ok"], Standing())
    held = run.all(StepRecord, workflow_id=PROFILE, variant=variant or DISCOVERY, status="ok")
    return Standing(state=start.state, data=start.data) if not held else Standing(state_of(held[0]), held[0].data)


def tool_briefs(context: DiscoverContext) -> tuple[ToolBrief, ...]:
    """The tools that a planner may choose from: readers have done their work, and controls belong to the harness."""
    return tuple(
        brief_of(tool.spec)
        for name, tool in context.toolbox.tools.items()
        if name not in _CONTROLS and (tool.spec.reads_data or not tool.spec.changes_data)
    )


def brief_of(spec: ToolSpec) -> ToolBrief:
    """A tool, as a request shows it."""
    required = spec.parameters.get("required", ())
    return ToolBrief(
        name=spec.name,
        summary=spec.summary,
        parameters=tuple(
            _parameter(name, part, required=name in required)
            for name, part in spec.parameters.get("properties", {}).items()
        ),
        tables={table.name: table.what for table in spec.tables},
        tests=any(table.tests for table in spec.tables),
        changes_data=spec.changes_data,
        reads_data=spec.reads_data,
    )


def _parameter(name: str, part: dict[str, object], *, required: bool) -> ParameterBrief:
    inner = [part, *_parts(part.get("anyOf")), *_parts([part.get("items")])]
    named = next((str(one["names"]) for one in inner if "names" in one), "")
    types = [str(one["type"]) for one in inner if "type" in one and one["type"] != "null"]
    choices = next((one["enum"] for one in inner if "enum" in one), ())
    kind = ("list of " if "array" in types else "") + (named or types[-1] if types or named else "text")
    return ParameterBrief(
        name=name,
        type=kind,
        required=required,
        about=str(part.get("description", "")),
        choices=tuple(map(str, choices)) if isinstance(choices, list | tuple) else (),
    )


def _parts(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def done_steps(rows: Sequence[StepRecord]) -> tuple[DoneStep, ...]:
    """Steps as a request shows them."""
    return tuple(
        DoneStep(
            label=label_of(row),
            tool=row.tool,
            parameters={name: text for name, value in row.parameters.items() if (text := as_text(value))},
            status=row.status,
            summary=row.summary or row.reason,
            facts=row.facts,
            warnings=tuple(row.warnings),
        )
        for row in rows
    )


def refined(
    run: Run, level: Refinement, subject: str, action: str, reason: str, *changed: Record, **plans: Sequence[str]
) -> None:
    """Keep that the plan was looked at after a result, and what was done with it: with the rows that it changed, in
    one transaction, so that a resumed run does not change it again."""
    row = RefinementRecord(id=f"{level}:{subject}", level=level, subject=subject, action=action, reason=reason)
    row.before, row.after = ({"steps": list(plans.get(name, ()))} for name in ("before", "after"))
    run.save(row, *changed)
    run.tell("refined", subject, f"{level}: {action}. {reason}", level=level, action=action)
