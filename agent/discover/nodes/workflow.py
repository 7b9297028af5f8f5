"""One objective's branch: plan a workflow, run it step by step, look again after each, and say what it answered."""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.runtime import Runtime

from agent.discover.briefs import done_steps, tool_briefs
from agent.discover.context import DiscoverContext
from agent.discover.design import brief, confounding
from agent.discover.nodes.profile import profiled
from agent.discover.plans import labelled, plan_of, refined, set_plan, start_of
from agent.discover.records import ObjectiveRecord, RefinementRecord, StepRecord, WorkflowRecord
from agent.discover.rows import draft_of, objective_row, steps_of, workflow_id, workflow_row, workflows
from agent.discover.state import Next, ObjectiveState
from agent.discover.steps import Place, PlannedStep, run_step, standing_after
from agent.discover.tables import table_of
from agent.errors import BudgetSpent, ModelFailed
from agent.models.discover_answers import ObjectiveVerdict, PastWorkflow, Revision, StepDraft
from agent.models.discover_requests import AnswerObjective, PlanWorkflow, ReviseWorkflow
from agent.models.usage import asking_about

MAX_WORKFLOWS = 3
"""Workflows that one objective gets."""
MAX_STEPS = 16
"""Steps of one workflow, changes included."""
MAX_CHANGES = 4
"""Times that one workflow's plan is changed: a planner that goes in circles comes to an end."""


async def check(state: ObjectiveState, runtime: Runtime[DiscoverContext]) -> ObjectiveState:
    """Stop an objective whose comparison the design cannot tell from something else, with the reason."""
    context, row = runtime.context, objective_row(runtime.context.run, state["objective"])
    draft, note = draft_of(row), None
    column = profiled(context).column(draft.column)
    covariates = tuple(name for name in draft.covariates if name != draft.column)
    if covariates and column is not None and column.kind == "category":
        planned = PlannedStep(
            label="design", draft=StepDraft.of("check_design", "", group=draft.column, covariates=covariates)
        )
        checked = await run_step(context, Place(row.id), 0, planned, start_of(context.run))
        note = confounding(draft.column, checked.facts) if checked.status == "ok" else None
    reasons = (
        *(column.notes if column and not column.usable else ()),
        *(note.notes if note and not note.usable else ()),
    )
    if not reasons:
        return _go(state, "plan")
    _close(context, row, "stopped", f"the design cannot answer it: {'; '.join(dict.fromkeys(reasons))}")
    return _go(state, "closed")


async def plan(state: ObjectiveState, runtime: Runtime[DiscoverContext]) -> ObjectiveState:
    """Ask for a workflow."""
    context, number = runtime.context, state["workflow"] + 1
    row = objective_row(context.run, state["objective"])
    request = PlanWorkflow(
        objective=draft_of(row),
        data=profiled(context),
        tools=tool_briefs(context),
        files=_own_files(context),
        earlier=tuple(_past(context, one) for one in workflows(context.run, row.id) if one.number < number),
    )
    made = WorkflowRecord(
        id=workflow_id(row.id, number), objective_id=row.id, number=number, status="running", reason=""
    )
    try:
        with asking_about(row.id):
            drafts = (await context.model.ask(request)).steps[:MAX_STEPS]
    except (ModelFailed, BudgetSpent) as error:
        made.status, made.reason, drafts = "unplanned", str(error), ()
    set_plan(made, labelled(drafts))
    context.run.save(made)
    context.run.tell("planned", row.id, " → ".join(draft.tool for draft in drafts) or made.reason, workflow=number)
    return ObjectiveState(objective=row.id, workflow=number, steps=0, place="step" if drafts else "answer")


async def step(state: ObjectiveState, runtime: Runtime[DiscoverContext]) -> ObjectiveState:
    """Run the next step."""
    context, workflow = runtime.context, _workflow(runtime.context, state)
    planned = plan_of(workflow)[state["steps"]]
    before = steps_of(context.run, workflow.id)[: state["steps"]]
    standing = standing_after(before, start_of(context.run))
    await run_step(context, Place(workflow.id), state["steps"] + 1, planned, standing)
    return ObjectiveState(
        objective=state["objective"], workflow=state["workflow"], steps=state["steps"] + 1, place="step"
    )


async def revise(state: ObjectiveState, runtime: Runtime[DiscoverContext]) -> ObjectiveState:
    """Look at the plan again: keep it, change what has not run, or leave that out."""
    context, workflow = runtime.context, _workflow(runtime.context, state)
    planned, ran = plan_of(workflow), steps_of(context.run, workflow.id)[: state["steps"]]
    done, remaining = planned[: state["steps"]], planned[state["steps"] :]
    if not context.refines("steps") or context.spent() or context.run.get(RefinementRecord, f"steps:{ran[-1].id}"):
        return _go(state, "step" if remaining else "answer")
    found = await _revision(context, state, ran, remaining)
    if found.action != "keep":
        fresh = () if found.action == "stop" else labelled(found.steps, after=len(done))
        remaining = fresh[: MAX_STEPS - len(done)]
        set_plan(workflow, (*done, *remaining))
    before, after = ([one.draft.tool for one in plan] for plan in (planned[len(done) :], remaining))
    refined(context.run, "steps", ran[-1].id, found.action, found.reason, workflow, before=before, after=after)
    return _go(state, "step" if remaining else "answer")


async def answer(state: ObjectiveState, runtime: Runtime[DiscoverContext]) -> ObjectiveState:
    """Say whether the workflow answered the objective, needs another one to follow, or shows that nothing can.

    Where its tests called something it is answered, whatever the model says: else what was found would never be asked
    about. Hypotheses are checked afterwards, a verdict is not.
    """
    context, workflow = runtime.context, _workflow(runtime.context, state)
    row = objective_row(context.run, state["objective"])
    ran = steps_of(context.run, workflow.id)[: state["steps"]]
    verdict = await _verdict(context, row, ran, state["workflow"])
    if verdict.status == "answered" and not _gave_results(ran):
        verdict = ObjectiveVerdict(status="dead", reason=f"no step gave a result. {verdict.reason}".strip()[:600])
    elif verdict.status != "answered" and (found := _found(context, ran)):
        reason = f"{found}; the model said {verdict.status}: {verdict.reason}"
        verdict = ObjectiveVerdict(status="answered", reason=reason[:600])
    if workflow.status == "running":
        workflow.status, workflow.reason = "done", verdict.reason
        context.run.save(workflow)
    refined(context.run, "workflows", workflow.id, verdict.status, verdict.reason)
    if verdict.status == "another":
        return _go(state, "plan")
    _close(context, row, verdict.status, verdict.reason)
    return _go(state, "controls" if verdict.status == "answered" else "closed")


async def _revision(
    context: DiscoverContext, state: ObjectiveState, ran: Sequence[StepRecord], remaining: Sequence[PlannedStep]
) -> Revision:
    if _changes(context, ran) >= MAX_CHANGES:
        return Revision(action="keep", reason=f"the plan was changed {MAX_CHANGES} times already")
    standing = standing_after(ran, start_of(context.run))
    request = ReviseWorkflow(
        objective=draft_of(objective_row(context.run, state["objective"])),
        data=profiled(context) if standing.state is None else brief(standing.state, context.settings.hints),
        done=done_steps(ran),
        remaining=tuple(one.draft for one in remaining),
        tools=tool_briefs(context),
        files=(*_own_files(context), *standing.tables),
    )
    try:
        with asking_about(state["objective"]):
            return await context.model.ask(request)
    except (ModelFailed, BudgetSpent) as error:
        return Revision(action="keep", reason=f"no answer: {error}"[:600])


async def _verdict(
    context: DiscoverContext, row: ObjectiveRecord, ran: Sequence[StepRecord], number: int
) -> ObjectiveVerdict:
    left = MAX_WORKFLOWS - number if context.refines("workflows") else 0
    alone = ObjectiveVerdict(status="answered" if _gave_results(ran) else "dead", reason="as far as its steps ran")
    if not context.refines("workflows") or context.spent():
        return alone
    request = AnswerObjective(objective=draft_of(row), done=done_steps(ran), workflows_left=left)
    try:
        with asking_about(row.id):
            verdict = await context.model.ask(request)
    except (ModelFailed, BudgetSpent) as error:
        return ObjectiveVerdict(status=alone.status, reason=f"no answer: {error}"[:600])
    return alone if verdict.status == "another" and left <= 0 else verdict


def _changes(context: DiscoverContext, ran: Sequence[StepRecord]) -> int:
    """Times that the plan was changed after these steps."""
    rows = (context.run.get(RefinementRecord, f"steps:{one.id}") for one in ran)
    return sum(row is not None and row.action == "change" for row in rows)


def _gave_results(ran: Sequence[StepRecord]) -> bool:
    """Whether a step gave a table that says something of the data, beside those that only prepare it."""
    return any(row.status == "ok" and row.tables and row.data != row.job for row in ran)


def _found(context: DiscoverContext, ran: Sequence[StepRecord]) -> str:
    """What the tests called, in words; empty where they called nothing."""
    counts = [
        (row.tool, sum(table_of(context.run, row.tables[name]).called_rows for name in row.tests))
        for row in ran
        if row.status == "ok"
    ]
    return ", ".join(f"{tool} called {count}" for tool, count in counts if count)


def _past(context: DiscoverContext, row: WorkflowRecord) -> PastWorkflow:
    return PastWorkflow(steps=done_steps(steps_of(context.run, row.id)), reason=row.reason)


def _own_files(context: DiscoverContext) -> tuple[str, ...]:
    return tuple(name for name in context.files if name not in {"table", "samples"})


def _workflow(context: DiscoverContext, state: ObjectiveState) -> WorkflowRecord:
    return workflow_row(context.run, workflow_id(state["objective"], state["workflow"]))


def _close(context: DiscoverContext, row: ObjectiveRecord, status: str, reason: str) -> None:
    row.status, row.reason = status, reason
    context.run.save(row)
    context.run.tell(status, row.id, reason)


def _go(state: ObjectiveState, place: Next) -> ObjectiveState:
    return ObjectiveState(**{**state, "place": place})
