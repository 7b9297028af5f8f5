"""A workflow's plan, and looks at it."""

from __future__ import annotations

from collections.abc import Sequence

from agent.discover.records import RefinementRecord, StepRecord, WorkflowRecord
from agent.discover.rows import DISCOVERY, PROFILE, steps_of
from agent.discover.settings import Refinement
from agent.discover.steps import PlannedStep, Standing, standing_after, state_of
from agent.models.discover_answers import StepDraft
from agent.records import Record
from agent.run import Run


def plan_of(row: WorkflowRecord) -> tuple[PlannedStep, ...]:
    """The plan as it stands."""
    return tuple(PlannedStep.model_validate(step) for step in row.steps["steps"])


def set_plan(row: WorkflowRecord, steps: Sequence[PlannedStep]) -> None:
    """Let the plan be this one."""
    row.steps = {"steps": [step.model_dump(mode="json") for step in steps]}


def labelled(drafts: Sequence[StepDraft], after: int = 0) -> tuple[PlannedStep, ...]:
    """Steps named by their place: the third is `s3`, and so a plan can name its tables before it is run."""
    return tuple(PlannedStep(label=f"s{n}", draft=draft) for n, draft in enumerate(drafts, start=after + 1))


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


def refined(
    run: Run, level: Refinement, subject: str, action: str, reason: str, *changed: Record, **plans: Sequence[str]
) -> None:
    """Keep that the plan was looked at after a result, and what was done with it: with the rows that it changed, in
    one transaction, so that a resumed run does not change it again."""
    row = RefinementRecord(id=f"{level}:{subject}", level=level, subject=subject, action=action, reason=reason)
    row.before, row.after = ({"steps": list(plans.get(name, ()))} for name in ("before", "after"))
    run.save(row, *changed)
    run.tell("refined", subject, f"{level}: {action}. {reason}", level=level, action=action)
